"""Types of a frame's columns, as far as the schemas tell them: which columns are structs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from glueline_worker.lineage.model import (
    ITEMS,
    Schemas,
    get_item_path,
    get_path_of_fields,
    is_map,
)
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.outputs import Attribute, BuiltField
from glueline_worker.lineage.script.domain.values import UNKNOWN, ColumnList, External, Value
from glueline_worker.lineage.script.models.spark.known_columns import UNKNOWN_SHAPE

_NAMES_OF_TYPE = frozenset({"typeName", "simpleString", "jsonValue", "lower"})


_NESTED = ("struct", "array", "map")
_CLASSES = {"struct": "StructType", "array": "ArrayType", "map": "MapType"}


@dataclass(eq=False)
class FieldType(LibraryObject):
    """``field.dataType``: a struct with its fields, an array, a map, or something else."""

    is_finite = True

    schemas: Schemas
    shape: str | None = None
    built: tuple[tuple[str, BuiltField], ...] = ()
    is_typed: bool = False
    """The schemas tell the type of each column: what they know nothing of is not nested."""

    def list_names(self) -> Sequence[str]:
        """List the fields of a struct; none of anything else."""
        if self.built or self.shape is None:
            return [name for name, _ in self.built]
        if self._is_array() or is_map(self.schemas, get_path_of_fields(self.shape)):
            return ()
        return self.schemas.get(get_path_of_fields(self.shape), ())

    def _is_array(self) -> bool:
        return get_item_path(self.schemas, self.shape) != self.shape

    def _get_kind(self) -> str | None:
        """Tell whether it is a struct, an array, a map or plain; None where only a run knows."""
        if self.list_names():
            return "struct"
        if self.shape is None or self.shape == UNKNOWN_SHAPE:
            return None
        if self._is_array():
            return "array"
        if is_map(self.schemas, get_path_of_fields(self.shape)):
            return "map"
        return "plain" if self.is_typed else None

    def list_items(self) -> list[Value] | None:
        """List the fields of a struct."""
        known = dict(self.built)
        fields = []
        for name in self.list_names():
            built = known[name].fields if name in known else ()
            path = None if self.shape is None else get_path_of_fields(self.shape)
            shape = None if path is None else f"{path}/{name.lower()}"
            fields.append(SchemaField(name, replace(self, shape=shape, built=built)))
        return ColumnList(fields) if fields else None

    def is_instance(self, types: Sequence[str]) -> bool | None:
        """Tell whether it is of one of the types; None where only a run knows."""
        kind = self._get_kind()
        if kind in _CLASSES:
            return _CLASSES[kind] in types
        asked = set(types)
        is_told = kind == "plain" and asked <= set(_CLASSES.values())
        return False if is_told or asked == {"StructType"} else None

    def equals(self, other: Value) -> bool | None:
        """Tell whether its name is a text; None where only a run knows."""
        if not isinstance(other, str):
            return None
        text, kind = other.lower(), self._get_kind()
        asked = next((each for each in _NESTED if text.startswith(each)), None)
        if asked is None:
            return False if kind in _CLASSES else None
        if kind == asked:
            return True if kind == "struct" or text == asked else None
        return False if kind or asked == "struct" else None

    def get_attribute(self, name: str) -> Value:
        """Return the fields, their names or the type of an array's items."""
        if name == "fields":
            return self.list_items() or External("type.fields", "loop:field")
        if name == "names":
            return ColumnList(self.list_names())
        if name == "elementType":
            return replace(self, shape=get_item_path(self.schemas, self.shape))
        return super().get_attribute(name)

    def get_item(self, key: Value) -> Value:
        """Return the start of its name."""
        return self if isinstance(key, slice) else UNKNOWN

    def call(self, call: Call) -> Value:
        """Call a method of the type, or of its name."""
        if call.name in _NAMES_OF_TYPE:
            return self
        if call.name == "fieldNames":
            return ColumnList(self.list_names())
        if call.name == "startswith":
            found = self.equals(call.arg(0))
            return UNKNOWN if found is None else found
        return External(f"type.{call.name}")


@dataclass(eq=False)
class SchemaField(LibraryObject):
    """One field of a schema."""

    field_name: str
    data_type: FieldType

    def get_attribute(self, name: str) -> Value:
        """Return the name, the type, or something that only a run knows."""
        if name == "name":
            return self.field_name
        return self.data_type if name == "dataType" else External(f"field.{name}")

    def call(self, call: Call) -> Value:
        """Call a method, which tells nothing."""
        return External(f"field.{call.name}")


def make_typed_fields(schemas: Schemas, attributes: Sequence[Attribute]) -> tuple[SchemaField, ...]:
    """Make the fields of a frame's columns."""
    tables: dict[str, bool] = {}
    found = []
    for each in attributes:
        table = "/".join((each.shape or "").split("/", 2)[:2])
        if table not in tables:
            tables[table] = _has_types(schemas, table)
        kind = FieldType(schemas, each.shape, each.fields, tables[table])
        found.append(SchemaField(each.name, kind))
    return tuple(found)


def _has_types(schemas: Schemas, table: str) -> bool:
    """Tell whether the schemas know more than the names of a table's columns."""
    paths = (f"{table}/{name.lower()}" for name in schemas.get(table, ()))
    return any(path in schemas or f"{path}/{ITEMS}" in schemas for path in paths)
