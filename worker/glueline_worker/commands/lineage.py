"""``glueline lineage``: follow the lineage of a dataset in a SQL sink."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.text import Text
from rich.tree import Tree

from glueline.cli.options import AsJson
from glueline.cli.output import make_console, print_json
from glueline.contract.errors import UsageError
from glueline.contract.lineage import Dataset
from glueline.contract.sentences import list_some
from glueline.contract.structs import to_builtins
from glueline.contract.terminal import clean_line
from glueline_worker.commands.dataset_names import (
    find_datasets,
    find_named_datasets,
    format_dataset,
    get_full_name,
    split_column_name,
)
from glueline_worker.commands.lineage_output import (
    make_column_step_document,
    make_column_tree,
    make_step_document,
    make_tree,
)
from glueline_worker.commands.sql_sinks import choose_sql_sink, read_sql_sink
from glueline_worker.sinks.errors import SinkRefused

if TYPE_CHECKING:
    from glueline_worker.commands.lineage_output import FindEvidence
    from glueline_worker.commands.stored_lineage import StoredLineage
    from glueline_worker.lineage.links.column_walk import Ways
    from glueline_worker.lineage.links.walk import Direction, Hop, LineageStep
    from glueline_worker.sinks.sql.sink import SqlSink


def lineage(
    dataset: Annotated[
        str,
        typer.Argument(
            metavar="DATASET[.COLUMN]",
            help="DATABASE.TABLE (with ACCOUNT: or a nested catalogue before it where several "
            "have one), an s3:// URL, or a part of a dataset's name; and one of its columns.",
        ),
    ],
    sink: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The SQLite or PostgreSQL sink to read [GLUELINE_SINKS]."),
    ] = None,
    direction: Annotated[
        Literal["both", "upstream", "downstream"], typer.Option(help="Which way to look.")
    ] = "both",
    depth: Annotated[int, typer.Option(min=1, max=100, help="How many hops to follow.")] = 5,
    indirect: Annotated[
        bool,
        typer.Option(
            "--indirect", help="Show also the columns that only decide: filters, keys of joins …"
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show where a dataset or a column comes from and where it goes.

    The way leads across jobs, views and storage: a path that a job writes to leads to the table at
    that path, and a resource link, of a table or of a database, leads to its target.

    Example: glueline lineage finance.revenue_daily --direction upstream
    """
    if not dataset.strip(" ./"):
        raise UsageError("name a dataset, for example finance.revenue_daily")
    url = choose_sql_sink(sink)
    stored = _read_stored(url, is_given=sink is not None)
    start, column = _find_start(dataset, stored, url)
    directions: list[Direction] = ["upstream", "downstream"]
    found = {
        way: stored.hops.walk(start, way, depth) for way in directions if direction in ("both", way)
    }
    ends = dict.fromkeys(
        (start, *(end for steps in found.values() for step in steps for end in _get_ends(step)))
    )
    needs_columns = column is not None or indirect or as_json
    ways = asyncio.run(read_sql_sink(url, lambda at: _read_ways(at, ends))) if needs_columns else {}
    ways = _add_observed(ways, stored, ends) if needs_columns else ways
    evidence = stored.find_evidence if stored.observed else None
    if column is None:
        shown = _show_datasets(start, found, ways, evidence)
    else:
        shown = _show_columns(start, column, found, ways, evidence, indirect=indirect)
    warnings = [*stored.warnings(ends), *shown.warnings]
    if as_json:
        print_json({**shown.document, "warnings": warnings})
        return
    for tree in shown.trees:
        make_console().print(tree)
    for warning in warnings:
        make_console(stderr=True).print(Text(f"warning: {clean_line(warning)}", style="yellow"))


@dataclass
class _Shown:
    """The answer in both forms."""

    document: dict[str, object]
    trees: list[Tree] = field(default_factory=list)
    warnings: dict[str, None] = field(default_factory=dict)


def _show_datasets(
    start: Dataset,
    found: "Mapping[Direction, list[LineageStep]]",
    ways: "Ways",
    evidence: "FindEvidence",
) -> _Shown:
    shown = _Shown({"dataset": to_builtins(start)})
    for way, steps in found.items():
        shown.trees.append(make_tree(start, way, steps, ways, evidence))
        shown.document[way] = [make_step_document(step, ways, evidence) for step in steps]
    return shown


def _show_columns(
    start: Dataset,
    column: str,
    found: "Mapping[Direction, list[LineageStep]]",
    ways: "Ways",
    evidence: "FindEvidence",
    *,
    indirect: bool,
) -> _Shown:
    from glueline_worker.lineage.links.column_walk import walk_columns  # noqa: PLC0415

    shown = _Shown({"dataset": to_builtins(start), "column": column})
    for way, hops in found.items():
        steps, lost = walk_columns(start, column, way, hops, ways, indirect=indirect)
        shown.trees.append(make_column_tree(start, column, way, steps, evidence))
        shown.document[way] = [make_column_step_document(step, evidence) for step in steps]
        shown.warnings |= dict.fromkeys(map(_describe_lost, lost))
    return shown


def _describe_lost(hop: "Hop") -> str:
    return (
        f"{hop.process}: the columns from {format_dataset(hop.upstream)} to "
        f"{format_dataset(hop.downstream)} are not known, so this way may go on"
    )


def _read_stored(url: str, *, is_given: bool) -> "StoredLineage":
    try:
        return asyncio.run(read_sql_sink(url, _read_lineage))
    except SinkRefused as error:
        if is_given:
            raise
        raise UsageError(f"{error} (no --sink was given)") from None


async def _read_lineage(sink: "SqlSink") -> "StoredLineage":
    from glueline_worker.commands.stored_lineage import read_lineage  # noqa: PLC0415

    return await read_lineage(sink)


async def _read_ways(sink: "SqlSink", datasets: "Iterable[Dataset]") -> "Ways":
    from glueline_worker.commands.stored_columns import read_ways  # noqa: PLC0415

    return await read_ways(sink, datasets)


def _add_observed(ways: "Ways", stored: "StoredLineage", ends: "Iterable[Dataset]") -> "Ways":
    from glueline_worker.commands.observed_lineage import add_observed_ways  # noqa: PLC0415

    return add_observed_ways(ways, stored.observed, ends)


def _find_start(text: str, stored: "StoredLineage", url: str) -> tuple[Dataset, str | None]:
    """Return the dataset that ``text`` means, and the column; raises UsageError."""
    if find_datasets(text, stored.hops.datasets):
        return _find_dataset(text, stored), None
    unknown = ""
    for name, column in split_column_name(text):
        if find_named_datasets(name, stored.hops.datasets):
            dataset = _find_dataset(name, stored)
            if asyncio.run(read_sql_sink(url, partial(_has_column, dataset, column, stored))):
                return dataset, column
            unknown = unknown or f"no column {column!r} of {format_dataset(dataset)} is known"
    if unknown:
        raise UsageError(unknown)
    return _find_dataset(text, stored), None


async def _has_column(
    dataset: Dataset, column: str, stored: "StoredLineage", sink: "SqlSink"
) -> bool:
    """Tell whether the catalogue or an edge knows the column, or the struct around it."""
    from glueline_worker.commands.stored_columns import read_column_names  # noqa: PLC0415

    hops = stored.hops.walk(dataset, "downstream", 1)
    ends = [dataset, *(step.hop.downstream for step in hops)]
    ways = _add_observed(await _read_ways(sink, ends), stored, ends)
    names = await read_column_names(sink, dataset)
    for hop, known in ways.items():
        if hop.upstream == dataset:
            names |= {way.upstream.lower() for way in known}
        if hop.downstream == dataset:
            names |= {way.downstream.lower() for way in known if way.downstream}
    key = column.lower()
    return any(
        key == name or key.startswith(f"{name}.") or name.startswith(f"{key}.") for name in names
    )


def _find_dataset(text: str, stored: "StoredLineage") -> Dataset:
    """Return the dataset that ``text`` means; raises UsageError for none or several."""
    matches = find_datasets(text, stored.hops.datasets)
    if len(matches) == 1:
        return matches[0]
    if matches:
        labels = [format_dataset(dataset) for dataset in matches]
        is_unique = len(set(labels)) == len(labels)
        names = list_some(labels if is_unique else [*map(get_full_name, matches)], 5)
        raise UsageError(f"{text!r} can mean {len(matches)} datasets: {names}")
    # For a table without edges, a warning may say why it has none.
    known = [*find_datasets(text, stored.tables), *stored.links.find_tables(text)]
    reasons = "".join(f"; {warning}" for warning in stored.warnings(known[:5]))
    raise UsageError(f"no lineage is known for {text!r}{reasons}")


def _get_ends(step: "LineageStep") -> tuple[Dataset, Dataset]:
    return step.hop.upstream, step.hop.downstream
