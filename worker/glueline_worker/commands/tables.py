"""``glueline tables``: list the tables that a SQL sink holds."""

from typing import TYPE_CHECKING, Annotated

import typer

from glueline.cli.options import AsJson
from glueline.cli.output import print_json, print_rows
from glueline.contract.structs import to_builtins
from glueline_worker.commands.sql_sinks import SqlSinkOption, ask_sql_sink

if TYPE_CHECKING:
    from glueline_worker.questions.catalog_queries import TableSummary
    from glueline_worker.sinks.sql.sink import SqlSink


def show_tables(
    globs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[GLOB]...",
            help="DATABASE.TABLE with *, ? and [abc]; without a dot, the table in any database.",
        ),
    ] = None,
    sink: SqlSinkOption = None,
    table_format: Annotated[
        str | None, typer.Option("--format", help="Only tables of this format, such as iceberg.")
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Only tables of this owner.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the tables in a SQL sink: all, or those whose name fits a glob.

    Exit codes: 0 also when no table fits.

    Example: glueline tables 'sales.*' --format iceberg
    """

    async def read(at: "SqlSink") -> "list[TableSummary]":
        from glueline_worker.questions.catalog_answers import find_matching_tables  # noqa: PLC0415

        return await find_matching_tables(at, globs or (), table_format=table_format, owner=owner)

    found = ask_sql_sink(sink, read)
    if as_json:
        print_json({"tables": [to_builtins(table) for table in found]})
        return
    print_rows(
        ("table", "format", "columns", "owner", "location"),
        (
            (
                table.full_name,
                table.format,
                str(table.columns),
                table.owner or "",
                table.location or "",
            )
            for table in found
        ),
        empty="no tables",
    )
