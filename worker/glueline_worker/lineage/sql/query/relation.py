"""Relations, which queries, CTEs and items of FROM yield: named fields and whole tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from glueline.contract.lineage import Effect
from glueline_worker.lineage.sql.model import ColumnSource, TableName
from glueline_worker.lineage.transformations import TRANSFORMATIONS, rank_beside

IDENTITY, TRANSFORMED, AGGREGATED, MASKED = range(4)
"""The ways from a source to a column; on a path the highest one counts."""
_RANKS = tuple(map(rank_beside, TRANSFORMATIONS))

Sources = dict[ColumnSource, int]
"""The columns whose values become part of a column, each with its way there. Never changed once
a field has it: fields share them."""

Deciding = dict[tuple[ColumnSource, Effect], None]
"""The columns that only decide which value a column has. Never changed either."""

NOTHING: Sources = {}
NO_DECIDING: Deciding = {}


@dataclass(slots=True)
class Field:
    """A column of a relation; ``sources`` is None where they cannot be resolved.

    ``fields`` are those of a struct that the query itself builds. ``schema`` is the key of the
    fields of a table's struct among the schemas.
    """

    name: str
    sources: Sources | None = field(default_factory=lambda: NOTHING)
    deciding: Deciding = field(default_factory=lambda: NO_DECIDING)
    fields: "tuple[Field, ...] | None" = None
    schema: str = ""

    def rename(self, name: str) -> "Field":
        """Return the same column under another name."""
        return Field(name, self.sources, self.deciding, self.fields, self.schema)

    def change(self, name: str, way: int) -> "Field":
        """Return a column made of this one in some ``way``."""
        sources = self.sources and {key: max(old, way) for key, old in self.sources.items()}
        return Field(name, sources, self.deciding)

    def take_out(self, name: str) -> "Field":
        """Return what is taken out of this column, such as an item of an array of structs."""
        taken = self.change(name, TRANSFORMED)
        taken.fields, taken.schema = self.fields, self.schema
        return taken


@dataclass(slots=True)
class Relation:
    """Columns in their order, then the tables of unknown schema whose columns all pass.

    With ``exact``, the fields are all there is, in their order. ``every`` holds the sources of any
    other column (those of an exploded array).
    """

    fields: list[Field] = field(default_factory=list)
    rest: tuple[TableName, ...] = ()
    dropped: frozenset[str] = frozenset()
    every: Sources | None = None
    exact: bool = True
    hidden: tuple[Field, ...] = ()
    """What may be there instead: it is not known whether an exploded column is a map."""
    _index: dict[str, Field] = field(default_factory=dict)
    _indexed: int = 0

    def find_named(self, name: str) -> Field | None:
        """Return the first field of this name, in any case."""
        return self.find_lower(name.lower())

    def find_lower(self, name: str) -> Field | None:
        """Return the first field of this name, which is in lower case."""
        if self._indexed < len(self.fields):
            for item in self.fields[self._indexed :]:
                self._index.setdefault(item.name.lower(), item)
            self._indexed = len(self.fields)
        return self._index.get(name)

    def hide(self, fields: Iterable[Field]) -> None:
        """Add columns that are found by name, and are not among the columns that ``*`` yields."""
        for item in fields:
            self.hidden += (item,)
            self._index.setdefault(item.name.lower(), item)

    def find(self, name: str) -> Field | None:
        """Return the column ``name``, also where only a table of unknown schema can hold it."""
        found = self.find_named(name)
        if found is not None or (self.exact and self.every is None):
            return found
        if self.every is not None:
            return Field(name, self.every)
        if len(self.rest) == 1 and name.lower() not in self.dropped:
            return Field(name, {(self.rest[0], name): IDENTITY})
        return Field(name, None)

    def rename(self, names: Sequence[str]) -> "Relation":
        """Return the same columns under ``names``, by position."""
        if not names:
            return self
        if self.exact and self.fields:
            pairs = zip(self.fields, names, strict=False)
            new = [item.rename(name) for item, name in pairs]
            return Relation([*new, *self.fields[len(new) :]])
        if self.every is not None:
            return Relation([Field(name, self.every) for name in names])
        return Relation([Field(name, None) for name in names], exact=False)

    def merge_all(self, way: int = IDENTITY) -> Field:
        """Return one nameless column of all its fields."""
        return merge_fields("", (item.change("", way) if way else item for item in self.fields))

    def extend(self, other: "Relation", without: frozenset[str] | set[str] = frozenset()) -> None:
        """Add all columns of ``other`` but those named in ``without``."""
        fields = other.fields
        if without:
            fields = [item for item in fields if item.name.lower() not in without]
        self.fields += fields
        self.rest += tuple(table for table in other.rest if table not in self.rest)
        self.dropped |= other.dropped
        if without and other.rest:
            self.dropped |= without
        self.exact &= other.exact


def merge_fields(name: str, parts: Iterable[Field | None]) -> Field:
    """Return one column with the sources of all; unresolved if all of several are."""
    sources: Sources = {}
    deciding: Deciding = {}
    known, seen = False, False
    for part in parts:
        seen = True
        if part is None:
            continue
        deciding.update(part.deciding)
        if part.sources is not None:
            known = True
            add_sources(sources, part.sources)
    return Field(name, sources if known or not seen else None, deciding or NO_DECIDING)


def add_sources(target: Sources, added: Sources, way: int = IDENTITY) -> None:
    """Add sources that come in some ``way``.

    ``rank_beside`` tells which of two ways counts.
    """
    for source, own in added.items():
        new = max(own, way)
        old = target.get(source)
        target[source] = new if old is None else max(old, new, key=_RANKS.__getitem__)


def stack_relations(left: Relation, right: Relation, *, by_name: bool) -> Relation:
    """Return the left side's names; each column has the sources of both sides."""
    exact = left.exact and right.exact
    by_name = by_name or not exact
    fields = []
    for index, item in enumerate(left.fields):
        other = _find_partner(right, index, item, by_name=by_name)
        fields.append(stack_fields(item, other) if other else item)
    if by_name:
        known = {item.name.lower() for item in left.fields}
        fields += [item for item in right.fields if item.name.lower() not in known]
    rest = left.rest + tuple(table for table in right.rest if table not in left.rest)
    return Relation(fields, rest, left.dropped & right.dropped, exact=exact)


def _find_partner(right: Relation, index: int, item: Field, *, by_name: bool) -> Field | None:
    if by_name:
        return right.find(item.name)
    return right.fields[index] if index < len(right.fields) else None


def stack_fields(left: Field, right: Field) -> Field:
    """Return one column with the sources of both; so for the fields of structs."""
    merged = merge_fields(left.name, (left, right))
    if left.fields and right.fields and len(left.fields) == len(right.fields):
        pairs = zip(left.fields, right.fields, strict=True)
        merged.fields = tuple(stack_fields(*pair) for pair in pairs)
    elif left.schema and not right.fields:
        merged.schema = left.schema
    return merged
