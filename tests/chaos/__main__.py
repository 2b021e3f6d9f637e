"""``make chaos``: break the world around real runs, from a seed, and see that nothing is lost."""

import json
import os
import random
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from tests.chaos import cases as _cases  # noqa: F401 - registers them
from tests.chaos.case import CASES, Case, Result, run
from tests.conftest import FAKE_CREDENTIALS


def chaos(
    names: Annotated[
        list[str] | None, typer.Argument(help="Cases; all of them by default.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Repeats the moments of an earlier run.")] = None,
    short: Annotated[bool, typer.Option("--short", help="The size of the tests.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="A JSON line for each case.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Only name the cases.")] = False,
) -> None:
    """Break the world around real runs, and see that nothing is lost and nothing invented.

    Exit code 1 when a case did not hold; what it left stays in the folder that is named.
    """
    console = Console(soft_wrap=True)
    if list_:
        for each in CASES.values():
            console.print(f"[bold]{each.name}[/]  {each.promise}", highlight=False)
        return
    chosen = [_known(name) for name in names] if names else list(CASES.values())
    os.environ.update(FAKE_CREDENTIALS)
    seed = random.randrange(10_000) if seed is None else seed
    failed = 0
    for each in chosen:
        folder = Path(tempfile.mkdtemp(prefix=f"chaos-{each.name}-"))
        result = run(each, folder, seed, full=not short)
        _tell(console, result, folder, as_json=json_)
        failed += bool(result.problem)
        if not result.problem:
            shutil.rmtree(folder)
    sys.exit(bool(failed))


def _known(name: str) -> Case:
    if name not in CASES:
        raise typer.BadParameter(f"there is no case {name!r}; the cases are {', '.join(CASES)}")
    return CASES[name]


def _tell(console: Console, result: Result, folder: Path, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(result)), flush=True)
        return
    verdict = "[bold red]broken[/]" if result.problem else "[green]held[/]  "
    if result.skipped:
        verdict = "[yellow]skipped[/]"
    counts = ", ".join(f"{name} {count}" for name, count in result.counts.items())
    console.print(
        f"{verdict} {result.case:<26} seed {result.seed}  {result.seconds:6.1f} s  {counts}",
        highlight=False,
    )
    if result.skipped:
        console.print(f"       {result.skipped}", markup=False)
    if result.problem:
        console.print(f"       {result.problem}\n       see {folder}", markup=False)


if __name__ == "__main__":
    typer.run(chaos)
