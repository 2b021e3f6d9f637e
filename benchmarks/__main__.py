"""``make bench``: measure, compare side by side, write a report."""

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from tests.conftest import FAKE_CREDENTIALS

from benchmarks import cases as _cases  # noqa: F401 - registers them
from benchmarks import report, tables
from benchmarks.builds import prepare_build, this_build
from benchmarks.busy import MachineLoad, look_first
from benchmarks.figures import BEFORE, BENCHMARKS, NOW, Comparison, Figure, Finding, Plan

RESULTS = Path(__file__).parent / "results"
BUSY = "other processes used {:.0%} of the machine {}: the figures would not count"


def bench(  # noqa: PLR0917 - typer turns parameters into options
    names: Annotated[list[str] | None, typer.Argument(help="Which; all by default.")] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="COMMIT", help="Compare with the build of this commit."),
    ] = None,
    rounds: Annotated[
        int, typer.Option(min=1, help="Rounds of each comparison; the builds take turns.")
    ] = 5,
    quick: Annotated[
        bool, typer.Option("--quick", help="Smaller sizes, for a first look; writes nothing.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Look although the machine is busy; writes nothing.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder of the report.")] = None,
) -> None:
    """Measure Glueline over a simulated AWS, beside references in the same run."""
    _check_names(names or [])
    # By default a signal would leave the workers and servers behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    os.environ.update(FAKE_CREDENTIALS)
    # Not on a terminal, rich would take 80 columns.
    console = Console() if sys.stdout.isatty() else Console(width=140)
    is_report = not (quick or force)
    plan = _make_plan(against, rounds, is_quick=quick)
    first = look_first()
    if is_report and first.is_busy:
        console.print(BUSY.format(first.by_others, "before we began") + " (--force to look)")
        raise typer.Exit(1)
    found: dict[str, list[Finding]] = {}
    with MachineLoad() as load:
        for name in names or BENCHMARKS:
            with console.status(f"{name} …"):
                found[name] = list(BENCHMARKS[name](plan))
            for table in _tables(name, found[name]):
                console.print(table)
    console.print(f"other processes used {load.by_others:.1%} of the machine meanwhile")
    if not is_report:
        return
    if load.is_busy:
        console.print(BUSY.format(load.by_others, "while we measured") + "; nothing was written")
        raise typer.Exit(1)
    folder = out or RESULTS
    report.write(found, folder, plan)
    console.print(f"the report is in {folder}")


def _check_names(names: list[str]) -> None:
    for name in names:
        if name not in BENCHMARKS:
            known = ", ".join(BENCHMARKS)
            raise typer.BadParameter(f"there is no benchmark {name!r}; there are {known}")


def _make_plan(against: str | None, rounds: int, *, is_quick: bool) -> Plan:
    builds = {NOW: this_build()}
    if against is not None:
        try:
            builds = {BEFORE: prepare_build(against), **builds}
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
    return Plan(is_quick, rounds, builds)


def _tables(name: str, found: list[Finding]) -> list[Table]:
    shown = []
    for headers, kind, rows in (
        (tables.FIGURE, Figure, lambda one: [tables.figure_row(one)]),
        (tables.COMPARISON, Comparison, tables.comparison_rows),
    ):
        table = Table(*headers, title=name, title_justify="left")
        for one in found:
            for row in rows(one) if isinstance(one, kind) else ():
                table.add_row(*row, style="red" if row[-1] == "no" else None)
        if table.row_count:
            shown.append(table)
    return shown


if __name__ == "__main__":
    typer.run(bench)
