"""Tables and colour on a terminal, plain lines in a pipe, JSON when asked for."""

import sys
from collections.abc import Iterable, Sequence

from pydantic import BaseModel, TypeAdapter
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from glueline.contract.runs import RunState
from glueline.contract.terminal import clean_line, escape_json

_STATE_STYLES = {
    RunState.RUNNING: "cyan",
    RunState.SUCCEEDED: "green",
    RunState.PARTIAL: "yellow",
    RunState.FAILED: "red",
    RunState.CANCELLED: "magenta",
    RunState.SUPERSEDED: "magenta",
}
_ANY: TypeAdapter[object] = TypeAdapter(object)
_PIPE_WIDTH = 1000
"""Columns of a pipe: no line is wrapped in it."""


def make_console(*, stderr: bool = False) -> Console:
    """Make a console; in a pipe its lines are never wrapped."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _PIPE_WIDTH
    return Console(file=stream, width=width, soft_wrap=width is not None, highlight=False)


def print_json(value: BaseModel | Sequence[BaseModel] | dict[str, object]) -> None:
    """Print one JSON document on standard output."""
    print(escape_json(_ANY.dump_json(value, indent=2)).decode())  # noqa: T201


def print_rows(
    headers: Sequence[str], rows: Iterable[Sequence[str | Text]], *, empty: str = "none"
) -> None:
    """Print a table, or the sentence for an empty one; tab-separated lines without a terminal."""
    out = make_console()
    if not out.is_terminal:
        for row in rows:  # not by rich, which turns tabs into spaces
            print("\t".join(clean_line(str(cell)) for cell in row))  # noqa: T201
        return
    # Long names are folded: an ARN that is cut short is of no use.
    columns = [Column(header, overflow="fold") for header in headers]
    table = Table(*columns, header_style="bold", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(clean_line(cell)) for cell in row))
    out.print(table if table.row_count else empty, markup=False)


def style_state(value: RunState) -> Text:
    """Return a run's state in its colour."""
    return Text(value.value, style=_STATE_STYLES[value])
