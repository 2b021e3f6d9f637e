"""Schemas are those of the records, whatever an answer looks like."""

import json
from typing import Any

import pytest
from msgspec import Raw

from glueline_worker.catalog.listed import ListedTable
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.tables import make_table_record
from glueline_worker.lineage.schemas import get_glue_name
from glueline_worker.units.table_schema import make_plain_schema, read_table_schema

SPARK = '{"type":"struct","fields":[{"name":"Id","type":"long","nullable":true,"metadata":{}}]}'
PLAIN = [{"Name": "id", "Type": "bigint"}, {"Name": "Ship", "Type": "struct<city:string>"}]


def answer(columns: Any, **more: Any) -> dict[str, Any]:
    return {"Name": "t", "StorageDescriptor": {"Columns": columns}, **more}


ANSWERS: dict[str, dict[str, Any]] = {
    "plain": answer(PLAIN, PartitionKeys=[{"Name": "day", "Type": "date"}]),
    "no columns": answer([]),
    "no descriptor": {"Name": "t"},
    "null columns": answer(None, PartitionKeys=None, Parameters=None),
    "a column twice": answer([*PLAIN, {"Name": "ID", "Type": "int"}]),
    "a key among the columns": answer(PLAIN, PartitionKeys=[{"Name": "id", "Type": "bigint"}]),
    "a name that is missing": answer([{"Type": "int"}, {"Name": "a"}, "odd", None]),
    "a name that is no text": answer([{"Name": 1, "Type": "int"}]),
    "retired": answer(
        [*PLAIN, {"Name": "old", "Type": "int", "Parameters": {"iceberg.field.current": "false"}}]
    ),
    "Spark's placeholder": answer(
        [{"Name": "col", "Type": "array<string>"}],
        Parameters={"spark.sql.sources.schema": SPARK, "spark.sql.sources.provider": "delta"},
    ),
    "a placeholder and no schema": answer(
        [{"Name": "col", "Type": "array<string>"}], Parameters={"classification": "delta"}
    ),
    "Trino's placeholder": answer([{"Name": "dummy", "Type": "string"}]),
    "Spark's partitions": answer(
        PLAIN,
        Parameters={
            "spark.sql.sources.schema.numPartCols": "1",
            "spark.sql.sources.schema.partCol.0": "id",
        },
    ),
    "Spark's case of names": answer(
        PLAIN[:1], Parameters={"spark.sql.sources.schema": SPARK, "spark.sql.create.version": "4"}
    ),
    "a delta table": answer(
        PLAIN, StorageDescriptor={"Columns": PLAIN, "InputFormat": "io.delta.DeltaFormat"}
    ),
    "half a pair": answer([{"Name": "a\ud800", "Type": "int"}]),
}


IN_THE_LISTS = frozenset({"plain"})
"""The tables whose columns are all in the lists of the answer, each in the usual form."""


@pytest.mark.parametrize("name", ANSWERS)
def test_the_columns_are_those_of_the_record(name: str) -> None:
    record = make_table_record(ANSWERS[name], RecordOrigin("s", "r"), database_name="d")
    columns = [get_glue_name(column) for column in (*record.columns, *record.partition_keys)]
    assert list(read_table_schema(ANSWERS[name]).get("", ())) == columns


def test_the_fields_of_structs_stand_below_their_column() -> None:
    assert read_table_schema(ANSWERS["plain"]) == {
        "": ("id", "Ship", "day"),
        "ship": ("city",),
    }


@pytest.mark.parametrize("name", ANSWERS)
def test_columns_found_without_decoding_are_those_of_the_decoded_table(name: str) -> None:
    table = ListedTable(Raw(json.dumps(ANSWERS[name])))
    plain = table.find_plain_columns()
    assert (plain is not None) == (name in IN_THE_LISTS)
    assert plain is None or make_plain_schema(
        json.loads(plain.names_and_types)
    ) == read_table_schema(table.decode())
