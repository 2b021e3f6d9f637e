"""``super()``: methods of a class's bases."""

from __future__ import annotations

from typing import Any

from glueline_worker.lineage.script.domain.values import (
    MISSING,
    UNKNOWN,
    Class,
    Function,
    Instance,
    LibraryObject,
    Value,
)
from glueline_worker.lineage.script.models.call import Call


def make_super(call: Call) -> Value:
    """``super()`` in a method."""
    scope = call.run.scope
    instance = next(iter(scope.vars.values()), None)
    if not isinstance(instance, Instance):
        return UNKNOWN
    owner = next((f.owner for f in _methods(instance, call.run.stack)), instance.cls)
    bases = owner.bases if owner is not None else ()
    return LibraryObject("super", {"instance": instance, "bases": bases})


def _methods(instance: Instance, stack: list[Any]) -> list[Function]:
    """The method of the instance's classes that is being run."""
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


def call_super(call: Call) -> Value:
    """``super().name(…)``."""
    data = call.receiver.data
    for base in data["bases"]:
        found = base.find(call.name) if isinstance(base, Class) else MISSING
        if isinstance(found, Function):
            return call.run.invoke(found.bind(data["instance"]), call.args, call.kwargs)
    return None
