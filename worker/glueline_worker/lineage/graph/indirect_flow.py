"""The way of deciding columns through a step, beside that of values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from glueline_worker.lineage.graph.column_flow import (
    ColumnSet,
    NumberedSchemas,
    find_column_sources,
    find_taken_names,
    is_excluded,
)
from glueline_worker.lineage.graph.deciders import (
    ColumnDeciders,
    Decider,
    RowDeciders,
    add_deciders,
    find_deciders,
)
from glueline_worker.lineage.model import Flow, IndirectRef, Node
from glueline_worker.lineage.name_map import NameMap

_WORD = 64


class IndirectWalk:
    """Follows the columns that decide about others, within ``limit`` of them."""

    def __init__(self, schemas: NumberedSchemas, limit: int) -> None:
        self._schemas = schemas
        self._rows: dict[str, int] = {}
        self._row_deciders = RowDeciders()
        self._budget = limit

    @property
    def is_exhausted(self) -> bool:
        """True when some were left out."""
        return self._budget < 0

    def pass_rows(self, node: Node) -> None:
        """Pass a step that changes nothing: what decides about its rows is that of its inputs."""
        self._rows[node.id] = self._unite_rows(node.inputs)

    def follow(self, node: Node, inputs: Mapping[str, ColumnSet], columns: ColumnSet) -> ColumnSet:
        """Pass a step; return its ``columns`` with what decides about each of them."""
        flow = node.flow
        self._rows[node.id] = rows = self._unite_rows(node.inputs)
        is_passed = any(columns is before for before in inputs.values())
        has_deciders = not is_passed and any(before.deciders for before in inputs.values())
        if not (flow.indirect or has_deciders) or not self._spend(len(flow.indirect)):
            return columns
        if asked := _find_row_deciders(flow, inputs, self._schemas, node.line):
            self._rows[node.id] = rows = rows | self._row_deciders.add(asked)
            self._spend(len(asked) + rows.bit_length() // _WORD)
        deciders, work = _propagate_deciders(flow, inputs, self._schemas, node.line)
        self._spend(work)
        return replace(columns, deciders=deciders) if deciders or columns.deciders else columns

    def find(self, node: str, columns: ColumnSet) -> Iterator[tuple[Decider, str | None]]:
        """Yield what decides about all columns of a step, then what decides about single ones."""
        for decider in self._row_deciders.select(self._rows[node]):
            if not self._spend(1):
                return
            yield decider, None
        for key, (display, deciders) in columns.deciders.items():
            name = columns.named[key][0] if key in columns.named else display
            for decider in deciders if self._spend(len(deciders)) else ():
                yield decider, name

    def _unite_rows(self, inputs: Sequence[str]) -> int:
        """Return what decides about the rows of all inputs; one set is shared and not copied."""
        if len(inputs) == 1:
            return self._rows.get(inputs[0], 0)
        rows = 0
        for more in (self._rows.get(source, 0) for source in dict.fromkeys(inputs)):
            if not rows or not more:
                rows = rows or more
            elif self._spend(more.bit_length() // _WORD):
                rows |= more
        return rows

    def _spend(self, work: int) -> bool:
        self._budget -= work
        return self._budget >= 0


def _find_row_deciders(
    flow: Flow, inputs: Mapping[str, ColumnSet], schemas: NumberedSchemas, line: int | None
) -> set[Decider]:
    """Return the columns that decide about the rows of a step, beside those of its inputs."""
    return {
        decider
        for each in flow.indirect
        if each.column is None
        for decider in _find_asked(each, inputs, schemas, line)
    }


def _propagate_deciders(
    flow: Flow, inputs: Mapping[str, ColumnSet], schemas: NumberedSchemas, line: int | None
) -> tuple[ColumnDeciders, int]:
    """Return what decides about single columns after a step, and how many are new there."""
    found: dict[str, tuple[str, frozenset[Decider]]] = {}
    for each in flow.indirect:
        if each.column is not None:
            add_deciders(found, each.column, frozenset(_find_asked(each, inputs, schemas, line)))
    before = {node: columns.deciders for node, columns in inputs.items() if columns.deciders}
    for name, refs in flow.columns.items() if before else ():
        for ref in refs:
            if ref.node in before:
                add_deciders(found, name, find_deciders(before[ref.node], ref.column))
    taken = find_taken_names(flow, before)
    if len(taken) == 1 and not (whole := before[next(iter(taken))]).has_fields:
        return _change(whole, found, next(iter(taken.values())))
    for node, names in taken.items():
        for key, (display, deciders) in before[node].items():
            if not is_excluded(key, names):
                add_deciders(found, display, deciders)
    return NameMap(found), _count(found)


def _change(
    before: ColumnDeciders, found: dict[str, tuple[str, frozenset[Decider]]], names: frozenset[str]
) -> tuple[ColumnDeciders, int]:
    """Return the deciders of one input with those of the columns that a step makes."""
    for key in found.keys() - names:
        add_deciders(found, *before.get(key, (key, frozenset())))
    gone = dict.fromkeys(name for name in names if name in before)
    after = before.change({**gone, **found})
    return after, _count(found) + after.cost // _WORD


def _count(found: Mapping[str, tuple[str, frozenset[Decider]]]) -> int:
    return sum(len(members) for _, members in found.values())


def _find_asked(
    each: IndirectRef, inputs: Mapping[str, ColumnSet], schemas: NumberedSchemas, line: int | None
) -> Iterable[Decider]:
    """Yield what a condition is made of: the sources of its column, and what decides about it."""
    columns = inputs.get(each.ref.node)
    if columns is None:
        return
    for dataset, column in find_column_sources(columns, each.ref.column, schemas):
        yield dataset, column, each.effect, line
    for dataset, column, _, _ in find_deciders(columns.deciders, each.ref.column):
        yield dataset, column, each.effect, line
