"""``glueline lineage``: where a table comes from and where it goes."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.text import Text
from rich.tree import Tree

from glueline.cli.loading import load_settings
from glueline.cli.options import AsJson
from glueline.cli.output import console, print_json
from glueline.contract.errors import UsageError
from glueline.contract.text import one_line

if TYPE_CHECKING:
    from glueline.contract.lineage import Dataset
    from glueline_worker.lineage.walk import Direction, Hops, Step


def lineage(
    dataset: Annotated[
        str, typer.Argument(help="DATABASE.TABLE, an s3:// URL, or a part of a dataset's name.")
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
    """Where a dataset comes from and where it goes, across jobs, views and storage.

    What a job writes to a path continues at the table on it, and a resource link at its target.

    Example: glueline lineage finance.revenue_daily --direction upstream
    """
    hops = asyncio.run(_stored(_sink(sink)))
    start = _find(dataset, hops)
    directions: list[Direction] = ["upstream", "downstream"]
    found = {way: hops.walk(start, way, depth) for way in directions if direction in ("both", way)}
    if as_json:
        print_json(
            {
                "dataset": start.model_dump(),
                **{way: [_document(step) for step in steps] for way, steps in found.items()},
            }
        )
        return
    for way, steps in found.items():
        console().print(_tree(start, way, steps))


def _sink(url: str | None) -> str:
    """The sink to read: the one that is named, or the first of the settings that is SQL."""
    if url:
        return url
    for candidate in load_settings().sinks:
        if candidate.startswith(("sqlite:", "postgresql:")):
            return candidate
    raise UsageError("no SQLite or PostgreSQL sink is known: give one with --sink")


async def _stored(url: str) -> "Hops":
    from glueline_worker.lineage.model import Surroundings  # noqa: PLC0415
    from glueline_worker.lineage.storage import StorageIndex  # noqa: PLC0415
    from glueline_worker.lineage.walk import Hop, Hops  # noqa: PLC0415
    from glueline_worker.sinks.registry import parse_sink  # noqa: PLC0415
    from glueline_worker.sinks.sql.sink import SqlSink  # noqa: PLC0415
    from glueline_worker.sinks.sql.stored import stored_edges, stored_tables  # noqa: PLC0415

    sink = parse_sink(url)
    if not isinstance(sink, SqlSink):
        raise UsageError(f"{sink.name} holds files; lineage is read from SQLite or PostgreSQL")
    try:
        edges = await sink.read(stored_edges)
        tables = await sink.read(stored_tables)
    finally:
        await sink.close()
    places = {(table.region, table.catalog_id) for table in tables}
    indexes = [
        StorageIndex(
            [(t.database, t.name, t.location) for t in tables if (t.region, t.catalog_id) == place],
            Surroundings(region=place[0], account=place[1]),
        )
        for place in sorted(places, key=str)
    ]
    return Hops((Hop(e.upstream, e.downstream, e.process) for e in edges), indexes)


def _find(text: str, hops: "Hops") -> "Dataset":
    """The dataset that ``text`` means; raises UsageError when none or several do."""
    known = sorted(hops.datasets, key=lambda dataset: (dataset.namespace, dataset.name))
    wanted = text.strip("/").lower()
    table = f"table/{wanted.replace('.', '/', 1)}"
    exact = [d for d in known if d.name == table or _url(d) == wanted]
    matches = exact or [d for d in known if wanted in _url(d)]
    if not matches:
        raise UsageError(f"no lineage is known of {text!r}")
    if len(matches) > 1:
        labels = [_label(dataset) for dataset in matches]
        # The same name in two Regions or accounts: the whole name tells them apart.
        names = labels if len({*labels}) == len(labels) else [_url(it) for it in matches]
        raise UsageError(
            f"{text!r} can mean {len(matches)} datasets, among them {', '.join(names[:5])}"
        )
    return matches[0]


def _tree(start: "Dataset", way: "Direction", steps: "list[Step]") -> Tree:
    arrow = "←" if way == "upstream" else "→"
    root = Tree(Text.assemble((one_line(_label(start)), "bold"), f"  {way}"))
    branches = {start: root}
    for step in steps:
        near, far = step.hop.downstream, step.hop.upstream
        if way == "downstream":
            near, far = far, near
        line = Text.assemble(f"{arrow} {one_line(_label(far))}  ", (step.hop.process, "dim"))
        branches.setdefault(far, branches[near].add(line))
    if not steps:
        root.add(Text("nothing known", style="dim"))
    return root


def _document(step: "Step") -> dict[str, object]:
    return {
        "depth": step.depth,
        "process": step.hop.process,
        "upstream": step.hop.upstream.model_dump(),
        "downstream": step.hop.downstream.model_dump(),
    }


def _label(dataset: "Dataset") -> str:
    """A dataset as people say it."""
    if ":glue:" in dataset.namespace:
        return dataset.name.removeprefix("table/").replace("/", ".")
    return _url(dataset)


def _url(dataset: "Dataset") -> str:
    return f"{dataset.namespace}/{dataset.name}".rstrip("/").lower()
