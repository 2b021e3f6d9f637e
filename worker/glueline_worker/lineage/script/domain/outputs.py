"""The columns of a frame in their order, where a script and the schemas of its tables tell them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from glueline_worker.lineage.model import ColumnRef
from glueline_worker.lineage.name_map import NameMap
from glueline_worker.lineage.script.domain.columns import split_column_path


class BuiltField(NamedTuple):
    """A field of a struct that the script builds: what it is made of."""

    refs: tuple[ColumnRef, ...]
    fields: tuple[tuple[str, BuiltField], ...] = ()


BuiltFields = tuple[tuple[str, BuiltField], ...]
"""The fields of a struct, by name and in their order."""


def unite_built_fields(structs: Sequence[BuiltFields]) -> BuiltFields:
    """Return the fields of rows below one another; none if they are not those of one struct."""
    names = {tuple(name.lower() for name, _ in fields) for fields in structs}
    if len(names) != 1 or not structs[0]:
        return ()
    found = []
    for parts in zip(*structs, strict=True):
        refs = dict.fromkeys(ref for _, part in parts for ref in part.refs)
        inner = unite_built_fields([part.fields for _, part in parts])
        found.append((parts[0][0], BuiltField(tuple(refs), inner)))
    return tuple(found)


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

    __slots__ = ("_by_name", "_is_plain", "attributes")

    def __init__(self, attributes: Iterable[Attribute]) -> None:
        self.attributes = tuple(attributes)
        self._by_name: NameMap[tuple[Attribute, ...]] | None = None
        self._is_plain: bool | None = None

    @property
    def names(self) -> list[str]:
        """The names in their order."""
        return [each.name for each in self.attributes]

    @property
    def has_repeats(self) -> bool:
        """Tell whether several columns have one name."""
        if self._is_plain is None:
            self._is_plain = len(self._get_index()) == len(self.attributes)
        return not self._is_plain

    def change(self, changes: Iterable[tuple[Attribute | None, Attribute | None]]) -> Outputs:
        """Return the columns after changes: a new one for an old one, behind all, or none.

        No name may come to stand for more columns than before.
        """
        attributes = list(self.attributes)
        index: dict[str, tuple[Attribute, ...] | None] = {}
        for old, new in changes:
            after = () if new is None else (new,)
            place = len(attributes) if old is None else attributes.index(old)
            attributes[place : place + 1] = after
            if old is not None:
                known = list(self._find_changed(old.name, index))
                known.remove(old)
                index[old.name.lower()] = tuple(known) or None
            if new is not None:
                index[new.name.lower()] = (*self._find_changed(new.name, index), new)
        made = Outputs(attributes)
        made._by_name = self._get_index().change(index)
        made._is_plain = self._is_plain or None
        return made

    def _find_changed(
        self, name: str, index: Mapping[str, tuple[Attribute, ...] | None]
    ) -> tuple[Attribute, ...]:
        key = name.lower()
        return (index[key] if key in index else self.find_all(key)) or ()

    def find_all(self, name: str) -> tuple[Attribute, ...]:
        """Find the columns of a name, without regard to case."""
        return self._get_index().get(name.lower(), ())

    def _get_index(self) -> NameMap[tuple[Attribute, ...]]:
        if self._by_name is None:
            found: dict[str, tuple[Attribute, ...]] = {}
            for each in self.attributes:
                key = each.name.lower()
                found[key] = (*found[key], each) if key in found else (each,)
            self._by_name = NameMap(found)
        return self._by_name

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
            named = self.find_all(parts[length])
            found = tuple(each for each in named if each.qualifier[-length:] == before)
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
