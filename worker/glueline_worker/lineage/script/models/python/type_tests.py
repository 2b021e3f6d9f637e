"""Questions for the type of a value: ``isinstance(value, types)`` and ``type(value) == kind``."""

from __future__ import annotations

from dataclasses import dataclass

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.values import (
    MISSING,
    UNKNOWN,
    Column,
    External,
    JobArgument,
    OneOf,
    Value,
)


@dataclass(eq=False)
class TypeOf(LibraryObject):
    """``type(value)``, or its name."""

    value: LibraryObject

    def get_attribute(self, name: str) -> Value:
        """Return the name."""
        return self if name in {"__name__", "__qualname__"} else UNKNOWN

    def equals(self, other: Value) -> bool | None:
        """Tell whether it is a type; None where only a run knows."""
        name = other.name if isinstance(other, External) else other
        return self.value.is_instance([name]) if isinstance(name, str) and name else None

    def call(self, call: Call) -> Value:  # noqa: ARG002
        """Make another value of the type."""
        return UNKNOWN


def get_type(call: Call) -> Value:
    """Call ``type(value)``."""
    if call.parts != ["type"] or len(call.args) != 1 or not isinstance(call.args[0], LibraryObject):
        return MISSING
    return TypeOf(call.args[0])


def answer_isinstance(call: Call) -> Value:
    """Call ``isinstance(value, types)``."""
    value, kind = call.arg(0), call.arg(1)
    if isinstance(value, LibraryObject):
        kinds = kind if isinstance(kind, (list, tuple)) else [kind]
        known = value.is_instance([each.name for each in kinds if isinstance(each, External)])
        return UNKNOWN if known is None else known
    if isinstance(value, (External, OneOf, JobArgument, Column)) or not isinstance(kind, External):
        return UNKNOWN
    found = {"str": str, "list": list, "dict": dict, "tuple": tuple, "int": int}.get(kind.path)
    return isinstance(value, found) if found else UNKNOWN
