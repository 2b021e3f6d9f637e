"""Hive and Glue column types as trees."""

from typing import ClassVar, Literal

from glueline.contract.structs import StrictStruct


class PrimitiveType(StrictStruct, frozen=True, kw_only=True, tag_field="kind", tag="primitive"):
    """A type without parts: ``name`` in lower case, ``parameters`` as in ``decimal(10,2)``."""

    kind: ClassVar[Literal["primitive"]] = "primitive"
    name: str
    parameters: tuple[int, ...] = ()
    collation: str | None = None
    """How a text is compared, as in ``string collate UNICODE_CI``; None for byte by byte."""


class ArrayType(StrictStruct, frozen=True, kw_only=True, tag_field="kind", tag="array"):
    """``array<element>``."""

    kind: ClassVar[Literal["array"]] = "array"
    element: "DataType"


class MapType(StrictStruct, frozen=True, kw_only=True, tag_field="kind", tag="map"):
    """``map<key,value>``."""

    kind: ClassVar[Literal["map"]] = "map"
    key: "DataType"
    value: "DataType"


class StructField(StrictStruct, frozen=True, kw_only=True):
    """One part of a struct; names keep their case and are empty where the type has none."""

    name: str
    type: "DataType"
    comment: str | None = None


class StructType(StrictStruct, frozen=True, kw_only=True, tag_field="kind", tag="struct"):
    """``struct<name:type,…>``."""

    kind: ClassVar[Literal["struct"]] = "struct"
    fields: tuple[StructField, ...]


class UnionType(StrictStruct, frozen=True, kw_only=True, tag_field="kind", tag="union"):
    """``uniontype<type,…>``."""

    kind: ClassVar[Literal["union"]] = "union"
    members: tuple["DataType", ...]


class UnknownType(StrictStruct, frozen=True, kw_only=True, tag_field="kind", tag="unknown"):
    """A text that is no Hive type; kept as it was."""

    kind: ClassVar[Literal["unknown"]] = "unknown"
    text: str


DataType = PrimitiveType | ArrayType | MapType | StructType | UnionType | UnknownType
