"""The columns in an answer about a table, by Glue's names for them, without making its record."""

from collections.abc import Mapping
from typing import Any

from glueline.contract.records import Column
from glueline_worker.catalog.columns import make_column, read_columns
from glueline_worker.catalog.table_formats import detect_table_format
from glueline_worker.catalog.types.spark_schema import read_spark_columns
from glueline_worker.catalog.values import AnswerReader
from glueline_worker.lineage.schemas import TableSchema, make_table_schema

_PLACEHOLDERS = frozenset({"col", "dummy"})
"""The first column where the true ones are elsewhere."""


def read_table_schema(fields: Mapping[str, Any]) -> TableSchema:
    """Return the columns, the partition keys last, with the fields of structs."""
    if _is_plain(fields) and (columns := _make_plain_columns(fields)):
        return make_table_schema(columns)
    answer = AnswerReader(fields)
    storage = answer.find_object("StorageDescriptor") or AnswerReader({}, answer.warnings)
    parameters = answer.get_parameters("Parameters")
    table_format = detect_table_format(parameters, storage.fields)
    written = read_spark_columns(parameters, answer.warnings)
    schema = [each.column for each in written]
    own, keys = read_columns(answer, storage, parameters, table_format, schema)
    return make_table_schema((*own, *keys))


def _is_plain(fields: Mapping[str, Any]) -> bool:
    """Tell whether all columns are in the answer's lists: no engine has them elsewhere.

    Most tables are such, and a listing passes a hundred at a time.
    """
    parameters, storage = fields.get("Parameters") or {}, fields.get("StorageDescriptor")
    if "ViewOriginalText" in fields or not isinstance(storage, dict):
        return False
    marks = f"{storage.get('InputFormat')}{storage.get('SerdeInfo')}{parameters}"
    return "spark." not in marks and "delta" not in marks.lower()


def _make_plain_columns(fields: Mapping[str, Any]) -> list[Column]:
    """Return the columns; empty where one is of a form that needs a closer look."""
    listed, keys = fields["StorageDescriptor"].get("Columns"), fields.get("PartitionKeys") or []
    if not isinstance(listed, list) or not isinstance(keys, list):
        return []
    columns = []
    for column in (*listed, *keys):
        if type(column) is not dict or "Parameters" in column:
            return []
        name, of_type = column.get("Name"), column.get("Type")
        if type(name) is not str or type(of_type) is not str or not name:
            return []
        columns.append(make_column(name, of_type))
    names = {column.name.lower() for column in columns}
    is_plain = len(names) == len(columns) and not _PLACEHOLDERS & names
    return columns if is_plain else []
