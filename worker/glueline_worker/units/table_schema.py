"""The columns in an answer about a table, by Glue's names for them, without making its record."""

from collections.abc import Mapping
from typing import Any

from glueline_worker.catalog.columns import make_column, read_columns
from glueline_worker.catalog.table_formats import detect_table_format
from glueline_worker.catalog.types.spark_schema import read_spark_columns
from glueline_worker.catalog.values import AnswerReader
from glueline_worker.lineage.schemas import TableSchema, make_table_schema


def read_table_schema(fields: Mapping[str, Any]) -> TableSchema:
    """Return the columns, the partition keys last, with the fields of structs."""
    answer = AnswerReader(fields)
    storage = answer.find_object("StorageDescriptor") or AnswerReader({}, answer.warnings)
    parameters = answer.get_parameters("Parameters")
    table_format = detect_table_format(parameters, storage.fields)
    written = read_spark_columns(parameters, answer.warnings)
    schema = [each.column for each in written]
    own, keys = read_columns(answer, storage, parameters, table_format, schema)
    return make_table_schema(each.column for each in (*own, *keys))


def make_plain_schema(columns: list[tuple[str, str]]) -> TableSchema:
    """Return the schema of columns that are given as names with types."""
    return make_table_schema(make_column(name, type_text) for name, type_text in columns)
