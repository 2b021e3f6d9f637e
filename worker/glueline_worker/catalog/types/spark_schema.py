"""Read the schema that Spark and Delta Lake keep as JSON in the parameters of a table.

Spark writes it to ``spark.sql.sources.schema``, or in parts to ``spark.sql.sources.schema.part.N``
with their number in ``….numParts``. When Hive could not read the format, the columns of the table
are a placeholder.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

import orjson
from msgspec.structs import replace

from glueline.contract.datatypes import (
    ArrayType,
    DataType,
    MapType,
    PrimitiveType,
    StructField,
    StructType,
    UnknownType,
)
from glueline.contract.records import Column, ColumnConstraints
from glueline_worker.catalog.types.column_types import TYPE_DEPTH_LIMIT, parse_type
from glueline_worker.catalog.types.type_texts import describe_type
from glueline_worker.catalog.values import AnswerReader, to_text
from glueline_worker.redact import redact_prose

SPARK_SCHEMA = "spark.sql.sources.schema"
_SHARED_LENGTH = 1024
_HIVE_NAMES = {"byte": "tinyint", "short": "smallint", "integer": "int", "long": "bigint"}
_GENERATED = ("delta.generationExpression", "GENERATION_EXPRESSION")
_IDENTITIES = ("delta.identity", "identity")


@dataclass(frozen=True, slots=True, eq=False)
class WrittenColumn:
    """A column as the writer of a table keeps it. Equal fields of schemas are one object."""

    column: Column
    key: str
    """The name in lower case."""


def read_spark_columns(parameters: Mapping[str, str], warnings: list[str]) -> list[WrittenColumn]:
    """Return the columns of the schema in ``parameters``, partition columns included.

    The result is empty without a schema and, with a warning, when it cannot be read.
    """
    text = _read_schema_text(parameters, warnings)
    if text is None:
        return []
    try:
        schema = orjson.loads(text)
    except orjson.JSONDecodeError:
        warnings.append(f"The parameter {SPARK_SCHEMA} is no JSON.")
        return []
    if not isinstance(schema, dict) or schema.get("type") != "struct":
        warnings.append(f"The parameter {SPARK_SCHEMA} is no Spark schema.")
        return []
    return [_share_column(field) for field in AnswerReader(schema).get_objects("fields")]


def read_spark_names(parameters: Mapping[str, str], kind: str) -> list[str]:
    """Return the columns of a ``kind`` (``partCol``, ``bucketCol``, ``sortCol``) in order."""
    return list(_read_numbered(parameters, f"{SPARK_SCHEMA}.{kind}."))


def _read_schema_text(parameters: Mapping[str, str], warnings: list[str]) -> str | None:
    if whole := parameters.get(SPARK_SCHEMA):
        return whole
    parts = list(_read_numbered(parameters, f"{SPARK_SCHEMA}.part."))
    expected = parameters.get(f"{SPARK_SCHEMA}.numParts")
    if expected is not None and expected != str(len(parts)):
        warnings.append(f"Of the {expected} parts of {SPARK_SCHEMA}, {len(parts)} are there.")
        return None
    return "".join(parts) or None


def _read_numbered(parameters: Mapping[str, str], prefix: str) -> Iterator[str]:
    for number in count():
        value = parameters.get(f"{prefix}{number}")
        if value is None:
            return
        yield value


def _share_column(field: Mapping[str, Any]) -> WrittenColumn:
    try:
        text = orjson.dumps(field)
    except orjson.JSONEncodeError:  # orjson reads deeper values than it writes
        return _make_column(field)
    return _make_shared(text) if len(text) <= _SHARED_LENGTH else _make_column(field)


# Tables share most of their columns, as those of `columns` do.
@lru_cache(maxsize=16384)
def _make_shared(text: bytes) -> WrittenColumn:
    return _make_column(orjson.loads(text))


def _make_column(field: Mapping[str, Any]) -> WrittenColumn:
    part = _make_field(field, 1)
    column = Column(
        name=part.name,
        type=describe_type(part.type),
        data_type=part.type,
        comment=part.comment,
        constraints=_read_constraints(field),
    )
    return WrittenColumn(column, part.name.lower())


def _read_constraints(field: Mapping[str, Any]) -> ColumnConstraints | None:
    details = _read_metadata(field)
    default = to_text(details.get("CURRENT_DEFAULT"))
    generated = next((to_text(details[key]) for key in _GENERATED if key in details), None)
    for key in _IDENTITIES:
        if f"{key}.start" in details and f"{key}.step" in details:
            generated = f"identity({details[f'{key}.start']},{details[f'{key}.step']})"
    not_null = field.get("nullable") is False
    if not (not_null or default or generated):
        return None
    return ColumnConstraints(
        not_null=not_null, default=redact_prose(default), generated_as=redact_prose(generated)
    )


def _read_metadata(field: Mapping[str, Any]) -> dict[str, Any]:
    metadata = field.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _make_field(field: Mapping[str, Any], depth: int) -> StructField:
    details, name = _read_metadata(field), to_text(field.get("name")) or ""
    # Spark writes "string" for varchar(n) and char(n), and the true type into the metadata.
    true_type = details.get("__CHAR_VARCHAR_TYPE_STRING") or field.get("type")
    collations = details.get("__COLLATIONS")
    return StructField(
        name=name,
        type=_TypeMaker(collations if isinstance(collations, dict) else {}).make(
            true_type, name, depth
        ),
        comment=redact_prose(to_text(details.get("comment"))),
    )


class _TypeMaker:
    """Makes the type of one field, whose metadata hold the collations of all texts in it.

    Their keys are paths: ``tags.element``, ``counts.value``. The fields of a struct have their own.
    """

    def __init__(self, collations: Mapping[str, Any]) -> None:
        self._collations = collations

    def make(self, spark_type: Any, path: str, depth: int) -> DataType:  # noqa: PLR0911 - by kind
        if isinstance(spark_type, str):
            return self._collate(parse_type(_HIVE_NAMES.get(spark_type, spark_type)), path)
        if not isinstance(spark_type, dict) or depth >= TYPE_DEPTH_LIMIT:
            return UnknownType(text=to_text(spark_type) or "")
        get, deeper = spark_type.get, depth + 1
        match get("type"):
            case "array":
                return ArrayType(element=self.make(get("elementType"), f"{path}.element", deeper))
            case "map":
                return MapType(
                    key=self.make(get("keyType"), f"{path}.key", deeper),
                    value=self.make(get("valueType"), f"{path}.value", deeper),
                )
            case "struct":
                fields = AnswerReader(spark_type).get_objects("fields")
                return StructType(fields=tuple(_make_field(field, deeper) for field in fields))
            case "udt":
                return self.make(get("sqlType"), path, deeper)
            case _:
                return UnknownType(text=to_text(spark_type) or "")

    def _collate(self, data_type: DataType, path: str) -> DataType:
        """Give a text its collation, which Spark writes as ``icu.UNICODE_CI``."""
        collation = self._collations.get(path)
        if not isinstance(collation, str) or not isinstance(data_type, PrimitiveType):
            return data_type
        if data_type.collation is not None or data_type.name not in ("string", "char", "varchar"):
            return data_type
        return replace(data_type, collation=collation.rpartition(".")[2])
