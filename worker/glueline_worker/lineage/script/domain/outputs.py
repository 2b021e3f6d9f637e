"""The columns of a frame in their order, where a script and the schemas of its tables tell them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from glueline_worker.lineage.model import ColumnRef
from glueline_worker.lineage.script.domain.columns import split_column_path


class BuiltField(NamedTuple):
    """A field of a struct that the script builds: what it is made of."""

    refs: tuple[ColumnRef, ...]
    fields: tuple[tuple[str, BuiltField], ...] = ()


class Attribute(NamedTuple):
    """A column of a frame: its name there, and the step and column that define it.

    A column keeps its definition on its way through further frames, so that ``frame.name`` is
    found again after joins and selections.
    """

    name: str
    node: str
    column: str
    serial: int = 0
    """Tells the columns of a frame's two sides apart when it is joined with itself."""
    qualifier: tuple[str, ...] = ()
    """The alias or table that may stand before the name."""
    shape: str | None = None
    """Where the schemas have its fields, if it may have some."""
    fields: tuple[tuple[str, BuiltField], ...] = ()
    parts: tuple[ColumnRef, ...] = ()
    """What a column is made of whose name is not known."""

    @property
    def identity(self) -> tuple[str, str, int]:
        """The definition: equal for one column in several frames."""
        return self.node, self.column, self.serial


class Outputs:
    """All columns of one frame."""

    __slots__ = ("_by_name", "attributes")

    def __init__(self, attributes: Iterable[Attribute]) -> None:
        self.attributes = tuple(attributes)
        self._by_name: dict[str, list[Attribute]] | None = None

    @property
    def names(self) -> list[str]:
        """The names in their order."""
        return [each.name for each in self.attributes]

    def find_all(self, name: str) -> list[Attribute]:
        """Find the columns of a name, without regard to case."""
        if self._by_name is None:
            self._by_name = {}
            for each in self.attributes:
                self._by_name.setdefault(each.name.lower(), []).append(each)
        return self._by_name.get(name.lower(), [])

    def is_unique(self, name: str) -> bool:
        """Tell whether exactly one column has the name."""
        return len(self.find_all(name)) == 1

    def holds(self, attribute: Attribute) -> bool:
        """Tell whether a column of this definition is here, under a name that no other has."""
        found = self.find_all(attribute.name)
        return len(found) == 1 and found[0].identity == attribute.identity

    def resolve(self, name: str) -> tuple[Attribute, list[str]] | None:
        """Find the column that a name means, and the path into it.

        None where there is none, or more than one.
        """
        parts = split_column_path(name)
        for length in range(len(parts) - 1, 0, -1):
            before = tuple(part.lower() for part in parts[:length])
            found = [
                each for each in self.find_all(parts[length]) if each.qualifier[-length:] == before
            ]
            if len(found) == 1:
                return found[0], parts[length + 1 :]
        found = self.find_all(parts[0])
        if not found and len(parts) > 1:
            found, parts = self.find_all(name), [name]
        return (found[0], parts[1:]) if len(found) == 1 else None

    def list_qualified(self, qualifier: str) -> list[Attribute]:
        """List the columns that ``qualifier.*`` means."""
        before = tuple(part.lower() for part in split_column_path(qualifier))
        return [each for each in self.attributes if each.qualifier[-len(before) :] == before]
