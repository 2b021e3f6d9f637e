"""Relations, which queries, CTEs and items of FROM yield: named fields and whole tables."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from glueline_worker.lineage.sql.model import ColumnSource, TableName

ColumnSources = tuple[ColumnSource, ...]


@dataclass(slots=True)
class Field:
    """A column of a relation; ``sources`` is None where they cannot be resolved."""

    name: str
    sources: ColumnSources | None = ()


@dataclass(slots=True)
class Relation:
    """Columns in their order, then the tables of unknown schema whose columns all pass.

    With ``exact``, the fields are all there is, in their order. ``every`` holds the sources of any
    other column (those of an exploded array).
    """

    fields: list[Field] = field(default_factory=list)
    rest: tuple[TableName, ...] = ()
    dropped: frozenset[str] = frozenset()
    every: ColumnSources | None = None
    exact: bool = True
    _index: dict[str, Field] = field(default_factory=dict)
    _indexed: int = 0

    def find_named(self, name: str) -> Field | None:
        """Return the first field of this name, in any case."""
        for item in self.fields[self._indexed :]:
            self._index.setdefault(item.name.lower(), item)
        self._indexed = len(self.fields)
        return self._index.get(name.lower())

    def find(self, name: str) -> Field | None:
        """Return the column ``name``, also where only a table of unknown schema can hold it."""
        found = self.find_named(name)
        if found is not None or (self.exact and self.every is None):
            return found
        if self.every is not None:
            return Field(name, self.every)
        if len(self.rest) == 1 and name.lower() not in self.dropped:
            return Field(name, ((self.rest[0], name),))
        return Field(name, None)

    def rename(self, names: Sequence[str]) -> "Relation":
        """Return the same columns under ``names``, by position."""
        if not names:
            return self
        if self.exact and self.fields:
            pairs = zip(self.fields, names, strict=False)
            new = [Field(name, item.sources) for item, name in pairs]
            return Relation([*new, *self.fields[len(new) :]])
        return Relation([Field(name, self.every) for name in names], exact=bool(self.every))

    def merge_all_sources(self) -> ColumnSources:
        """Return the sources of all its fields."""
        return merge_sources(item.sources for item in self.fields)

    def extend(self, other: "Relation", *, once: bool = False) -> None:
        """Add all columns of ``other``; with ``once``, only those under new names."""
        fields = other.fields
        if once:
            fields = [item for item in fields if not self.find_named(item.name)]
        self.fields += fields
        self.rest += tuple(table for table in other.rest if table not in self.rest)
        self.dropped |= other.dropped
        self.exact &= other.exact


def merge_sources(parts: Iterable[ColumnSources | None]) -> ColumnSources:
    """Return all sources once, in order of appearance."""
    return tuple(dict.fromkeys(source for part in parts if part for source in part))


def stack_relations(left: Relation, right: Relation, *, by_name: bool) -> Relation:
    """Return the left side's names; each column has the sources of both sides."""
    exact = left.exact and right.exact
    merge: Callable[[int, Field], Field | None] = (
        (lambda _, item: right.find(item.name))
        if by_name or not exact
        else (lambda index, _: right.fields[index] if index < len(right.fields) else None)
    )
    fields = []
    for index, item in enumerate(left.fields):
        other = merge(index, item)
        both = (item.sources, other.sources if other else ())
        fields.append(Field(item.name, None if both == (None, None) else merge_sources(both)))
    if by_name or not exact:
        known = {item.name.lower() for item in left.fields}
        fields += [item for item in right.fields if item.name.lower() not in known]
    rest = left.rest + tuple(table for table in right.rest if table not in left.rest)
    return Relation(fields, rest, left.dropped & right.dropped, exact=exact)
