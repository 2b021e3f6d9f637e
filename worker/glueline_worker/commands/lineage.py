"""``glueline lineage``: follow the lineage of a dataset in a SQL sink."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.text import Text
from rich.tree import Tree

from glueline.cli.loading import load_cli_settings
from glueline.cli.options import AsJson
from glueline.cli.output import make_console, print_json
from glueline.contract.errors import UsageError
from glueline.contract.lineage import Dataset
from glueline.contract.terminal import clean_line
from glueline_worker.commands.dataset_names import (
    find_datasets,
    format_dataset,
    get_full_name,
    is_glue_table,
)
from glueline_worker.sinks.registry import parse_sink

if TYPE_CHECKING:
    from glueline_worker.commands.stored_lineage import StoredLineage
    from glueline_worker.lineage.links.walk import Direction, LineageStep


def lineage(
    dataset: Annotated[
        str,
        typer.Argument(
            help="DATABASE.TABLE (with ACCOUNT: or a nested catalogue before it where several "
            "have one), an s3:// URL, or a part of a dataset's name."
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
    as_json: AsJson = False,
) -> None:
    """Show where a dataset comes from and where it goes, across jobs, views and storage.

    A path that a job writes to leads to the table at that path. A resource link, of a table or of
    a database, leads to its target.

    Example: glueline lineage finance.revenue_daily --direction upstream
    """
    stored = asyncio.run(_read_stored_lineage(_choose_sink(sink)))
    start = _find_dataset(dataset, stored)
    directions: list[Direction] = ["upstream", "downstream"]
    found = {
        way: stored.hops.walk(start, way, depth) for way in directions if direction in ("both", way)
    }
    visited = [
        start,
        *(end for steps in found.values() for step in steps for end in _get_ends(step)),
    ]
    warnings = stored.warnings(visited)
    if as_json:
        print_json(
            {
                "dataset": start.model_dump(),
                **{
                    way: [_make_step_document(step) for step in steps]
                    for way, steps in found.items()
                },
                "warnings": warnings,
            }
        )
        return
    for way, steps in found.items():
        make_console().print(_make_tree(start, way, steps))
    for warning in warnings:
        make_console(stderr=True).print(Text(f"warning: {clean_line(warning)}", style="yellow"))


def _choose_sink(url: str | None) -> str:
    """Return ``url``, or the first SQL sink of the settings."""
    if url:
        return url
    for candidate in load_cli_settings().sinks:
        if candidate.startswith(("sqlite:", "postgresql:")):
            return candidate
    raise UsageError("no SQLite or PostgreSQL sink is known: give one with --sink")


async def _read_stored_lineage(url: str) -> "StoredLineage":
    from glueline_worker.commands.stored_lineage import read_lineage  # noqa: PLC0415
    from glueline_worker.sinks.sql.sink import SqlSink  # noqa: PLC0415

    sink = parse_sink(url)
    if not isinstance(sink, SqlSink):
        raise UsageError(f"{sink.name} holds files; lineage is read from SQLite or PostgreSQL")
    try:
        return await read_lineage(sink)
    finally:
        await sink.close()


def _find_dataset(text: str, stored: "StoredLineage") -> Dataset:
    """Return the dataset that ``text`` means; raises UsageError for none or several."""
    matches = find_datasets(text, stored.hops.datasets)
    if len(matches) == 1:
        return matches[0]
    if matches:
        labels = [format_dataset(dataset) for dataset in matches]
        is_unique = len(set(labels)) == len(labels)
        names = ", ".join((labels if is_unique else [*map(get_full_name, matches)])[:5])
        raise UsageError(f"{text!r} can mean {len(matches)} datasets, among them {names}")
    # For a table without edges, a warning may say why it has none.
    known = [*find_datasets(text, stored.tables), *stored.links.find_tables(text)]
    reasons = "".join(f"; {warning}" for warning in stored.warnings(known[:5]))
    raise UsageError(f"no lineage is known for {text!r}{reasons}")


def _get_ends(step: "LineageStep") -> tuple[Dataset, Dataset]:
    return step.hop.upstream, step.hop.downstream


def _make_tree(start: Dataset, way: "Direction", steps: "list[LineageStep]") -> Tree:
    arrow = "←" if way == "upstream" else "→"
    root = Tree(Text.assemble((format_dataset(start), "bold"), f"  {way}"))
    branches = {start: root}
    for step in steps:
        near, far = step.hop.downstream, step.hop.upstream
        if way == "downstream":
            near, far = far, near
        line = Text.assemble(
            f"{arrow} {_format_relative_to(far, start)}  ", (step.hop.process, "dim")
        )
        branches.setdefault(far, branches[near].add(line))
    if not steps:
        root.add(Text("nothing known", style="dim"))
    return root


def _make_step_document(step: "LineageStep") -> dict[str, object]:
    return {
        "depth": step.depth,
        "process": step.hop.process,
        "upstream": step.hop.upstream.model_dump(),
        "downstream": step.hop.downstream.model_dump(),
    }


def _format_relative_to(dataset: Dataset, start: Dataset) -> str:
    """Format a dataset with its account and region where they are not those of ``start``."""
    label = format_dataset(dataset)
    if not is_glue_table(dataset) or dataset.namespace == start.namespace:
        return label
    *_, region, account = dataset.namespace.split(":")
    is_same_region = not is_glue_table(start) or f":{region}:" in start.namespace
    return f"{label} (account {account}{'' if is_same_region else f', {region}'})"
