"""What a table's writer keeps in its parameters stands in the record, Glue's own beside it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.examples import examples
from tests.unit.catalog.answers import ORIGIN, column, presto_view, table

from glueline.contract.datatypes import ArrayType, PrimitiveType
from glueline.contract.records import ColumnConstraints, GlueColumn, SortColumn
from glueline.contract.structs import encode_json
from glueline_worker.catalog.tables import make_table_record
from glueline_worker.catalog.types.column_types import parse_type, render_type
from glueline_worker.catalog.types.type_texts import describe_type

SPARK = "spark.sql.sources.schema"
PLACEHOLDER_STORAGE = {
    "Columns": [column("col", "array<string>", Comment="from deserializer")],
    "Location": "s3://lake/t",
    "InputFormat": "org.apache.hadoop.mapred.SequenceFileInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
        "Parameters": {"path": "s3://lake/t"},
    },
}


def record_of(answer):
    return make_table_record(answer, ORIGIN, database_name="sales")


def field(name, spark_type="string", *, nullable=True, **metadata):
    return {"name": name, "type": spark_type, "nullable": nullable, "metadata": metadata}


def schema(*fields):
    return {SPARK: json.dumps({"type": "struct", "fields": list(fields)})}


def spark_table(*columns, fields=(), keys=(), parameters=None):
    return table(
        *columns,
        PartitionKeys=list(keys),
        Parameters=schema(*fields) | (parameters or {}),
    )


def test_names_have_the_case_of_the_writer_and_glues_stands_beside():
    answer = spark_table(
        column("orderid", "bigint"),
        column("note"),
        keys=[column("regioncode")],
        fields=[field("OrderId", "long"), field("note"), field("RegionCode")],
        parameters={f"{SPARK}.partCol.0": "RegionCode"},
    )
    record = record_of(answer)
    assert [each.name for each in record.columns] == ["OrderId", "note"]
    assert [each.name for each in record.partition_keys] == ["RegionCode"]
    assert record.columns[0].glue == GlueColumn(name="orderid", type="bigint")
    assert record.columns[1].glue is None
    assert record.warnings == ()


def test_the_hash_is_that_of_what_glue_holds():
    fields = [field("Id", "integer", nullable=False, CURRENT_DEFAULT="7")]
    answer = spark_table(column("id", "int"), fields=fields)
    plain = make_table_record(answer, ORIGIN, database_name="sales")
    changed = spark_table(column("id", "int"), fields=fields)
    changed["StorageDescriptor"]["Columns"][0]["Comment"] = "new"
    assert plain.content_hash == record_of(answer).content_hash
    assert plain.content_hash != record_of(changed).content_hash


def test_not_null_defaults_and_generated_columns_are_constraints():
    record = record_of(
        spark_table(
            column("a", "int"),
            column("b", "int"),
            column("c", "bigint"),
            column("d"),
            fields=[
                field("a", "integer", nullable=False, CURRENT_DEFAULT="7", EXISTS_DEFAULT="6"),
                field("b", "integer", **{"delta.generationExpression": "a * 2"}),
                field("c", "long", **{"delta.identity.start": 1, "delta.identity.step": 10}),
                field("d"),
            ],
        )
    )
    assert [each.constraints for each in record.columns] == [
        ColumnConstraints(not_null=True, default="7"),
        ColumnConstraints(generated_as="a * 2"),
        ColumnConstraints(generated_as="identity(1,10)"),
        None,
    ]


def test_the_schema_of_a_view_says_nothing_about_nulls():
    answer = spark_table(column("n", "bigint"), fields=[field("N", "long", nullable=False)])
    view = answer | {"TableType": "VIRTUAL_VIEW", "ViewOriginalText": "SELECT 1 AS N"}
    (only,) = record_of(view).columns
    assert (only.name, only.constraints) == ("N", None)


def test_a_table_that_was_changed_in_glue_keeps_glues_columns_and_says_so():
    answer = spark_table(
        column("id", "int"), column("added"), fields=[field("Id", "integer"), field("gone")]
    )
    record = record_of(answer)
    assert [each.name for each in record.columns] == ["id", "added"]
    assert record.warnings == (
        (
            "The schema that the table's writer keeps in its parameters is another, and Glue's columns "
            "count. Only one of them has: added, gone."
        ),
    )


def test_a_type_that_was_changed_in_glue_is_kept_and_named():
    answer = spark_table(
        column("id", "bigint"),
        column("t"),
        fields=[field("Id", "integer"), field("T", "string", __COLLATIONS={"T": "icu.UNICODE"})],
    )
    record = record_of(answer)
    assert [(each.name, each.type) for each in record.columns] == [
        ("Id", "bigint"),
        ("T", "string collate UNICODE"),
    ]
    assert record.warnings == (
        (
            "Columns with another type in the schema that the table's writer keeps in its parameters: "
            "id."
        ),
    )


@pytest.mark.parametrize(
    ("glue", "spark", "collations", "expected"),
    [
        ("string", "string", {"a": "icu.de_CI_AI"}, "string collate de_CI_AI"),
        ("string", "string", {"b": "icu.UNICODE"}, "string"),
        ("string", "string", {"a": 7}, "string"),
        ("timestamp", "timestamp_ntz", {}, "timestamp_ntz"),
        ("interval_day_time", "interval day to second", {}, "interval day to second"),
        ("interval_year_month", "interval year", {}, "interval year"),
        ("decimal", "decimal(10,0)", {}, "decimal(10,0)"),
        ("INT", "integer", {}, "INT"),
        ("<derived from deserializer>", "timestamp_ntz", {}, "timestamp_ntz"),
        ("struct<city:string>", {"type": "struct", "fields": [field("City")]}, {}, "struct<City:string>"),
        (
            "array<map<string,string>>",
            {"type": "array", "elementType": {"type": "map", "keyType": "string", "valueType": "string"}},
            {"a.element.value": "spark.UTF8_LCASE"},
            "array<map<string,string collate UTF8_LCASE>>",
        ),
    ],
)  # fmt: skip
def test_the_writers_type_says_more_than_glues(glue, spark, collations, expected):
    metadata = {"__COLLATIONS": collations} if collations else {}
    record = record_of(spark_table(column("a", glue), fields=[field("a", spark, **metadata)]))
    assert record.columns[0].type == expected
    assert record.warnings == ()


@pytest.mark.parametrize(
    ("text", "base", "collation"),
    [
        ("string collate UNICODE_CI", "string", "UNICODE_CI"),
        ("STRING COLLATE `de_AI`", "string", "de_AI"),
        ("varchar(3) collate UTF8_LCASE", "varchar(3)", "UTF8_LCASE"),
    ],
)
def test_a_collation_is_part_of_a_text_type(text, base, collation):
    parsed = parse_type(text)
    assert parsed == replace(parse_type(base), collation=collation)
    assert parse_type(render_type(parsed)) == parsed
    assert parse_type(f"array<{text}>") == ArrayType(element=parsed)


@pytest.mark.parametrize("text", ["int collate UNICODE", "string collate", "collate X", "string collate a b"])  # fmt: skip
def test_other_types_have_no_collation(text):
    assert parse_type(text).kind == "unknown"


@pytest.mark.parametrize(
    ("text", "number"),
    [("OGC:CRS83", 4269), ("OGC:CRS27", 4267), ("ESRI:102100", 102100), ("SRID:0", 0)],
)
def test_reference_systems_have_the_numbers_that_spark_gives_them(text, number):
    assert parse_type(f"geometry({text})") == PrimitiveType(name="geometry", parameters=(number,))


def test_a_described_type_has_quotes_only_where_it_would_mean_another():
    assert describe_type(parse_type("struct<`a b`:int COMMENT 'x'>")) == "struct<a b:int>"
    assert describe_type(parse_type("struct<`a:b`:int,`c d`:int>")) == "struct<`a:b`:int,c d:int>"
    assert describe_type(parse_type("struct<` a`:int,`c d`:int>")) == "struct<` a`:int,`c d`:int>"


def test_buckets_are_those_in_sparks_parameters():
    parameters = {
        f"{SPARK}.numBuckets": "4",
        f"{SPARK}.bucketCol.0": "Id",
        f"{SPARK}.bucketCol.1": "Name",
        f"{SPARK}.sortCol.0": "Name",
    }
    storage = record_of(table(Parameters=parameters)).storage
    assert storage.number_of_buckets == 4
    assert storage.bucket_columns == ("Id", "Name")
    assert storage.sort_columns == (SortColumn(column="Name"),)


@pytest.mark.parametrize("number", ["many", "", "0", "-3", "٣"])
def test_buckets_without_a_number_stay_those_of_glue_with_a_warning(number):
    record = record_of(table(Parameters={f"{SPARK}.numBuckets": number}))
    assert record.storage.bucket_columns == ("id",)
    assert record.warnings == (f"The parameter {SPARK}.numBuckets is no number of buckets.",)


@pytest.mark.parametrize(
    ("provider", "table_format", "serde"),
    [
        ("parquet", "parquet", "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"),
        ("ORC", "orc", "org.apache.hadoop.hive.ql.io.orc.OrcSerde"),
        ("json", "json", None),
        ("delta", "delta", None),
        ("org.apache.spark.sql.jdbc", "hive", None),
    ],
)
def test_the_provider_replaces_the_placeholder_of_spark(provider, table_format, serde):
    parameters = schema(field("a", "timestamp_ntz")) | {"spark.sql.sources.provider": provider}
    answer = table(PartitionKeys=[], StorageDescriptor=PLACEHOLDER_STORAGE, Parameters=parameters)
    record = record_of(answer)
    assert (record.provider, record.format) == (provider.lower(), table_format)
    assert record.storage.serialization_library == serde
    assert "Sequence" not in f"{record.storage.input_format}{record.storage.output_format}"


def test_a_true_sequence_file_is_no_placeholder():
    record = record_of(table(StorageDescriptor=PLACEHOLDER_STORAGE, Parameters={}))
    assert record.storage.input_format == PLACEHOLDER_STORAGE["InputFormat"]
    assert (record.format, record.provider) == ("hive", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[["Region"],["s","a"]]', ("Region", "s.a")),
        ('[["a.b"],["c`d"]]', ("`a.b`", "`c``d`")),
        ("[]", ()),
    ],
)
def test_clustering_columns_are_paths(text, expected):
    assert record_of(table(Parameters={"clusteringColumns": text})).clustering_columns == expected


@pytest.mark.parametrize("text", ["{", "{}", "[1]", '["a"]', "[[]]", "[[1]]"])
def test_other_clustering_is_a_warning(text):
    record = record_of(table(Parameters={"clusteringColumns": text}))
    assert record.clustering_columns == ()
    assert record.warnings == ("The parameter clusteringColumns is no list of columns.",)


def test_an_owner_may_stand_in_the_parameters_or_in_a_view_of_trino():
    view = presto_view(originalSql="SELECT 1", owner="ann")
    assert record_of(table(Owner=None, Parameters={"owner": "eve"})).owner == "eve"
    assert record_of(table(Owner=None, ViewOriginalText=view)).owner == "ann"
    assert record_of(table(Parameters={"owner": "eve"})).owner == "hadoop"


def test_secrets_in_nested_comments_and_defaults_are_redacted():
    nested = {"type": "struct", "fields": [field("x", comment="password: hunter2")]}
    fields = [field("a", nested), field("b", "string", CURRENT_DEFAULT="'password=hunter2'")]
    answer = spark_table(column("a", "struct<x:string>"), column("b"), fields=fields)
    columns = [encode_json(each).decode() for each in record_of(answer).columns]
    assert "hunter2" not in "".join(columns)


ICEBERG = {"table_type": "ICEBERG", "metadata_location": "s3://lake/t/metadata/1.metadata.json"}
METADATA = {
    "CurrentSchemaId": 1,
    "Schemas": [
        {"SchemaId": 0, "Fields": [{"Id": 1, "Name": "old", "Required": True}]},
        {
            "SchemaId": 1,
            "Fields": [
                {"Id": 1, "Name": "Id", "Type": "long", "Required": True},
                {"Id": 2, "Name": "at", "Type": "timestamptz", "WriteDefault": "now"},
            ],
        },
    ],
    "DefaultSpecId": 2,
    "PartitionSpecs": [
        {"SpecId": 1, "Fields": [{"SourceId": 1, "Transform": "identity"}]},
        {
            "SpecId": 2,
            "Fields": [
                {"SourceId": 2, "Transform": "day"},
                {"SourceId": 1, "Transform": "bucket[16]"},
                {"SourceId": 2, "Transform": "void"},
                {"SourceId": 9, "Transform": "day"},
            ],
        },
    ],
}


def iceberg_table(parameters=None, **changes):
    answer = table(
        column("id", "bigint"), column("at", "timestamp"), PartitionKeys=[],
        Parameters=ICEBERG | (parameters or {}), **changes,
    )  # fmt: skip
    return record_of(answer)


def test_icebergs_metadata_says_what_is_required_and_how_it_is_partitioned():
    record = iceberg_table(IcebergTableMetadata=METADATA)
    assert [(each.name, each.constraints) for each in record.columns] == [
        ("Id", ColumnConstraints(not_null=True)),
        ("at", ColumnConstraints(default="now")),
    ]
    assert record.partition_transforms == ("day(at)", "bucket[16](Id)")


def test_icebergs_metadata_in_parameters_is_read_alike():
    fields = [{"id": 1, "name": "id", "required": True, "type": "long"}]
    spec = {"spec-id": 0, "fields": [{"name": "id", "transform": "identity", "source-id": 1}]}
    record = iceberg_table(
        {
            "current-schema": json.dumps({"type": "struct", "fields": fields}),
            "default-partition-spec": json.dumps(spec),
        }
    )
    assert record.columns[0].constraints == ColumnConstraints(not_null=True)
    assert record.partition_transforms == ("id",)


def test_a_required_column_of_iceberg_says_so_itself():
    parameters = {"iceberg.field.optional": "false"}
    answer = table(column("id", Parameters=parameters), PartitionKeys=[], Parameters=ICEBERG)
    assert record_of(answer).columns[0].constraints == ColumnConstraints(not_null=True)


@pytest.mark.parametrize("odd", [[], 7, "x", {"Schemas": 1}, {"Schemas": [{"Fields": [7, {}]}]}, {"Schemas": [{"Fields": [{"Id": [1], "Name": "id"}]}], "PartitionSpecs": [{"Fields": [{"SourceId": [], "Transform": 1}]}]}])  # fmt: skip
def test_odd_metadata_of_iceberg_costs_nothing_else(odd):
    record = iceberg_table(
        {"current-schema": "{", "default-partition-spec": "[1]"}, IcebergTableMetadata=odd
    )
    assert [each.name for each in record.columns] == ["id", "at"]
    assert record.partition_transforms == ()


@pytest.mark.parametrize("depth", [30, 100, 300, 900, 1100, 50_000])
def test_a_schema_of_any_depth_ends_in_a_record(depth):
    inner = '{"type":"array","elementType":' * depth + '"integer"' + "}" * depth
    text = f'{{"type":"struct","fields":[{{"name":"a","type":{inner},"metadata":{{}}}}]}}'
    record = record_of(table(column("a", "int"), PartitionKeys=[], Parameters={SPARK: text}))
    assert [(each.name, each.type) for each in record.columns] == [("a", "int")]
    assert record.warnings


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "a", "struct", "string", "char(3)", "map<", "\x00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "fields", "name", "metadata", "elementType", "keyType", "valueType", "nullable", "comment", "__COLLATIONS", "__CHAR_VARCHAR_TYPE_STRING", "CURRENT_DEFAULT", "identity.start", "identity.step", "Fields", "Schemas", "SchemaId", "PartitionSpecs", "Id", "Name", "Required", "Transform", "SourceId"]),
        inner, max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip
NAMES = st.sampled_from(["", ".numParts", ".part.0", ".numBuckets", ".bucketCol.0", ".sortCol.0", ".partCol.0"])  # fmt: skip


@settings(max_examples=examples(1000))
@given(fields=JUNK, parameters=st.dictionaries(NAMES, JUNK), clustering=JUNK, metadata=JUNK)
def test_any_schema_ends_in_a_record(fields, parameters, clustering, metadata):
    wanted = {f"{SPARK}{name}": value for name, value in parameters.items()}
    wanted[SPARK] = json.dumps({"type": "struct", "fields": fields})
    wanted |= {"clusteringColumns": json.dumps(clustering), "spark.sql.sources.provider": "orc"}
    answer = table(column("a"), Parameters=wanted, IcebergTableMetadata=metadata)
    encode_json(record_of(answer))
    answer["Parameters"] = ICEBERG | {"current-schema": json.dumps(metadata)}
    encode_json(record_of(answer))
