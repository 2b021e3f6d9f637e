"""Columns on their way through a job: which columns of which datasets each one is made of."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from glueline_worker.lineage.model import Flow

DatasetColumn = tuple[int, str]
"""A column of a dataset; datasets are numbered while a graph is followed."""
DatasetUnion = Mapping[int, frozenset[str]]
"""Datasets below one another, each with those of its columns that do not pass."""
NumberedSchemas = Mapping[int, Mapping[str, str]]
"""Each known schema, from column in lower case to column as written."""


@dataclass(frozen=True, slots=True)
class ColumnSet:
    """The columns at one point of a job.

    ``named`` maps a name in lower case to the name as written and what it is made of. ``rest``
    are datasets of which all other columns pass under their own names.
    """

    named: Mapping[str, tuple[str, frozenset[DatasetColumn]]] = field(default_factory=dict)
    rest: tuple[DatasetUnion, ...] = ()

    @property
    def size(self) -> int:
        """How much work it is to look at all of it."""
        cells = sum(1 + len(cells) for _, cells in self.named.values())
        return cells + sum(1 + len(left) for stack in self.rest for left in stack.values())


UNKNOWN_COLUMNS = ColumnSet()


def make_dataset_columns(datasets: Iterable[int]) -> ColumnSet:
    """All columns of what is read."""
    return ColumnSet(rest=({dataset: frozenset[str]() for dataset in datasets},))


def propagate(flow: Flow, inputs: Mapping[str, ColumnSet], schemas: NumberedSchemas) -> ColumnSet:
    """The columns after a step, from those of its ``inputs``."""
    if not (flow.rest or flow.columns or flow.whole):
        return UNKNOWN_COLUMNS
    if flow.rest and not flow.columns and not flow.dropped and len(inputs) == 1:
        return next(iter(inputs.values()))
    named = {
        name.lower(): (
            name,
            frozenset(
                cell
                for ref in refs
                if ref.node in inputs
                for cell in find_column_sources(inputs[ref.node], ref.column, schemas)
            ),
        )
        for name, refs in flow.columns.items()
    }
    return _with_rest(flow, named, inputs, schemas)


def find_column_sources(
    columns: ColumnSet, name: str, schemas: NumberedSchemas
) -> frozenset[DatasetColumn]:
    """What the column ``name`` is made of; empty when nobody can tell."""
    key = name.lower()
    if key in columns.named:
        return columns.named[key][1]
    for parent in _parents(key):
        if parent in columns.named:
            field_path = name[len(parent) :]
            return frozenset((of, f"{cell}{field_path}") for of, cell in columns.named[parent][1])
    if found := _from_rest(columns.rest, name, schemas):
        return found
    inner = f"{key}."
    parts = (cells for part, (_, cells) in columns.named.items() if part.startswith(inner))
    return frozenset[DatasetColumn]().union(*parts)


def is_excluded(key: str, names: frozenset[str] | set[str]) -> bool:
    """Whether a column or the struct around it is among ``names``."""
    return key in names or any(parent in names for parent in _parents(key))


def _with_rest(
    flow: Flow,
    named: dict[str, tuple[str, frozenset[DatasetColumn]]],
    inputs: Mapping[str, ColumnSet],
    schemas: NumberedSchemas,
) -> ColumnSet:
    gone = frozenset(named) | {name.lower() for name in flow.dropped}
    used: dict[str, set[str]] = {}
    for refs in flow.columns.values():
        for ref in refs:
            used.setdefault(ref.node, set()).add(ref.column.lower())
    stacks: list[DatasetUnion] = []
    for node, columns in inputs.items():
        if not flow.rest and node not in flow.whole:
            continue
        names = gone if node in flow.whole else gone | used.get(node, set())
        for key, (display, cells) in columns.named.items():
            if not is_excluded(key, names):
                known = named.get(key, (display, frozenset()))
                named[key] = known[0], known[1] | cells
        stacks += [
            {dataset: left | names for dataset, left in stack.items()} if names else stack
            for stack in columns.rest
        ]
    if flow.stacked:
        _complete(named, inputs, gone, schemas)
        stacks = [_merged(stacks)] if stacks else []
    return ColumnSet(named, tuple(stacks))


def _complete(
    named: dict[str, tuple[str, frozenset[DatasetColumn]]],
    inputs: Mapping[str, ColumnSet],
    gone: frozenset[str],
    schemas: NumberedSchemas,
) -> None:
    """In a union, a column that one input names is also that of the inputs that do not."""
    for columns in inputs.values():
        for key, (display, cells) in list(named.items()) if columns.rest else ():
            if key not in gone and key not in columns.named:
                named[key] = display, cells | _from_rest(columns.rest, display, schemas)


def _merged(stacks: Iterable[DatasetUnion]) -> DatasetUnion:
    merged: dict[int, frozenset[str]] = {}
    for stack in stacks:
        for dataset, left in stack.items():
            merged[dataset] = merged.get(dataset, left) & left
    return merged


def _from_rest(
    rest: tuple[DatasetUnion, ...], name: str, schemas: NumberedSchemas
) -> frozenset[DatasetColumn]:
    """The datasets that a column not named so far comes from.

    With several beside one another the schemas decide; where they are unknown, nobody can.
    """
    key = name.lower()
    open_stacks = [[d for d in stack if not is_excluded(key, stack[d])] for stack in rest]
    stacks = [members for members in open_stacks if members]
    unknown = [[d for d in members if d not in schemas] for members in stacks]
    found = {
        (dataset, spelt)
        for members in stacks
        for dataset in members
        if (spelt := _spelling(schemas.get(dataset), name))
    }
    if len(stacks) == 1:
        # A schema may be older than the job: a single source is the source all the same.
        found.update((dataset, name) for dataset in (unknown[0] if found else stacks[0]))
    elif not found:
        candidates = [members for members in unknown if members]
        if len(candidates) == 1:
            found.update((dataset, name) for dataset in candidates[0])
    return frozenset(found)


def _spelling(schema: Mapping[str, str] | None, name: str) -> str | None:
    """The column as its table spells it, with the path into a struct left as it is."""
    if schema is None:
        return None
    key = name.lower()
    if key in schema:
        return schema[key]
    for parent in _parents(key):
        if parent in schema:
            return schema[parent] + name[len(parent) :]
    return None


def _parents(key: str) -> Iterator[str]:
    """``a.b`` and ``a`` for ``a.b.c``."""
    while "." in key:
        key = key.rpartition(".")[0]
        yield key
