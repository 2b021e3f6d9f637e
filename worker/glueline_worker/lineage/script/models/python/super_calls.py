"""``super()``: methods of a class's bases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.values import (
    MISSING,
    UNKNOWN,
    Class,
    Function,
    Instance,
    Value,
)
from glueline_worker.lineage.script.models.library import Library


@dataclass(eq=False)
class Super(LibraryObject):
    """``super()`` in a method of ``instance``."""

    instance: Instance
    bases: tuple[Value, ...]

    def call(self, call: Call) -> Value:
        """Call ``super().name(…)``."""
        for base in self.bases:
            found = base.find(call.name) if isinstance(base, Class) else MISSING
            if isinstance(found, Function):
                return call.reading.invoke(found.bind(self.instance), call.args, call.kwargs)
        return None


def _make_super(call: Call) -> Value:
    instance = next(iter(call.reading.scope.vars.values()), None)
    if not isinstance(instance, Instance):
        return UNKNOWN
    owner = next((f.owner for f in _find_method(instance, call.reading.stack)), instance.cls)
    return Super(instance, owner.bases if owner is not None else ())


def _find_method(instance: Instance, stack: list[Any]) -> list[Function]:
    """Find the method of the instance's classes that is being run."""
    found: list[Function] = []
    waiting: list[Value] = [instance.cls]
    while waiting and stack:
        cls = waiting.pop()
        if isinstance(cls, Class):
            found += [
                value
                for value in cls.scope.vars.values()
                if isinstance(value, Function) and value.node is stack[-1]
            ]
            waiting += cls.bases
    return found


SUPER_CALLS = Library(functions={"super": _make_super})
