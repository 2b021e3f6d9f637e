"""``glueline impact``: what a change of a dataset or a column affects."""

from typing import Annotated

import typer

from glueline.cli.options import AsJson
from glueline_worker.commands.lineage import ColumnOption, FormatOption, lineage
from glueline_worker.commands.sql_sinks import SqlSinkOption


def impact(
    dataset: Annotated[
        str,
        typer.Argument(metavar="DATASET[.COLUMN]", help="Named as for glueline lineage."),
    ],
    sink: SqlSinkOption = None,
    depth: Annotated[int, typer.Option(min=1, max=100, help="How many hops to follow.")] = 5,
    column: ColumnOption = None,
    output: FormatOption = None,
    as_json: AsJson = False,
) -> None:
    """Show what breaks if a dataset or a column is dropped.

    The same as glueline lineage --direction downstream --indirect: what is made of it, and what it
    only decides about, as a filter or the key of a join does.

    Example: glueline impact raw.orders_json.total
    """
    lineage(
        dataset,
        sink,
        "downstream",
        depth,
        column,
        indirect=True,
        output=output,
        as_json=as_json,
    )
