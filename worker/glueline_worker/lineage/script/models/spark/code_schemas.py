"""Schemas that a script writes down: ``"a int, b string"``, ``StructType([…])``, lists of names."""

from __future__ import annotations

from dataclasses import dataclass

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.template_text import has_placeholder, render
from glueline_worker.lineage.script.domain.values import Column, Value
from glueline_worker.lineage.script.models.library import Library

_LENGTH_LIMIT = 50_000


@dataclass(eq=False)
class CodeField(LibraryObject):
    """``StructField(name, …)``."""

    field_name: Value

    def get_attribute(self, name: str) -> Value:
        """Return the name, or the field itself."""
        return self.field_name if name == "name" else self


@dataclass(eq=False)
class CodeSchema(LibraryObject):
    """``StructType([…])``."""

    fields: tuple[Value, ...] = ()

    def list_items(self) -> list[Value] | None:
        """List the fields."""
        return list(self.fields)

    def get_item(self, key: Value) -> Value:
        """Return the field of a place or name."""
        if isinstance(key, int) and -len(self.fields) <= key < len(self.fields):
            return self.fields[key]
        return CodeField(key) if isinstance(key, str) else self

    def call(self, call: Call) -> Value:
        """Call ``add(field)``, ``add(name, type)`` or ``fieldNames()``."""
        if call.name == "add":
            added = call.arg(0, "field")
            field = added if isinstance(added, CodeField) else CodeField(added)
            call.state.change(self, fields=(*self.fields, field))
        elif call.name == "fieldNames":
            return list(list_schema_names(self) or ())
        return self

    def get_attribute(self, name: str) -> Value:
        """Return the fields or their names."""
        if name == "fields":
            return list(self.fields)
        return list(list_schema_names(self) or ()) if name == "names" else self


def list_schema_names(value: Value) -> list[str] | None:
    """List the columns of a schema as a script gives it; None where they are not known."""
    if isinstance(value, Column) and value.name is not None and not value.refs:
        value = value.name
    if isinstance(value, str):
        return _read_ddl(value)
    if isinstance(value, CodeSchema):
        value = [field.field_name for field in value.fields if isinstance(field, CodeField)]
    if not isinstance(value, (list, tuple)) or not value:
        return None
    if not all(isinstance(name, str) and not has_placeholder(name) for name in value):
        return None
    return [render(name) for name in value]


def _read_ddl(text: str) -> list[str] | None:
    """Read ``a int, b struct<c: int>``: a name and its type, between commas."""
    if has_placeholder(text) or len(text) > _LENGTH_LIMIT:
        return None
    names = []
    for part in map(str.strip, _split_outside(render(text))):
        if part.startswith("`") and "`" in part[1:]:
            name, rest = part[1 : part.index("`", 1)], part[part.index("`", 1) + 1 :]
        else:
            name, _, rest = part.replace(":", " ", 1).partition(" ")
        if not name or not rest.strip():
            return None
        names.append(name)
    return names or None


def _split_outside(text: str) -> list[str]:
    """Split at the commas that stand in no brackets."""
    parts = [""]
    depth = 0
    for char in text:
        depth += (char in "<(") - (char in ">)")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _make_schema(call: Call) -> Value:
    fields = call.arg(0, "fields", default=[])
    return CodeSchema(tuple(fields) if isinstance(fields, (list, tuple)) else (fields,))


CODE_SCHEMAS = Library(
    functions={
        "StructType": _make_schema,
        "StructField": lambda call: CodeField(call.arg(0, "name")),
    }
)
