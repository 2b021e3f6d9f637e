"""Any JSON value at any place of a valid answer yields a record that is valid JSON."""

import copy
import json

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.examples import examples
from tests.unit.catalog.answers import (
    ORIGIN,
    WHERE,
    column,
    database,
    job,
    partition,
    presto_view,
    table,
)

from glueline.contract.records import parse_record
from glueline.contract.structs import encode_json
from glueline_worker.catalog.databases import make_database_record
from glueline_worker.catalog.jobs import find_script_location, make_job_record
from glueline_worker.catalog.partitions import make_partition_record
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.tables import make_table_record

texts = st.text() | st.sampled_from(
    ["", "\ud800", "NaN", "-1", "1e400", "true", "array<", "s3://", "jdbc:x://a:b@c"]
)
scalars = (
    st.none() | st.booleans() | st.integers() | st.integers(-(10**30), 10**30) | st.floats() | texts
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)

SCHEMA = '{"type":"struct","fields":[{"name":"a","type":{"type":"array","elementType":"long"},"metadata":{}}]}'
TABLES = [
    table(column("id", "int", Comment="c", Parameters={"iceberg.field.current": "true"})),
    table(TargetTable={"CatalogId": "1", "DatabaseName": "d", "Name": "n", "Region": "r"}, FederatedTable={"Identifier": "i"}),
    table(TableType="VIRTUAL_VIEW", ViewOriginalText=presto_view(originalSql="s", catalog="c", schema="d", columns=[])),
    table(ViewDefinition={"Representations": [{"Dialect": "SPARK", "ViewOriginalText": "SELECT 1"}]}),
    table(
        column("col", "array<string>"),
        Parameters={
            "spark.sql.sources.provider": "delta",
            "spark.sql.sources.schema": SCHEMA,
            "spark.sql.sources.schema.partCol.0": "a",
        },
    ),
]  # fmt: skip


def places(value, path=()):
    yield path
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in items:
        yield from places(item, (*path, key))


@st.composite
def altered(draw, answers):
    """A valid answer with one to three of its values replaced by anything."""
    answer = copy.deepcopy(draw(st.sampled_from(answers)))
    for _ in range(draw(st.integers(1, 3))):
        *path, last = draw(st.sampled_from([path for path in places(answer) if path]))
        holder = answer
        for key in path:
            holder = holder[key]
        if draw(st.booleans()):
            holder[last] = draw(json_values)
        else:
            del holder[last]
    return answer


def check(record):
    again = parse_record(encode_json(record))
    assert replace(again, raw=None) == replace(record, raw=None)
    assert len(record.content_hash) == 32
    assert all(warning.endswith(".") for warning in record.warnings)


@settings(max_examples=examples(400), deadline=None)
@given(altered(TABLES), st.booleans())
def test_any_table_is_a_record(answer, raw):
    check(make_table_record(answer, RecordOrigin(**WHERE, raw=raw), database_name="sales"))


@settings(max_examples=examples(300), deadline=None)
@given(altered([job()]), st.booleans())
def test_any_job_is_a_record(answer, raw):
    check(make_job_record(answer, RecordOrigin(**WHERE, raw=raw)))
    assert find_script_location(answer)


@settings(max_examples=examples(200), deadline=None)
@given(altered([partition()]), st.booleans())
def test_any_partition_is_a_record(answer, raw):
    check(
        make_partition_record(
            answer, RecordOrigin(**WHERE, raw=raw), database_name="d", table_name="t"
        )
    )


@settings(max_examples=examples(200), deadline=None)
@given(
    altered(
        [database(TargetDatabase={"DatabaseName": "d"}, FederatedDatabase={"Identifier": "i"})]
    ),
    st.booleans(),
)
def test_any_database_is_a_record(answer, raw):
    check(make_database_record(answer, RecordOrigin(**WHERE, raw=raw)))


spark_types = st.recursive(
    json_values | st.sampled_from(["long", "string", "decimal(10,2)"]),
    lambda inner: st.fixed_dictionaries(
        {"type": st.sampled_from(["struct", "array", "map", "udt", "other"])},
        optional={
            "elementType": inner,
            "keyType": inner,
            "valueType": inner,
            "sqlType": inner,
            "fields": st.lists(st.fixed_dictionaries({"name": json_values, "type": inner, "metadata": json_values}), max_size=3),
        },
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.fixed_dictionaries({"name": texts, "type": spark_types}), max_size=3))
def test_any_spark_schema_is_a_record(fields):
    parameters = {"spark.sql.sources.schema": json.dumps({"type": "struct", "fields": fields})}
    check(make_table_record({"Name": "t", "Parameters": parameters}, ORIGIN, database_name="d"))


def test_an_answer_deeper_than_writers_of_json_go_is_a_record():
    deep = "leaf"
    for _ in range(900):
        deep = {"Parameters": deep}
    answer = {"Name": "t", "Owner": deep, "StorageDescriptor": deep, "Parameters": {"a": deep}}
    check(make_table_record(answer, RecordOrigin(**WHERE, raw=True), database_name="d"))
