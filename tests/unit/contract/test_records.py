"""Records: their keys, the listings they are found in, and the names that filters see."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from glueline.contract.lineage import ColumnEdge, Dataset, Origin
from glueline.contract.messages import DatabaseUnit, JobUnit, PartitionsUnit, encode
from glueline.contract.records import (
    KINDS,
    RECORD_TYPES,
    DatabaseRecord,
    JobRecord,
    LineageRecord,
    PartitionRecord,
    PartitionSummaryRecord,
    Record,
    TableRecord,
    parse_record,
)
from glueline.contract.structs import encode_json

WHERE = {"source": "prod", "region": "eu-west-1"}
ABOUT = {"run_id": "0" * 16, "source": "prod"}
NAMES = st.text(min_size=1, max_size=40)


def edge(process: str, upstream: str = "a", downstream: str = "b") -> LineageRecord:
    return LineageRecord(
        **WHERE,
        process=process,
        upstream=Dataset(namespace="s3://lake", name=upstream),
        downstream=Dataset(namespace="s3://lake", name=downstream),
        origins=(Origin.SCRIPT,),
        columns=(ColumnEdge(upstream="x", downstream="y"),),
    )


RECORDS = st.one_of(
    st.builds(lambda n: DatabaseRecord(**WHERE, name=n), NAMES),
    st.builds(lambda d, n: TableRecord(**WHERE, database_name=d, name=n), NAMES, NAMES),
    st.builds(
        lambda d, t, v: PartitionRecord(**WHERE, database_name=d, table_name=t, values=tuple(v)),
        NAMES,
        NAMES,
        st.lists(st.text(max_size=10), min_size=1, max_size=4),
    ),
    st.builds(
        lambda d, t: PartitionSummaryRecord(
            **WHERE, database_name=d, table_name=t, partition_keys=("k",), count=3
        ),
        NAMES,
        NAMES,
    ),
    st.builds(lambda n: JobRecord(**WHERE, name=n), NAMES),
    st.builds(lambda j, u, d: edge(f"job/{encode(j)}", u, d), NAMES, NAMES, NAMES),
)


@given(RECORDS)
def test_a_record_survives_json(record: Record):
    assert parse_record(encode_json(record)) == record


@given(RECORDS, RECORDS)
@example(
    TableRecord(**WHERE, database_name="a/b", name="c"),
    TableRecord(**WHERE, database_name="a", name="b/c"),
)
@example(
    PartitionRecord(**WHERE, database_name="d", table_name="t", values=("a/b",)),
    PartitionRecord(**WHERE, database_name="d", table_name="t", values=("a", "b")),
)
@example(
    PartitionRecord(**WHERE, database_name="d", table_name="t", values=("a%2Fb",)),
    PartitionRecord(**WHERE, database_name="d", table_name="t", values=("a/b",)),
)
@example(edge("job/j", "a|s3://lake", "b"), edge("job/j", "a", "s3://lake|b"))
def test_different_things_have_different_keys(one: Record, two: Record):
    assert (one.key == two.key) == (one == two)


@given(NAMES, NAMES)
def test_the_listing_of_a_record_is_the_id_of_the_unit_that_reads_it(database: str, name: str):
    table = TableRecord(**WHERE, database_name=database, name=name)
    partition = PartitionRecord(**WHERE, database_name=database, table_name=name, values=("1",))
    summary = PartitionSummaryRecord(
        **WHERE, database_name=database, table_name=name, partition_keys=(), count=0
    )
    tables = DatabaseUnit(**ABOUT, database=database).unit_id
    partitions = PartitionsUnit(**ABOUT, database=database, table=name).unit_id
    assert DatabaseRecord(**WHERE, name=name).listing == "databases"
    assert table.listing == tables
    assert partition.listing == summary.listing == partitions
    assert JobRecord(**WHERE, name=name).listing == "jobs"
    assert edge(f"job/{encode(name)}").listing == JobUnit(**ABOUT, job=name).unit_id
    assert edge(f"view/{encode(database)}/{encode(name)}").listing == tables
    assert edge(f"table/{encode(database)}/{encode(name)}").listing == tables


@given(NAMES, NAMES)
@example(".", "..")
def test_the_subject_of_a_record_is_the_name_that_filters_see(database: str, name: str):
    assert DatabaseRecord(**WHERE, name=name).subject == name
    assert TableRecord(**WHERE, database_name=database, name=name).subject == name
    assert JobRecord(**WHERE, name=name).subject == name
    assert edge(f"job/{encode(name)}").subject == name
    assert edge(f"view/{encode(database)}/{encode(name)}").subject == name


def test_the_same_name_in_another_source_is_another_thing():
    one = JobRecord(source="a", region="eu-west-1", name="j")
    assert one.key != replace(one, source="b").key


@pytest.mark.parametrize("record_type", RECORD_TYPES)
def test_identity_and_volatile_fields_exist(record_type: type[Record]):
    assert all(
        hasattr(record_type, name) or name in record_type.__struct_fields__
        for name in record_type.identity
    )
    assert record_type.volatile <= set(record_type.__struct_fields__)
    assert not record_type.volatile & set(record_type.identity)


def test_every_kind_has_one_record_type():
    assert len(set(KINDS)) == len(RECORD_TYPES) == 6


def test_a_record_cannot_be_changed_nor_misspelt():
    record = JobRecord(**WHERE, name="j")
    with pytest.raises(AttributeError):
        record.name = "k"  # type: ignore[misc]
    with pytest.raises(TypeError):
        JobRecord(**WHERE, name="j", descripton="typo")  # type: ignore[call-arg]


def test_times_are_iso_8601_in_utc():
    record = JobRecord(**WHERE, name="j", created_on=datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert '"created_on":"2024-01-02T03:04:05Z"' in encode_json(record).decode()
