"""``glueline impact``: what a change of a dataset or a column affects."""

from typing import Annotated

import typer

from glueline.cli.options import AsJson
from glueline_worker.commands.lineage import lineage


def impact(
    dataset: Annotated[
        str,
        typer.Argument(metavar="DATASET[.COLUMN]", help="Named as for glueline lineage."),
    ],
    sink: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The SQLite or PostgreSQL sink to read [GLUELINE_SINKS]."),
    ] = None,
    depth: Annotated[int, typer.Option(min=1, max=100, help="How many hops to follow.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Show what breaks if a dataset or a column is dropped.

    The same as glueline lineage --direction downstream --indirect: what is made of it, and what it
    only decides about, as a filter or the key of a join does.

    Example: glueline impact raw.orders_json.total
    """
    lineage(dataset, sink, "downstream", depth, indirect=True, as_json=as_json)
