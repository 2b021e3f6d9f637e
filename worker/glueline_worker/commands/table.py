"""``glueline table``: show one table of a SQL sink."""

from typing import TYPE_CHECKING, Annotated

import typer

from glueline.cli.options import AsJson
from glueline.cli.output import make_console, print_json
from glueline.contract.structs import to_builtins
from glueline_worker.commands.lineage import print_warnings
from glueline_worker.commands.lineage_output import make_step_document, make_tree
from glueline_worker.commands.record_trees import make_table_tree
from glueline_worker.commands.sql_sinks import SqlSinkOption, ask_sql_sink

if TYPE_CHECKING:
    from glueline_worker.questions.catalog_answers import TableAnswer
    from glueline_worker.questions.lineage_answers import LineageAnswer
    from glueline_worker.sinks.sql.sink import SqlSink

SourceChoice = Annotated[str | None, typer.Option("--source", "-s", help="Only in this source.")]
RegionChoice = Annotated[str | None, typer.Option(help="Only in this Region.")]


def show_table(
    name: Annotated[
        str,
        typer.Argument(
            metavar="DATABASE.TABLE",
            help="With ACCOUNT: or a nested catalogue before it where several have one.",
        ),
    ],
    sink: SqlSinkOption = None,
    source: SourceChoice = None,
    region: RegionChoice = None,
    with_lineage: Annotated[
        bool,
        typer.Option(
            "--lineage/--no-lineage", help="Read what is one hop away: all lineage is read for it."
        ),
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Show a table: its facts, its columns with nested types, and what is one hop away.

    Exit codes: 2 when the name means no table or several.

    Example: glueline table sales.orders
    """

    async def read(at: "SqlSink") -> "tuple[TableAnswer, LineageAnswer | None]":
        from glueline_worker.questions.catalog_answers import Scope, describe_table  # noqa: PLC0415
        from glueline_worker.questions.lineage_answers import find_neighbours  # noqa: PLC0415

        answer = await describe_table(at, name, Scope(source, region))
        return answer, await find_neighbours(at, answer.dataset) if with_lineage else None

    answer, near = ask_sql_sink(sink, read)
    if as_json:
        print_json(_make_document(answer, near))
        return
    out = make_console()
    out.print(make_table_tree(answer.record, answer.partitions))
    if near is None:
        return
    for way, found in near.steps.items():
        out.print(make_tree(near.start, way, found, find_evidence=near.find_evidence))
    print_warnings(near)


def _make_document(answer: "TableAnswer", near: "LineageAnswer | None") -> dict[str, object]:
    document: dict[str, object] = {
        "table": answer.record,
        "dataset": to_builtins(answer.dataset),
        "partitions": answer.partitions,
    }
    if near is None:
        return document
    for way, found in near.steps.items():
        document[way] = [make_step_document(step, near.ways, near.find_evidence) for step in found]
    return {**document, "warnings": list(near.warnings)}
