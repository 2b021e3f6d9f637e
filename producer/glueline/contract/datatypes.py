"""Hive and Glue column types as trees."""

from typing import Annotated, Literal

from pydantic import Field

from glueline.contract.model import StrictModel


class PrimitiveType(StrictModel):
    """A type without parts: ``name`` in lower case, ``parameters`` as in ``decimal(10,2)``."""

    kind: Literal["primitive"] = "primitive"
    name: str
    parameters: tuple[int, ...] = ()
    collation: str | None = None
    """How a text is compared, as in ``string collate UNICODE_CI``; None for byte by byte."""


class ArrayType(StrictModel):
    """``array<element>``."""

    kind: Literal["array"] = "array"
    element: "DataType"


class MapType(StrictModel):
    """``map<key,value>``."""

    kind: Literal["map"] = "map"
    key: "DataType"
    value: "DataType"


class StructField(StrictModel):
    """One part of a struct; names keep their case and are empty where the type has none."""

    name: str
    type: "DataType"
    comment: str | None = None


class StructType(StrictModel):
    """``struct<name:type,…>``."""

    kind: Literal["struct"] = "struct"
    fields: tuple[StructField, ...]


class UnionType(StrictModel):
    """``uniontype<type,…>``."""

    kind: Literal["union"] = "union"
    members: tuple["DataType", ...]


class UnknownType(StrictModel):
    """A text that is no Hive type; kept as it was."""

    kind: Literal["unknown"] = "unknown"
    text: str


DataType = Annotated[
    PrimitiveType | ArrayType | MapType | StructType | UnionType | UnknownType,
    Field(discriminator="kind"),
]

for _model in (ArrayType, MapType, StructField, StructType, UnionType):
    _model.model_rebuild()
