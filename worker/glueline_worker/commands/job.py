"""``glueline job``: show one job of a SQL sink."""

from typing import TYPE_CHECKING, Annotated

import typer

from glueline.cli.options import AsJson
from glueline.cli.output import make_console, print_json
from glueline_worker.commands.record_trees import make_job_tree
from glueline_worker.commands.sql_sinks import SqlSinkOption, ask_sql_sink
from glueline_worker.commands.table import RegionChoice, SourceChoice

if TYPE_CHECKING:
    from glueline_worker.questions.catalog_answers import JobAnswer
    from glueline_worker.sinks.sql.sink import SqlSink


def show_job(
    name: Annotated[str, typer.Argument(metavar="JOB", help="The job's name.")],
    sink: SqlSinkOption = None,
    source: SourceChoice = None,
    region: RegionChoice = None,
    as_json: AsJson = False,
) -> None:
    """Show a job: its facts, inputs and outputs, and its edges with the line in the script.

    Exit codes: 2 when the name means no job or several.

    Example: glueline job nightly_revenue
    """

    async def read(at: "SqlSink") -> "JobAnswer":
        from glueline_worker.questions.catalog_answers import Scope, describe_job  # noqa: PLC0415

        return await describe_job(at, name, Scope(source, region))

    answer = ask_sql_sink(sink, read)
    if as_json:
        print_json({"job": answer.record, "edges": list(answer.edges)})
        return
    make_console().print(make_job_tree(answer.record, answer.edges))
