"""``make bench``: measure, compare side by side, write a report."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from tests.conftest import FAKE_CREDENTIALS

from benchmarks import cases as _cases  # noqa: F401 - registers them
from benchmarks import report
from benchmarks.figures import BENCHMARKS, Figure

RESULTS = Path(__file__).parent / "results"


def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Which; all by default.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Smaller sizes, for a first look.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder of the report.")] = None,
) -> None:
    """Measure Glueline over a simulated AWS, beside references in the same run."""
    for name in names or ():
        if name not in BENCHMARKS:
            known = ", ".join(BENCHMARKS)
            raise typer.BadParameter(f"there is no benchmark {name!r}; there are {known}")
    os.environ.update(FAKE_CREDENTIALS)
    console = Console()
    # The report of the repository is of full size; one that is named replaces its part.
    folder = out or (None if quick else RESULTS)
    for name in names or BENCHMARKS:
        with console.status(f"{name} …"):
            figures = list(BENCHMARKS[name](quick))
        console.print(_table(name, figures))
        if folder and figures:
            report.write({name: figures}, folder)
    if folder:
        console.print(f"the report is in {folder}")


def _table(name: str, figures: list[Figure]) -> Table:
    table = Table("what", "value", "compared", "aim", "met", title=name, title_justify="left")
    for figure in figures:
        table.add_row(*report.row(figure), style="red" if figure.is_met is False else None)
    return table


if __name__ == "__main__":
    typer.run(bench)
