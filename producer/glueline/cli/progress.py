"""The progress of a run: a bar on a terminal, a line every few seconds elsewhere."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console

from glueline.contract.records import KINDS
from glueline.contract.runs import RunStatus
from glueline.formatting import format_counts, format_duration, format_number

Update = Callable[[RunStatus], None]
LINE_EVERY = 2.0
"""Seconds between two lines where there is no terminal."""


def show_progress(statuses: Iterable[RunStatus], out: Console) -> RunStatus:
    """Show a run until it ends and return its last status."""
    show = _bar if out.is_terminal else _lines
    last = None
    with show(out) as update:
        for status in statuses:
            update(status)
            last = status
    assert last is not None
    return last


def format_progress(status: RunStatus, rate: float | None = None) -> str:
    """Format a run in one line."""
    found = format_counts(status, *KINDS)
    done = status.settled_units + status.failed_units
    parts = [f"{done:,}/{status.units:,} units"]
    if found:
        parts.append(found)
    if rate is not None:
        parts.append(f"{rate:,.0f} calls/s")
    parts += [f"{status.counts.get('throttled', 0):,} throttled", f"{status.failed_units:,} failed"]
    return " · ".join(parts)


class _Rate:
    """Calls per second between two readings at least half a second apart."""

    def __init__(self) -> None:
        self._at, self._calls, self._rate = time.monotonic(), 0, 0.0

    def __call__(self, status: RunStatus) -> float:
        now, calls = time.monotonic(), status.counts.get("calls", 0)
        if now - self._at > 0.5:  # noqa: PLR2004
            self._rate = (calls - self._calls) / (now - self._at)
            self._at, self._calls = now, calls
        return self._rate


@contextmanager
def _bar(out: Console) -> Iterator[Update]:
    from rich.progress import (  # noqa: PLC0415 - only a terminal has a bar
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    progress = Progress(
        TextColumn("[bold]{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[found]}"),
        TimeElapsedColumn(),
        console=out,
        transient=True,
    )
    rate = _Rate()
    with progress:
        task = progress.add_task("starting", total=None, found="")

        def update(status: RunStatus) -> None:
            throttled, failed = status.counts.get("throttled", 0), status.failed_units
            parts = [
                format_number(status.counts.get(kind, 0), kind)
                for kind in ("database", "table", "job")
            ]
            parts.append(f"{rate(status):,.0f} calls/s")
            parts.append(f"{throttled:,} throttled")
            parts.append(f"[red]{failed:,} failed[/red]" if failed else "0 failed")
            progress.update(
                task,
                description=status.state.value,
                total=status.units or None,
                completed=status.settled_units + status.failed_units,
                found=" · ".join(parts),
            )

        yield update


@contextmanager
def _lines(out: Console) -> Iterator[Update]:
    rate = _Rate()
    shown = 0.0

    def update(status: RunStatus) -> None:
        nonlocal shown
        now = time.monotonic()
        if status.state.is_final:
            out.print(
                f"{status.state.value} after {format_duration(status)} · {format_progress(status)}"
            )
        elif now - shown >= LINE_EVERY:
            shown = now
            out.print(f"{status.state.value} · {format_progress(status, rate(status))}")

    yield update
