"""Answers about the lineage in a SQL sink, for commands and for programs."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from glueline.contract.errors import UsageError
from glueline.contract.lineage import Dataset
from glueline.contract.sentences import list_some
from glueline_worker.lineage.links.column_walk import ColumnStep, Ways, walk_columns
from glueline_worker.lineage.links.walk import Direction, Hop, LineageStep
from glueline_worker.questions.dataset_names import (
    find_datasets,
    find_named_datasets,
    format_dataset,
    get_full_name,
    split_column_name,
)
from glueline_worker.questions.near_names import find_near_names, suggest
from glueline_worker.questions.observed_lineage import add_observed_ways
from glueline_worker.questions.stored_columns import read_column_names, read_ways
from glueline_worker.questions.stored_lineage import StoredLineage, read_lineage
from glueline_worker.sinks.sql.sink import SqlSink

_NAMES_SHOWN = 5


class LineageQuestion(Struct, frozen=True):
    """What is asked: a dataset, maybe with one of its columns, and how far to look.

    ``column`` is one that is given beside the name; ``text`` may end with one too.
    """

    text: str
    directions: tuple[Direction, ...] = ("upstream", "downstream")
    depth: int = 5
    column: str | None = None
    is_indirect: bool = False
    needs_columns: bool = True


class LineageAnswer(Struct, frozen=True):
    """The steps from a dataset, and those of its column when one was asked for."""

    start: Dataset
    column: str | None
    steps: Mapping[Direction, Sequence[LineageStep]]
    ways: Ways
    column_steps: Mapping[Direction, Sequence[ColumnStep]]
    warnings: Sequence[str]
    find_evidence: Callable[[Hop], tuple[str, ...]] | None = None
    """Tells who says that there is a hop; None where no run has reported any."""


async def answer_lineage(sink: SqlSink, question: LineageQuestion) -> LineageAnswer:
    """Follow the lineage of a dataset or a column.

    Raises UsageError for a name that means no dataset or several.
    """
    stored = await read_lineage(sink)
    start, column = await _find_start(sink, stored, question)
    steps = {way: stored.hops.walk(start, way, question.depth) for way in question.directions}
    ends = _list_ends(start, steps)
    ways: Ways = {}
    if column is not None or question.needs_columns:
        ways = add_observed_ways(await read_ways(sink, ends), stored.observed, ends)
    column_steps: dict[Direction, Sequence[ColumnStep]] = {}
    lost: list[Hop] = []
    if column is not None:
        for way, hops in steps.items():
            column_steps[way], lost_here = walk_columns(
                start, column, way, hops, ways, indirect=question.is_indirect
            )
            lost += lost_here
    warnings = dict.fromkeys((*stored.warnings(ends), *map(_describe_lost, lost)))
    return LineageAnswer(
        start, column, steps, ways, column_steps, [*warnings], _choose_evidence(stored)
    )


async def find_neighbours(sink: SqlSink, dataset: Dataset) -> LineageAnswer:
    """Return the steps one hop away from a dataset, in both directions.

    They are the same as in the lineage of the dataset, across storage and resource links.
    """
    stored = await read_lineage(sink)
    directions: tuple[Direction, ...] = ("upstream", "downstream")
    steps = {way: stored.hops.walk(dataset, way, 1) for way in directions}
    warnings = stored.warnings(_list_ends(dataset, steps))
    return LineageAnswer(dataset, None, steps, {}, {}, warnings, _choose_evidence(stored))


def _choose_evidence(stored: StoredLineage) -> Callable[[Hop], tuple[str, ...]] | None:
    return stored.find_evidence if stored.observed else None


def _list_ends(
    start: Dataset, steps: Mapping[Direction, Sequence[LineageStep]]
) -> Iterable[Dataset]:
    hops = (step.hop for found in steps.values() for step in found)
    ends = (end for hop in hops for end in (hop.upstream, hop.downstream))
    return dict.fromkeys((start, *ends))


def _describe_lost(hop: Hop) -> str:
    return (
        f"{hop.process}: the columns from {format_dataset(hop.upstream)} to "
        f"{format_dataset(hop.downstream)} are not known, so this way may go on"
    )


async def _find_start(
    sink: SqlSink, stored: StoredLineage, question: LineageQuestion
) -> tuple[Dataset, str | None]:
    """Return the dataset and the column that are meant; raises UsageError."""
    text, known = question.text, stored.hops.datasets
    if question.column is not None:
        dataset = _find_dataset(text, stored)
        await _ensure_column(sink, stored, dataset, question.column)
        return dataset, question.column
    if find_datasets(text, known):
        return _find_dataset(text, stored), None
    first_error: UsageError | None = None
    for name, column in split_column_name(text):
        if find_named_datasets(name, known):
            dataset = _find_dataset(name, stored)
            try:
                await _ensure_column(sink, stored, dataset, column)
            except UsageError as error:
                first_error = first_error or error
            else:
                return dataset, column
    if first_error:
        raise first_error
    return _find_dataset(text, stored), None


async def _ensure_column(
    sink: SqlSink, stored: StoredLineage, dataset: Dataset, column: str
) -> None:
    """Raise UsageError unless the catalogue or an edge knows the column, or one around it."""
    names = await _read_known_columns(sink, stored, dataset)
    key = column.lower()
    if not any(
        key == name or key.startswith(f"{name}.") or name.startswith(f"{key}.") for name in names
    ):
        raise UsageError(
            f"no column {column!r} of {format_dataset(dataset)} is known"
            f"{suggest(find_near_names(column, names))}"
        )


async def _read_known_columns(sink: SqlSink, stored: StoredLineage, dataset: Dataset) -> set[str]:
    hops = stored.hops.walk(dataset, "downstream", 1)
    ends = [dataset, *(step.hop.downstream for step in hops)]
    ways = add_observed_ways(await read_ways(sink, ends), stored.observed, ends)
    names = await read_column_names(sink, dataset)
    for hop, known in ways.items():
        if hop.upstream == dataset:
            names |= {way.upstream.lower() for way in known}
        if hop.downstream == dataset:
            names |= {way.downstream.lower() for way in known if way.downstream}
    return names


def _find_dataset(text: str, stored: StoredLineage) -> Dataset:
    """Return the dataset that ``text`` means; raises UsageError for none or several."""
    matches = find_datasets(text, stored.hops.datasets)
    if len(matches) == 1:
        return matches[0]
    if matches:
        labels = [format_dataset(dataset) for dataset in matches]
        is_unique = len(set(labels)) == len(labels)
        names = list_some(labels if is_unique else [*map(get_full_name, matches)], _NAMES_SHOWN)
        raise UsageError(f"{text!r} can mean {len(matches)} datasets: {names}")
    # For a table without edges, a warning may say why it has none.
    known = [*find_datasets(text, stored.tables), *stored.links.find_tables(text)]
    reasons = "".join(f"; {warning}" for warning in stored.warnings(known[:_NAMES_SHOWN]))
    near = [] if known else find_near_names(text, map(format_dataset, stored.hops.datasets))
    raise UsageError(f"no lineage is known for {text!r}{reasons}{suggest(near)}")
