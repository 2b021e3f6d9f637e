"""Read the schema that Spark and Delta Lake keep as JSON in the parameters of a table.

Spark writes it to ``spark.sql.sources.schema``, or in parts to ``spark.sql.sources.schema.part.N``
with their number in ``….numParts``. When Hive could not read the format, the columns of the table
are a placeholder.
"""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import orjson

from glueline.contract.datatypes import (
    ArrayType,
    DataType,
    MapType,
    StructField,
    StructType,
    UnknownType,
)
from glueline.contract.records import Column
from glueline_worker.catalog.types.column_types import TYPE_DEPTH_LIMIT, parse_type, render_type
from glueline_worker.catalog.values import AnswerReader, to_text

_SCHEMA = "spark.sql.sources.schema"
_HIVE_NAMES = {"byte": "tinyint", "short": "smallint", "integer": "int", "long": "bigint"}


def read_spark_columns(parameters: Mapping[str, str], warnings: list[str]) -> list[Column]:
    """Return the columns of the schema in ``parameters``, partition columns included.

    The result is empty without a schema and, with a warning, when it cannot be read.
    """
    text = _read_schema_text(parameters, warnings)
    if text is None:
        return []
    try:
        schema = orjson.loads(text)
    except orjson.JSONDecodeError:
        warnings.append(f"The parameter {_SCHEMA} is no JSON.")
        return []
    tree = _make_tree(schema, 0)
    if not isinstance(tree, StructType):
        warnings.append(f"The parameter {_SCHEMA} is no Spark schema.")
        return []
    return [_make_column(field) for field in tree.fields]


def read_spark_partition_names(parameters: Mapping[str, str]) -> list[str]:
    """Return the names of the partition columns in the order of Spark's parameters."""
    return list(_read_numbered(parameters, f"{_SCHEMA}.partCol."))


def _read_schema_text(parameters: Mapping[str, str], warnings: list[str]) -> str | None:
    if whole := parameters.get(_SCHEMA):
        return whole
    parts = list(_read_numbered(parameters, f"{_SCHEMA}.part."))
    expected = parameters.get(f"{_SCHEMA}.numParts")
    if expected is not None and expected != str(len(parts)):
        warnings.append(f"Of the {expected} parts of {_SCHEMA}, {len(parts)} are there.")
        return None
    return "".join(parts) or None


def _read_numbered(parameters: Mapping[str, str], prefix: str) -> Iterator[str]:
    for number in count():
        value = parameters.get(f"{prefix}{number}")
        if value is None:
            return
        yield value


def _make_column(field: StructField) -> Column:
    return Column(
        name=field.name,
        type=render_type(field.type),
        data_type=field.type,
        comment=field.comment,
    )


def _make_tree(spark_type: Any, depth: int) -> DataType:  # noqa: PLR0911 - one return for each kind
    if isinstance(spark_type, str):
        return parse_type(_HIVE_NAMES.get(spark_type, spark_type))
    if not isinstance(spark_type, dict) or depth >= TYPE_DEPTH_LIMIT:
        return UnknownType(text=to_text(spark_type) or "")
    get, deeper = spark_type.get, depth + 1
    match get("type"):
        case "array":
            return ArrayType(element=_make_tree(get("elementType"), deeper))
        case "map":
            return MapType(
                key=_make_tree(get("keyType"), deeper), value=_make_tree(get("valueType"), deeper)
            )
        case "struct":
            fields = AnswerReader(spark_type).get_objects("fields")
            return StructType(fields=tuple(_make_field(field, deeper) for field in fields))
        case "udt":
            return _make_tree(get("sqlType"), deeper)
        case _:
            return UnknownType(text=to_text(spark_type) or "")


def _make_field(field: Mapping[str, Any], depth: int) -> StructField:
    metadata = field.get("metadata")
    details = metadata if isinstance(metadata, dict) else {}
    # Spark writes "string" for varchar(n) and char(n), and the true type into the metadata.
    true_type = details.get("__CHAR_VARCHAR_TYPE_STRING") or field.get("type")
    return StructField(
        name=to_text(field.get("name")) or "",
        type=_make_tree(true_type, depth),
        comment=to_text(details.get("comment")),
    )
