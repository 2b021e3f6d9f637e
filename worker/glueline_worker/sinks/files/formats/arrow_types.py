"""The Arrow type of each kind of record, made of its struct, so that no field is forgotten.

Left out is what Arrow cannot type: trees of column types, whose text stands beside them. What
may be any JSON is a text.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import pyarrow as pa
from msgspec import inspect

from glueline.contract.records import AnyRecord

_SCALARS: dict[type, Any] = {
    inspect.StrType: pa.string(),
    inspect.LiteralType: pa.string(),
    inspect.EnumType: pa.string(),
    inspect.IntType: pa.int64(),
    inspect.BoolType: pa.bool_(),
    inspect.FloatType: pa.float64(),
    inspect.DateTimeType: pa.timestamp("us", "UTC"),
}


@cache
def make_arrow_schema(kind: str) -> Any:
    """Return the schema of a kind of record: its fields in their order, after ``kind``."""
    record = next(each for each in AnyRecord.__args__ if each.kind == kind)
    fields = _make_type(inspect.type_info(record))
    return pa.schema([pa.field("kind", pa.string()), *fields])


def _make_type(info: inspect.Type) -> Any:
    """Return the type of a value; None where Arrow has none, as for trees."""
    if type(info) in _SCALARS:
        return _SCALARS[type(info)]
    match info:
        case inspect.UnionType(types=types):
            return _make_type_of_union(types)
        case inspect.DictType(value_type=inspect.AnyType()):
            return pa.string()
        case inspect.DictType(key_type=key, value_type=value):
            return pa.map_(_make_type(key), _make_type(value))
        case inspect.VarTupleType(item_type=item):
            return pa.list_(_make_type(item))
        case inspect.StructType(fields=fields):
            made = ((field.encode_name, _make_type(field.type)) for field in fields)
            return pa.struct([pa.field(name, kind) for name, kind in made if kind is not None])
        case _:  # pragma: no cover - a field of a new type fails the test of all schemas
            raise TypeError(f"{info} has no type in Arrow")


def _make_type_of_union(types: Sequence[inspect.Type]) -> Any:
    known = [each for each in types if not isinstance(each, inspect.NoneType)]
    if len(known) > 1 and all(isinstance(each, inspect.StructType) for each in known):
        return None  # the tree of a column's type
    (single,) = known
    return _make_type(single)
