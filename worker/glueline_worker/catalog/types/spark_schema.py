"""The schema that Spark and Delta Lake keep in a table's parameters as JSON.

Spark writes it to ``spark.sql.sources.schema``, or cut into ``spark.sql.sources.schema.part.N``
with their number in ``….numParts``, and leaves a placeholder among the table's columns when Hive
could not read the format.
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
from glueline_worker.catalog.types.column_types import DEPTH_LIMIT, parse_type, render_type
from glueline_worker.catalog.values import mappings_at, text_of

_SCHEMA = "spark.sql.sources.schema"
_HIVE_NAMES = {"byte": "tinyint", "short": "smallint", "integer": "int", "long": "bigint"}


def spark_columns(parameters: Mapping[str, str], notes: list[str]) -> list[Column]:
    """Return the columns of the schema in ``parameters``, partition columns included.

    Empty when there is none; also, with a note, when it cannot be read.
    """
    text = _schema_text(parameters, notes)
    if text is None:
        return []
    try:
        schema = orjson.loads(text)
    except orjson.JSONDecodeError:
        notes.append(f"The parameter {_SCHEMA} is no JSON.")
        return []
    tree = _tree(schema, 0)
    if not isinstance(tree, StructType):
        notes.append(f"The parameter {_SCHEMA} is no Spark schema.")
        return []
    return [_column(field) for field in tree.fields]


def spark_partition_names(parameters: Mapping[str, str]) -> list[str]:
    """Return the partition columns' names in their order, as Spark keeps them in parameters."""
    return list(_numbered(parameters, f"{_SCHEMA}.partCol."))


def _schema_text(parameters: Mapping[str, str], notes: list[str]) -> str | None:
    if whole := parameters.get(_SCHEMA):
        return whole
    parts = list(_numbered(parameters, f"{_SCHEMA}.part."))
    expected = parameters.get(f"{_SCHEMA}.numParts")
    if expected is not None and expected != str(len(parts)):
        notes.append(f"Of the {expected} parts of {_SCHEMA}, {len(parts)} are there.")
        return None
    return "".join(parts) or None


def _numbered(parameters: Mapping[str, str], prefix: str) -> Iterator[str]:
    for number in count():
        value = parameters.get(f"{prefix}{number}")
        if value is None:
            return
        yield value


def _column(field: StructField) -> Column:
    return Column(
        name=field.name,
        type=render_type(field.type),
        data_type=field.type,
        comment=field.comment,
    )


def _tree(spark_type: Any, depth: int) -> DataType:  # noqa: PLR0911 - one for each kind
    if isinstance(spark_type, str):
        return parse_type(_HIVE_NAMES.get(spark_type, spark_type))
    if not isinstance(spark_type, dict) or depth >= DEPTH_LIMIT:
        return UnknownType(text=text_of(spark_type) or "")
    part, deeper = spark_type.get, depth + 1
    match part("type"):
        case "array":
            return ArrayType(element=_tree(part("elementType"), deeper))
        case "map":
            return MapType(
                key=_tree(part("keyType"), deeper), value=_tree(part("valueType"), deeper)
            )
        case "struct":
            fields = mappings_at(spark_type, "fields", [])
            return StructType(fields=tuple(_field(field, deeper) for field in fields))
        case "udt":
            return _tree(part("sqlType"), deeper)
        case _:
            return UnknownType(text=text_of(spark_type) or "")


def _field(field: Mapping[str, Any], depth: int) -> StructField:
    metadata = field.get("metadata")
    details = metadata if isinstance(metadata, dict) else {}
    # Spark calls varchar(n) and char(n) a string and keeps the true type beside it.
    true_type = details.get("__CHAR_VARCHAR_TYPE_STRING") or field.get("type")
    return StructField(
        name=text_of(field.get("name")) or "",
        type=_tree(true_type, depth),
        comment=text_of(details.get("comment")),
    )
