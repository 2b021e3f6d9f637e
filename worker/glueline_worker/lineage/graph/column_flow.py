"""Columns on their way through a job: the datasets and columns that each one comes from."""

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from glueline_worker.lineage.graph.cells import (
    NO_CELLS,
    PLAIN_WAY,
    Cells,
    pass_cells,
    unite_cells,
)
from glueline_worker.lineage.graph.deciders import ColumnDeciders
from glueline_worker.lineage.model import ColumnRef, Flow
from glueline_worker.lineage.name_map import NameMap

_DatasetUnion = Mapping[int, NameMap[bool]]
"""Datasets below one another, each with those of its columns that do not pass."""
_MISSING_LIMIT = 1_000
"""Columns that were not found, as far as they are remembered."""


class NumberedSchemas(dict[int, Mapping[str, str]]):
    """Each known schema, from column in lower case to column as written."""

    def __init__(self, schemas: Mapping[int, Mapping[str, str]], changing: Container[int]) -> None:
        super().__init__(schemas)
        self._changing = changing
        self.missing: dict[tuple[int, str], None] = {}
        """Columns that were asked for and that the schema of their only dataset does not have."""

    def is_complete(self, dataset: int) -> bool:
        """Tell whether a dataset has no columns but those that are known."""
        return dataset in self and dataset not in self._changing

    def report(self, dataset: int, column: str) -> None:
        """Remember a column that was not found."""
        if len(self.missing) < _MISSING_LIMIT:
            self.missing[dataset, column] = None


_EMPTY: NameMap[Any] = NameMap()


def _get_empty() -> NameMap[Any]:
    return _EMPTY


class ColumnSet(Struct, frozen=True):
    """The columns at one point of a job.

    ``named`` maps a name in lower case to the name as written and its sources. ``rest`` are
    datasets of which all other columns pass under their own names. ``deciders`` are the columns
    that decide about single columns, whether these are named or not. ``work`` is what it took to
    make this of the columns before, in columns.
    """

    named: NameMap[tuple[str, Cells]] = field(default_factory=_get_empty)
    rest: tuple[_DatasetUnion, ...] = ()
    deciders: ColumnDeciders = field(default_factory=_get_empty)
    work: int = 0

    @property
    def size(self) -> int:
        """The work of looking at all of it, in columns."""
        return _count_cells(self.named) + sum(
            1 + len(left) for stack in self.rest for left in stack.values()
        )


UNKNOWN_COLUMNS = ColumnSet()
_COPIES = 8
"""Names that are copied in the time in which one column is followed."""


def make_dataset_columns(datasets: Iterable[int]) -> ColumnSet:
    """Return all columns of the datasets that a step reads."""
    return ColumnSet(rest=(dict.fromkeys(datasets, _EMPTY),))


def propagate(
    flow: Flow,
    inputs: Mapping[str, ColumnSet],
    schemas: NumberedSchemas,
    line: int | None = None,
) -> ColumnSet:
    """Return the columns after a step on ``line``, from those of its ``inputs``.

    What decides about them is followed by an ``IndirectWalk``.
    """
    if not (flow.rest or flow.columns or flow.whole):
        return UNKNOWN_COLUMNS
    if flow.rest and not flow.columns and not flow.dropped and len(inputs) == 1:
        return next(iter(inputs.values()))
    named = {
        name.lower(): (
            name,
            unite_cells(
                _pass_column(name, ref, inputs[ref.node], schemas, line)
                for ref in refs
                if ref.node in inputs
            ),
        )
        for name, refs in flow.columns.items()
    }
    taken = find_taken_names(flow, inputs)
    if len(taken) == 1 and not flow.stacked:
        ((node, names),) = taken.items()
        if not inputs[node].named.has_fields:
            return _change(inputs[node], named, names)
    return _add_rest(flow, named, inputs, schemas)


def _change(
    before: ColumnSet, named: Mapping[str, tuple[str, Cells]], names: frozenset[str]
) -> ColumnSet:
    """Return the columns of one input with those that a step makes in place of ``names``."""
    gone = dict.fromkeys(name for name in names if name in before.named)
    after = before.named.change({**gone, **named})
    rest = tuple(_exclude(stack, names) for stack in before.rest)
    copied = after.cost + sum(left.cost for stack in rest for left in stack.values())
    return ColumnSet(after, rest, work=_count_cells(named) + len(names) + copied // _COPIES)


def _count_cells(named: Mapping[str, tuple[str, Cells]]) -> int:
    return sum(1 + len(cells) for _, cells in named.values())


def _exclude(stack: _DatasetUnion, names: frozenset[str]) -> _DatasetUnion:
    if not names:
        return stack
    more = dict.fromkeys(names, True)
    return {dataset: left.change(more) for dataset, left in stack.items()}


def _pass_column(
    name: str, ref: ColumnRef, columns: ColumnSet, schemas: NumberedSchemas, line: int | None
) -> Cells:
    """Return the sources of the outgoing column ``name`` that ``ref`` leads to."""
    cells = find_column_sources(columns, ref.column, schemas)
    is_renamed = name.lower() != ref.column.lower()
    return pass_cells(cells, ref.transformation, line, is_renamed=is_renamed)


def find_column_sources(columns: ColumnSet, name: str, schemas: NumberedSchemas) -> Cells:
    """Return the sources of the column ``name``; empty when they cannot be resolved."""
    key = name.lower()
    if key in columns.named:
        return columns.named[key][1]
    for parent in _iterate_parents(key):
        if parent in columns.named:
            field_path = name[len(parent) :]
            return {
                (of, f"{cell}{field_path}"): way
                for (of, cell), way in columns.named[parent][1].items()
            }
    if found := _find_in_rest(columns.rest, name, schemas):
        return found
    if len(columns.rest) == 1 and len(columns.rest[0]) == 1 and "." not in name:
        ((dataset, left),) = columns.rest[0].items()
        if key not in left:
            schemas.report(dataset, name)
    if not columns.named.has_fields:
        return NO_CELLS
    inner = f"{key}."
    parts = (cells for part, (_, cells) in columns.named.items() if part.startswith(inner))
    return unite_cells(parts)


def is_excluded(key: str, names: Container[str]) -> bool:
    """Tell whether a column or the struct around it is among ``names``."""
    return key in names or any(parent in names for parent in _iterate_parents(key))


def _add_rest(
    flow: Flow,
    named: dict[str, tuple[str, Cells]],
    inputs: Mapping[str, ColumnSet],
    schemas: NumberedSchemas,
) -> ColumnSet:
    stacks: list[_DatasetUnion] = []
    for node, names in find_taken_names(flow, inputs).items():
        columns = inputs[node]
        for key, (display, cells) in columns.named.items():
            if not is_excluded(key, names):
                known = named.get(key, (display, NO_CELLS))
                named[key] = known[0], unite_cells((known[1], cells))
        stacks += [_exclude(stack, names) for stack in columns.rest]
    if flow.stacked:
        _complete_union(named, inputs, _find_replaced_names(flow), schemas)
        stacks = [_merge_unions(stacks)] if stacks else []
    after = ColumnSet(NameMap(named), tuple(stacks))
    return replace(after, work=after.size + sum(columns.size for columns in inputs.values()))


def find_taken_names(flow: Flow, inputs: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the inputs whose other columns pass, each with the names that do not pass."""
    if not (flow.rest or flow.whole):
        return {}
    replaced = _find_replaced_names(flow)
    used: dict[str, set[str]] = {}
    for refs in flow.columns.values():
        for ref in refs:
            used.setdefault(ref.node, set()).add(ref.column.lower())
    return {
        node: replaced if node in flow.whole else replaced | used.get(node, set())
        for node in inputs
        if flow.rest or node in flow.whole
    }


def _find_replaced_names(flow: Flow) -> frozenset[str]:
    return frozenset(name.lower() for names in (flow.columns, flow.dropped) for name in names)


def _complete_union(
    named: dict[str, tuple[str, Cells]],
    inputs: Mapping[str, ColumnSet],
    gone: frozenset[str],
    schemas: NumberedSchemas,
) -> None:
    """Add the sources of columns that only some inputs of a union name."""
    for columns in inputs.values():
        for key, (display, cells) in list(named.items()) if columns.rest else ():
            if key not in gone and key not in columns.named:
                found = _find_in_rest(columns.rest, display, schemas)
                named[key] = display, unite_cells((cells, found))


def _merge_unions(stacks: Iterable[_DatasetUnion]) -> _DatasetUnion:
    merged: dict[int, NameMap[bool]] = {}
    for stack in stacks:
        for dataset, left in stack.items():
            known = merged.setdefault(dataset, left)
            if known is not left:
                merged[dataset] = NameMap(dict.fromkeys(known.keys() & left.keys(), True))
    return merged


def _find_in_rest(rest: tuple[_DatasetUnion, ...], name: str, schemas: NumberedSchemas) -> Cells:
    """Return the datasets that a column without a name so far comes from.

    With several beside one another the schemas decide; where these are unknown, there is no answer.
    """
    key = name.lower()
    open_stacks = [[d for d in stack if not is_excluded(key, stack[d])] for stack in rest]
    stacks = [members for members in open_stacks if members]
    unknown = [[d for d in members if not schemas.is_complete(d)] for members in stacks]
    found = {
        (dataset, spelt)
        for members in stacks
        for dataset in members
        if (spelt := _find_spelling(schemas.get(dataset), name))
    }
    if len(stacks) == 1:
        spelled = {dataset for dataset, _ in found}
        found.update((dataset, name) for dataset in unknown[0] if dataset not in spelled)
    elif not found:
        candidates = [members for members in unknown if members]
        if len(candidates) == 1:
            found.update((dataset, name) for dataset in candidates[0])
    return dict.fromkeys(found, PLAIN_WAY)


def _find_spelling(schema: Mapping[str, str] | None, name: str) -> str | None:
    """Return the column as its table spells it, with the path into a struct unchanged."""
    if schema is None:
        return None
    key = name.lower()
    if key in schema:
        return schema[key]
    for parent in _iterate_parents(key):
        if parent in schema:
            return schema[parent] + name[len(parent) :]
    return None


def _iterate_parents(key: str) -> Iterator[str]:
    """Yield ``a.b`` and ``a`` for ``a.b.c``."""
    while "." in key:
        key = key.rpartition(".")[0]
        yield key
