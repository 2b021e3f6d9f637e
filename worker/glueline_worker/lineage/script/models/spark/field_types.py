"""Types of a frame's columns, as far as the schemas tell them: which columns are structs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from glueline_worker.lineage.model import ITEMS, Schemas, is_map
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.outputs import Attribute, BuiltField
from glueline_worker.lineage.script.domain.values import UNKNOWN, ColumnList, External, Value

_NAMES_OF_TYPE = frozenset({"typeName", "simpleString", "jsonValue", "lower"})


@dataclass(eq=False)
class FieldType(LibraryObject):
    """``field.dataType``: a struct with its fields, or something else."""

    schemas: Schemas
    shape: str | None = None
    built: tuple[tuple[str, BuiltField], ...] = ()
    is_item: bool = False
    """It is the type of an array's items."""

    def list_names(self) -> Sequence[str]:
        """List the fields of a struct; none of anything else."""
        if self.built or self.shape is None:
            return [name for name, _ in self.built]
        is_array = f"{self.shape}/{ITEMS}" in self.schemas and not self.is_item
        if is_array or is_map(self.schemas, self.shape):
            return ()
        return self.schemas.get(self.shape, ())

    def list_items(self) -> list[Value] | None:
        """List the fields of a struct."""
        known = dict(self.built)
        fields = []
        for name in self.list_names():
            built = known[name].fields if name in known else ()
            shape = None if self.shape is None else f"{self.shape}/{name.lower()}"
            fields.append(SchemaField(name, FieldType(self.schemas, shape, built)))
        return ColumnList(fields) if fields else None

    def is_instance(self, types: Sequence[str]) -> bool | None:
        """Tell whether it is of one of the types; None where only a run knows."""
        if self.list_names():
            return "StructType" in types
        return False if set(types) == {"StructType"} else None

    def equals(self, other: Value) -> bool | None:
        """Tell whether its name is a text; None where only a run knows."""
        if not isinstance(other, str):
            return None
        is_struct = other.lower().startswith("struct")
        if self.list_names():
            return is_struct
        return False if is_struct else None

    def get_attribute(self, name: str) -> Value:
        """Return the fields, their names or the type of an array's items."""
        if name == "fields":
            return self.list_items() or External("type.fields", "loop:field")
        if name == "names":
            return ColumnList(self.list_names())
        if name == "elementType":
            return FieldType(self.schemas, self.shape, self.built, is_item=True)
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


def make_field(schemas: Schemas, attribute: Attribute) -> SchemaField:
    """Make the field of a frame's column."""
    return SchemaField(attribute.name, FieldType(schemas, attribute.shape, attribute.fields))
