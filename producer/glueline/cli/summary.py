"""A run after its end: what was found, what failed, and what to do about it."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from glueline.cli.output import state
from glueline.contract.records import KINDS
from glueline.contract.runs import Failure, RunStatus
from glueline.contract.text import one_line
from glueline.wording import duration, title

SHOWN = 10
"""Failures and warnings that a summary lists; the commands list all."""


def print_summary(
    out: Console, run: RunStatus, failures: Sequence[Failure], warnings: Sequence[str]
) -> None:
    """The end of a run for people."""
    out.print(Text.assemble("run ", (run.run_id[:8], "bold"), " ", state(run.state)), end="")
    out.print(f" in {duration(run)}: {one_line(run.request.label)}", markup=False)
    _counts(out, run)
    if run.reason:
        out.print(f"  {one_line(run.reason)}", markup=False)
    _listed(out, "failed", [f"{f.unit_id}  {f.message}" for f in failures], len(failures))
    _listed(out, "warnings", _folded(warnings), run.counts.get("warnings", 0))


def _counts(out: Console, run: RunStatus) -> None:
    names = [*(k for k in KINDS if run.counts.get(k)), "deleted", "calls", "throttled", "retried"]
    counted = [(title(run, n) if n in KINDS else n, run.counts.get(n, 0)) for n in names]
    counted = [(name, n) for name, n in counted if n or name in ("calls", "throttled")]
    if not out.is_terminal:
        out.print("  " + ", ".join(f"{n:,} {name}" for name, n in counted))
        return
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 2))
    for name, n in counted:
        table.add_row(name, Text(f"{n:,}", style="bold", justify="right"))
    out.print(table)


def _listed(out: Console, title: str, lines: Sequence[str], total: int) -> None:
    if not lines:
        return
    out.print(f"[bold]{title}[/bold] ({total:,})")
    for text in lines[:SHOWN]:
        out.print(f"  {one_line(text)}", markup=False)
    if len(lines) > SHOWN:
        out.print(f"  … and {len(lines) - SHOWN:,} more: glueline failures --json")


def _folded(warnings: Sequence[str]) -> list[str]:
    """The same warning once, with how often it came."""
    counts = Counter(warnings)
    return [f"{text}  ({n:,} times)" if n > 1 else text for text, n in counts.items()]
