"""``glueline lineage``: follow the lineage of a dataset in a SQL sink."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.text import Text
from rich.tree import Tree

from glueline.cli.options import AsJson
from glueline.cli.output import make_console, print_json
from glueline.contract.errors import UsageError
from glueline.contract.structs import to_builtins
from glueline.contract.terminal import clean_line
from glueline_worker.commands.lineage_diagrams import make_diagram
from glueline_worker.commands.lineage_output import (
    make_column_step_document,
    make_column_tree,
    make_step_document,
    make_tree,
)
from glueline_worker.commands.sql_sinks import SqlSinkOption, ask_sql_sink

if TYPE_CHECKING:
    from glueline_worker.lineage.links.walk import Direction
    from glueline_worker.questions.lineage_answers import LineageAnswer, LineageQuestion
    from glueline_worker.sinks.sql.sink import SqlSink

OutputFormat = Literal["tree", "json", "mermaid", "dot"]
FormatOption = Annotated[
    OutputFormat | None,
    typer.Option("--format", help="A tree, JSON, or the text of a diagram."),
]
ColumnOption = Annotated[
    str | None,
    typer.Option("--column", metavar="NAME", help="A column, if it does not stand in the name."),
]


def lineage(
    dataset: Annotated[
        str,
        typer.Argument(
            metavar="DATASET[.COLUMN]",
            help="DATABASE.TABLE (with ACCOUNT: or a nested catalogue before it where several "
            "have one), an s3:// URL, or a part of a dataset's name; and one of its columns.",
        ),
    ],
    sink: SqlSinkOption = None,
    direction: Annotated[
        Literal["both", "upstream", "downstream"], typer.Option(help="Which way to look.")
    ] = "both",
    depth: Annotated[int, typer.Option(min=1, max=100, help="How many hops to follow.")] = 5,
    column: ColumnOption = None,
    indirect: Annotated[
        bool,
        typer.Option(
            "--indirect", help="Show also the columns that only decide: filters, keys of joins …"
        ),
    ] = False,
    output: FormatOption = None,
    as_json: AsJson = False,
) -> None:
    """Show where a dataset or a column comes from and where it goes.

    The way leads across jobs, views and storage: a path that a job writes to leads to the table at
    that path, and a resource link, of a table or of a database, leads to its target.

    Example: glueline lineage finance.revenue_daily --direction upstream
    """
    from glueline_worker.questions.lineage_answers import LineageQuestion  # noqa: PLC0415

    shown_as = _choose_format(output, as_json=as_json)
    if not dataset.strip(" ./"):
        raise UsageError("name a dataset, for example finance.revenue_daily")
    directions: tuple[Direction, ...] = ("upstream", "downstream")
    question = LineageQuestion(
        dataset,
        tuple(way for way in directions if direction in ("both", way)),
        depth,
        column,
        is_indirect=indirect,
        needs_columns=indirect or shown_as == "json",
    )
    answer = ask_sql_sink(sink, lambda at: _answer(at, question))
    _print_answer(answer, shown_as)


async def _answer(sink: "SqlSink", question: "LineageQuestion") -> "LineageAnswer":
    from glueline_worker.questions.lineage_answers import answer_lineage  # noqa: PLC0415

    return await answer_lineage(sink, question)


def _choose_format(output: OutputFormat | None, *, as_json: bool) -> OutputFormat:
    if as_json and output not in (None, "json"):
        raise UsageError(f"choose one of --json and --format {output}")
    return "json" if as_json else output or "tree"


def _print_answer(answer: "LineageAnswer", shown_as: OutputFormat) -> None:
    if shown_as == "json":
        print_json(_make_document(answer))
        return
    if shown_as == "tree":
        for tree in _make_trees(answer):
            make_console().print(tree)
    else:
        print(make_diagram(answer, shown_as))  # noqa: T201
    print_warnings(answer)


def print_warnings(answer: "LineageAnswer") -> None:
    """Print where a chain may end too early, on standard error."""
    for warning in answer.warnings:
        make_console(stderr=True).print(Text(f"warning: {clean_line(warning)}", style="yellow"))


def _make_trees(answer: "LineageAnswer") -> Iterator[Tree]:
    for way, steps in answer.steps.items():
        if answer.column is None:
            yield make_tree(answer.start, way, steps, answer.ways, answer.find_evidence)
        else:
            yield make_column_tree(
                answer.start, answer.column, way, answer.column_steps[way], answer.find_evidence
            )


def _make_document(answer: "LineageAnswer") -> dict[str, object]:
    document: dict[str, object] = {"dataset": to_builtins(answer.start)}
    if answer.column is not None:
        document["column"] = answer.column
    for way, steps in answer.steps.items():
        if answer.column is None:
            document[way] = [
                make_step_document(step, answer.ways, answer.find_evidence) for step in steps
            ]
        else:
            document[way] = [
                make_column_step_document(step, answer.find_evidence)
                for step in answer.column_steps[way]
            ]
    return {**document, "warnings": list(answer.warnings)}
