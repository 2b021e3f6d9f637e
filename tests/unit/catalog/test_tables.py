"""Answers of GetTables become records."""

import json
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from tests.unit.catalog.answers import WHERE, column, presto_view, table

from glueline.contract.datatypes import PrimitiveType, UnknownType
from glueline.contract.records import CatalogLink, Federated, SortColumn, Storage, TableRecord
from glueline.contract.structs import encode_json
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.tables import make_table_record
from glueline_worker.catalog.types.column_types import parse_type
from glueline_worker.catalog.types.type_texts import without_comments

PLACEHOLDER = column("col", "array<string>", Comment="from deserializer")


def record_of(answer, **more):
    return make_table_record(answer, RecordOrigin(**WHERE, **more), database_name="sales")


def names(columns):
    return [each.name for each in columns]


def with_parameters(*columns, keys=(), **parameters):
    return table(*columns, PartitionKeys=list(keys), Parameters=parameters)


def spark_schema(*fields):
    return json.dumps({"type": "struct", "fields": list(fields)})


def spark_field(name, spark_type, **metadata):
    return {"name": name, "type": spark_type, "nullable": True, "metadata": metadata}


def test_every_field_of_a_table_is_kept():
    record = record_of(table())
    assert replace(record, columns=(), partition_keys=(), content_hash="") == TableRecord(
        **WHERE,
        catalog_id="123456789012",
        database_name="sales",
        name="orders",
        description="All orders",
        owner="hadoop",
        table_type="EXTERNAL_TABLE",
        create_time=datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
        update_time=datetime(2023, 11, 14, 22, 15, 0, 500_000, tzinfo=UTC),
        last_access_time=datetime(1970, 1, 1, tzinfo=UTC),
        retention=0,
        version_id="3",
        is_registered_with_lake_formation=False,
        parameters={"EXTERNAL": "TRUE", "classification": "parquet"},
        storage=Storage(
            location="s3://lake/sales/orders/",
            additional_locations=("s3://lake/old/orders/",),
            data_locations=("s3://lake/sales/orders/", "s3://lake/old/orders/"),
            input_format="org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            output_format="org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            compressed=True,
            number_of_buckets=4,
            serialization_library="org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
            serde_parameters={"serialization.format": "1"},
            bucket_columns=("id",),
            sort_columns=(SortColumn(column="id"), SortColumn(column="dt", ascending=False)),
            parameters={"CrawlerSchemaDeserializerVersion": "1.0"},
        ),
    )  # fmt: skip


def test_columns_carry_their_type_as_text_and_tree_their_comment_and_parameters():
    record = record_of(table(column("id", "BIGINT", Comment="key", Parameters={"b": "1", "a": 2})))
    (only,) = record.columns
    assert (only.name, only.type, only.comment) == ("id", "BIGINT", "key")
    assert only.data_type == PrimitiveType(name="bigint")
    assert list(only.parameters.items()) == [("a", "2"), ("b", "1")]
    assert record.partition_keys[0].comment == "day"
    assert record.warnings == ()


def test_a_table_with_only_a_name_is_a_record():
    record = record_of({"Name": "bare"}, catalog_id="42")
    assert (record.name, record.storage, record.columns, record.catalog_id) == (
        "bare",
        None,
        (),
        "42",
    )
    assert record.warnings == ()


def test_the_owner_that_the_answer_names_wins_over_the_one_that_was_asked():
    assert record_of(table(), catalog_id="42").catalog_id == "123456789012"


def test_a_table_without_a_name_says_so():
    record = record_of({"TargetTable": {"DatabaseName": "d", "Name": "linked"}})
    assert record.name == "linked"
    assert record.warnings == ("The name is missing.",)
    assert record_of({}).name == "(unnamed)"


def test_the_comment_in_the_parameters_describes_a_table_without_description():
    assert (
        record_of(table(Description=None, Parameters={"comment": "from Hive"})).description
        == "from Hive"
    )


def test_partition_keys_are_not_repeated_among_the_columns_in_any_case():
    record = record_of(table(column("id"), column("DT", "date")))
    assert names(record.columns) == ["id"]
    assert [(key.name, key.type) for key in record.partition_keys] == [("dt", "string")]
    assert record.warnings == ()


def test_of_columns_that_differ_only_in_case_the_first_is_kept():
    record = record_of(
        table(column("Id", "int"), column("id", "int"), column("Id", "int"), column("x"))
    )
    assert names(record.columns) == ["Id", "x"]
    assert record.warnings == ("Columns left out because an earlier one has their name: 2.",)


def test_columns_that_iceberg_retired_are_dropped():
    retired = {"iceberg.field.current": "false", "iceberg.field.id": "2"}
    current = {"iceberg.field.current": "true"}
    record = record_of(table(column("old", Parameters=retired), column("new", Parameters=current)))
    assert names(record.columns) == ["new"]
    assert record.warnings == ()


def test_a_type_that_is_not_understood_is_kept_with_a_warning():
    record = record_of(
        table(column("a", "struct<x:nonsense>"), column("b", "int"), column("c", None))
    )
    assert record.columns[0].type == "struct<x:nonsense>"
    assert record.columns[2].data_type == UnknownType(text="")
    assert record.warnings == ("Columns with a type that is not understood: a, c.",)


def test_a_column_without_a_name_keeps_its_place():
    record = record_of(table(column("a"), {"Type": "int"}))
    assert names(record.columns) == ["a", "_col1"]
    assert record.warnings == ("A column has no name and is called _col1.",)


def test_a_delta_schema_is_read_from_the_parameters():
    text = spark_schema(
        spark_field("Id", "long", comment="the key"),
        spark_field("price", "decimal(10,2)"),
        spark_field("code", "string", __CHAR_VARCHAR_TYPE_STRING="varchar(3)"),
        spark_field("tags", {"type": "array", "elementType": "integer", "containsNull": True}),
        spark_field("by", {"type": "map", "keyType": "short", "valueType": {"type": "struct", "fields": [
            spark_field("a b", "byte", comment="it's")]}}),
        spark_field("point", {"type": "udt", "class": "org.example.PointUDT", "sqlType": {"type": "array", "elementType": "double"}}),
        spark_field("day", "date"),
    )  # fmt: skip
    parts = {
        f"spark.sql.sources.schema.part.{i}": text[i * 100 : i * 100 + 100]
        for i in range(len(text) // 100 + 1)
    }
    record = record_of(
        with_parameters(
            PLACEHOLDER,
            **parts,
            **{
                "spark.sql.sources.provider": "delta",
                "spark.sql.sources.schema.numParts": str(len(parts)),
                "spark.sql.sources.schema.numPartCols": "1",
                "spark.sql.sources.schema.partCol.0": "DAY",
            },
        )
    )
    assert record.format == "delta"
    assert [(each.name, each.type) for each in record.columns] == [
        ("Id", "bigint"),
        ("price", "decimal(10,2)"),
        ("code", "varchar(3)"),
        ("tags", "array<int>"),
        ("by", "map<smallint,struct<a b:tinyint>>"),
        ("point", "array<double>"),
    ]
    assert all(without_comments(each.data_type) == parse_type(each.type) for each in record.columns)
    assert record.columns[4].data_type.value.fields[0].comment == "it's"
    assert record.columns[0].comment == "the key"
    assert names(record.partition_keys) == ["day"]
    assert record.warnings == ()


def test_a_schema_in_one_parameter_stands_in_for_absent_columns():
    schema = spark_schema(spark_field("a", "integer"))
    answer = {"Name": "t", "Parameters": {"spark.sql.sources.schema": schema}}
    assert [each.type for each in record_of(answer).columns] == ["int"]


def test_a_delta_table_with_some_of_its_columns_gets_them_all():
    schema = spark_schema(
        spark_field("a", "integer"), spark_field("b", "string"), spark_field("dt", "date")
    )
    parameters = {"table_type": "DELTA", "spark.sql.sources.schema": schema}
    record = record_of(
        with_parameters(column("A", "int"), keys=[column("dt", "date")], **parameters)
    )
    assert names(record.columns) == ["a", "b"]
    assert names(record.partition_keys) == ["dt"]


def test_complete_columns_are_not_replaced_by_the_schema_in_the_parameters():
    schema = spark_schema(spark_field("Other", "integer"))
    parameters = {"spark.sql.sources.provider": "parquet", "spark.sql.sources.schema": schema}
    assert names(record_of(with_parameters(column("a"), column("b"), **parameters)).columns) == [
        "a",
        "b",
    ]


@pytest.mark.parametrize(
    ("schema", "warning"),
    [
        ({}, None),
        ({"spark.sql.sources.schema": "{"}, "The parameter spark.sql.sources.schema is no JSON."),
        (
            {"spark.sql.sources.schema": "[]"},
            "The parameter spark.sql.sources.schema is no Spark schema.",
        ),
        (
            {"spark.sql.sources.schema.numParts": "2", "spark.sql.sources.schema.part.0": "{"},
            "Of the 2 parts of spark.sql.sources.schema, 1 are there.",
        ),
    ],
)
def test_a_delta_placeholder_without_a_readable_schema_leaves_no_columns_and_says_why(
    schema, warning
):
    record = record_of(
        with_parameters(PLACEHOLDER, **{"spark.sql.sources.provider": "delta"}, **schema)
    )
    assert record.columns == ()
    last = "The schema is not in the catalogue, only in the Delta log."
    assert record.warnings == ((warning, last) if warning else (last,))


def test_the_same_columns_without_delta_are_columns():
    assert names(record_of(with_parameters(PLACEHOLDER)).columns) == ["col"]


@pytest.mark.parametrize(
    ("table_format", "parameters", "descriptor"),
    [
        ("hive", {"classification": "csv"}, {}),
        ("iceberg", {"table_type": "ICEBERG", "metadata_location": "s3://b/m.json"}, {}),
        ("iceberg", {"storage_handler": "org.apache.iceberg.mr.hive.HiveIcebergStorageHandler"}, {}),
        ("delta", {"Table_Type": "delta"}, {}),
        ("delta", {"spark.sql.sources.provider": "DELTA", "classification": "parquet"}, {}),
        ("delta", {"classification": "delta"}, {"InputFormat": "org.apache.hadoop.mapred.SequenceFileInputFormat"}),
        ("delta", {"delta.lastUpdateVersion": "7"}, {}),
        ("hudi", {"spark.sql.sources.provider": "hudi"}, {}),
        ("hudi", {}, {"InputFormat": "org.apache.hudi.hadoop.HoodieParquetInputFormat"}),
        ("hudi", {}, {"InputFormat": "com.uber.hoodie.hadoop.HoodieInputFormat"}),
        ("hudi", {"hoodie.table.name": "t"}, {}),
        ("delta", {}, {"SerdeInfo": {"SerializationLibrary": "io.delta.hive.DeltaStorageHandler"}}),
    ],
)  # fmt: skip
def test_the_format_is_what_the_writers_declare(table_format, parameters, descriptor):
    assert (
        record_of({"Name": "t", "Parameters": parameters, "StorageDescriptor": descriptor}).format
        == table_format
    )


def test_a_resource_link_stays_a_link():
    target = {"CatalogId": "999", "DatabaseName": "theirs", "Name": "orders", "Region": "us-east-1"}
    record = record_of({"Name": "link", "TargetTable": target})
    assert record.target == CatalogLink(
        catalog_id="999", database="theirs", table="orders", region="us-east-1"
    )
    assert record.storage is None
    assert record.warnings == ()


def test_a_link_without_a_database_says_so():
    record = record_of({"Name": "link", "TargetTable": {"Name": "orders"}})
    assert record.target == CatalogLink(database="(unnamed)", table="orders")
    assert record.warnings == ("TargetTable names no database.",)


def test_a_federated_table_names_what_is_behind_it():
    record = record_of(table(FederatedTable={"Identifier": "arn:x", "ConnectionName": "snow"}))
    assert record.federated == Federated(identifier="arn:x", connection_name="snow")


def test_values_of_another_type_are_taken_for_what_they_say():
    record = record_of(
        table(
            Description=5,
            Retention="7",
            VersionId=3,
            Owner=["a"],
            Parameters={"n": 1, "t": True, "none": None},
        )
    )
    assert (record.description, record.retention, record.version_id, record.owner) == (
        "5",
        7,
        "3",
        '["a"]',
    )
    assert record.parameters == {"n": "1", "none": "", "t": "true"}
    assert record.warnings == ()


def test_what_cannot_be_used_is_left_out_with_a_warning():
    record = record_of(
        table(
            CreateTime=1e30,
            UpdateTime="soon",
            Retention="long",
            StorageDescriptor="none",
            PartitionKeys=[7],
        )
    )
    assert record.storage is None
    assert (record.create_time, record.update_time, record.retention) == (None, None, None)
    assert record.warnings == (
        "StorageDescriptor is no object.",
        "PartitionKeys holds something that is no object.",
        "CreateTime is no time.",
        "UpdateTime is no time.",
        "Retention is no number.",
    )


def test_the_columns_of_a_trino_view_come_from_its_text_where_glue_has_a_dummy():
    text = presto_view(originalSql="SELECT 1 a", columns=[{"name": "a", "type": "row(b integer)"}])
    record = record_of(
        table(column("dummy"), PartitionKeys=[], TableType="VIRTUAL_VIEW", ViewOriginalText=text)
    )
    assert [(each.name, each.type) for each in record.columns] == [("a", "row(b integer)")]
    assert record.columns[0].data_type == parse_type("struct<b:integer>")


def test_secrets_are_redacted_in_parameters_locations_and_the_raw_answer():
    answer = table(
        Parameters={"password": "hunter2", "url": "jdbc:mysql://u:hunter2@h/db?token=hunter2"}
    )
    answer["StorageDescriptor"] |= {"Location": "jdbc:postgresql://h/db?user=u&password=hunter2"}
    answer["StorageDescriptor"]["SerdeInfo"] = {"Parameters": {"aws_secret_access_key": "hunter2"}}
    answer["StorageDescriptor"]["Columns"][0]["Parameters"] = {"api.key": "hunter2"}
    text = encode_json(record_of(answer, raw=True)).decode()
    assert "hunter2" not in text
    assert "jdbc:postgresql://h/db?user=u&password=[redacted]" in text


def test_the_raw_answer_is_kept_when_it_is_wanted():
    answer = table()
    assert record_of(answer, raw=True).raw == answer
    assert record_of(answer).raw is None


def test_the_hash_ignores_the_order_of_keys_and_what_is_volatile():
    answer = table(Parameters={"a": "1", "b": "2"})
    turned = dict(reversed(answer.items())) | {
        "Parameters": {"b": "2", "a": "1"},
        "UpdateTime": 5,
        "VersionId": "9",
    }
    first, second = record_of(answer), record_of(turned, raw=True)
    assert first.content_hash == second.content_hash
    assert len(first.content_hash) == 32
    assert encode_json(first.parameters) == encode_json(second.parameters)


@pytest.mark.parametrize(
    "change",
    [
        {"Description": "other"},
        {"Parameters": {"classification": "orc"}},
        {"PartitionKeys": []},
        {"PartitionKeys": [column("dt", Comment="other")]},
        {"StorageDescriptor": {"Columns": [column("id", "int")]}},
        {"FederatedTable": {"Identifier": "x"}},
    ],
)
def test_the_hash_follows_the_content(change):
    assert record_of(table()).content_hash != record_of(table(**change)).content_hash


@pytest.mark.parametrize(
    "columns", [[column("dummy")], [column("Dummy", "STRING")], [PLACEHOLDER], []]
)
@pytest.mark.parametrize("provider", ["DELTA", "delta"])
def test_a_delta_table_without_a_schema_in_the_catalogue_has_no_invented_column(columns, provider):
    answer = table(PartitionKeys=[], Parameters={"spark.sql.sources.provider": provider})
    answer["StorageDescriptor"]["Columns"] = columns
    record = record_of(answer)
    assert record.columns == ()
    assert record.warnings == ("The schema is not in the catalogue, only in the Delta log.",)


def test_a_column_that_is_called_dummy_stays_where_it_may_be_one():
    schema = spark_schema(spark_field("dummy", "string"))
    delta = {"spark.sql.sources.provider": "delta", "spark.sql.sources.schema": schema}
    for parameters in ({}, delta):
        record = record_of(table(column("dummy"), PartitionKeys=[], Parameters=parameters))
        assert (names(record.columns), record.warnings) == (["dummy"], ())
