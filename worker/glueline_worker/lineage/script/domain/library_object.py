"""Objects of libraries, from which each model derives its own."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

from glueline_worker.lineage.script.domain.values import MISSING, Method, Value


class LibraryObject:
    """An object of a library with a state of its own: a reader, a writer, a client, a buffer.

    A model derives the objects of its library from this class and overrides what they can do.
    ``call`` is a ``Call``, which is built on the values here.
    """

    operators: ClassVar[Mapping[type[ast.operator], str]] = MappingProxyType({})
    """The method that each operator stands for."""
    is_finite: ClassVar[bool] = False
    """It has an end: a function that calls itself with its parts comes to one, too."""
    text: Value = None
    """The object as ``str()`` shows it, where that tells anything."""

    def get_attribute(self, name: str) -> Value:
        """Return ``object.name``."""
        return Method(self, name)

    def get_item(self, key: Value) -> Value:  # noqa: ARG002 - for those who override
        """Return ``object[key]``."""
        return self

    def set_item(self, key: Value, value: Value) -> None:
        """Run ``object[key] = value``."""

    def set_attribute(self, name: str, value: Value) -> None:
        """Run ``object.name = value``."""

    def call(self, call: Any) -> Value:  # noqa: ARG002
        """Call the method ``call.name``; the name is ``__call__`` where the object is called."""
        return self

    def get_element(self, label: str) -> Value:  # noqa: ARG002
        """Return any item of a loop over the object; ``MISSING`` where it is no collection."""
        return MISSING

    def equals(self, other: Value) -> bool | None:  # noqa: ARG002
        """Tell whether the object equals another value; None where only a run knows."""
        return None

    def is_instance(self, types: Sequence[str]) -> bool | None:  # noqa: ARG002
        """Tell whether the object is of one of the types; None where only a run knows."""
        return None

    def list_items(self) -> list[Value] | None:
        """List the items of a loop over the object; None where they are not known."""
        return None

    def list_contents(self) -> Iterable[Value]:
        """List the values whose data flows wherever the object goes."""
        return ()
