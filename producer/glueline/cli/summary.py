"""The summary of a run: counts, failures and warnings."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from glueline.cli.output import style_state
from glueline.contract.records import KINDS
from glueline.contract.runs import Failure, RunStatus
from glueline.contract.terminal import clean_line
from glueline.formatting import format_counts, format_duration, format_kind

_MAX_LINES = 10
"""Failures and warnings that a summary lists; the commands list all."""


def print_summary(
    out: Console, run: RunStatus, failures: Sequence[Failure], warnings: Sequence[str]
) -> None:
    """Print the summary of a run for people."""
    out.print(Text.assemble("run ", (run.run_id[:8], "bold"), " ", style_state(run.state)), end="")
    out.print(f" in {format_duration(run)}: {clean_line(run.request.label)}", markup=False)
    _counts(out, run)
    if run.reason and run.reason not in [failure.message for failure in failures]:
        out.print(f"  {clean_line(run.reason)}", markup=False)
    _print_list(out, "failed", [f"{f.unit_id}  {f.message}" for f in failures], len(failures))
    _print_list(out, "warnings", _fold_repeats(warnings), run.counts.get("warnings", 0))


def _counts(out: Console, run: RunStatus) -> None:
    others = [(n, run.counts.get(n, 0)) for n in ("deleted", "calls", "throttled", "retried")]
    others = [(name, n) for name, n in others if n or name in ("calls", "throttled")]
    if not out.is_terminal:
        found = [format_counts(run, *KINDS)] if any(run.counts.get(kind) for kind in KINDS) else []
        out.print("  " + ", ".join([*found, *(f"{n:,} {_word(name, n)}" for name, n in others)]))
        return
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 2))
    records = [(format_kind(run, kind), run.counts[kind]) for kind in KINDS if run.counts.get(kind)]
    for name, n in (*records, *others):
        table.add_row(name, Text(f"{n:,}", style="bold", justify="right"))
    out.print(table)


def _word(name: str, number: int) -> str:
    return "call" if name == "calls" and number == 1 else name


def _print_list(out: Console, title: str, lines: Sequence[str], total: int) -> None:
    if not lines:
        return
    out.print(f"[bold]{title}[/bold] ({total:,})")
    for text in lines[:_MAX_LINES]:
        indented = Padding(Text(clean_line(text)), (0, 0, 0, 2), expand=False)
        out.print(indented if out.is_terminal else f"  {clean_line(text)}", markup=False)
    if len(lines) > _MAX_LINES:
        out.print(f"  … and {len(lines) - _MAX_LINES:,} more: glueline failures --json")


def _fold_repeats(warnings: Sequence[str]) -> list[str]:
    """Return each warning once, with the number of times it came."""
    counts = Counter(warnings)
    return [f"{text}  ({n:,} times)" if n > 1 else text for text, n in counts.items()]
