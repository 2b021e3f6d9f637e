"""``glueline lineage-events``: store what the runs of jobs say they read and wrote."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from glueline.cli.options import AsJson
from glueline.cli.output import make_console, print_json
from glueline.contract.errors import UsageError
from glueline.contract.observed import ObservedRun, merge_same_runs
from glueline.contract.terminal import clean_line
from glueline_worker.commands.event_files import find_event_files, read_event_file
from glueline_worker.commands.sql_sinks import choose_sql_sink, write_sql_sink
from glueline_worker.lineage.run_events import read_event

if TYPE_CHECKING:
    from sqlalchemy import Connection

_READ, _PASSED, _BAD = "events", "passed_over", "bad"


def lineage_events(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE|FOLDER...",
            exists=True,
            help="JSON or NDJSON, also .gz; of a folder .json, .jsonl and .ndjson.",
        ),
    ],
    sink: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="The SQLite or PostgreSQL sink to write to [GLUELINE_SINKS]."
        ),
    ] = None,
    skip_bad: Annotated[
        bool,
        typer.Option("--skip-bad", help="Name events that cannot be read, and store the others."),
    ] = False,
    keep_days: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=100_000,
            help="Then forget runs whose last event is older. Without it none is forgotten.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Store OpenLineage's run events, as Spark or Airflow send them, beside the code's edges.

    glueline lineage then tells of each edge whether the code says so, runs, or both. The same
    events can be stored again, in any order.

    Example: glueline lineage-events events.ndjson --sink sqlite:///glueline.db
    """
    url = choose_sql_sink(sink)
    counts: Counter[str] = Counter()
    runs = _collect_runs(paths, counts, skip_bad=skip_bad)
    before = datetime.now(UTC) - timedelta(days=keep_days) if keep_days else None
    edges, forgotten = asyncio.run(
        write_sql_sink(url, lambda connection: _store(connection, runs, before))
    )
    found = {
        _READ: counts[_READ],
        _PASSED: counts[_PASSED],
        _BAD: counts[_BAD],
        "runs": len(runs),
        "edges": edges,
        "forgotten_runs": forgotten,
    }
    if as_json:
        print_json({**found})
        return
    make_console().print(_describe(found))


def _collect_runs(
    paths: Iterable[Path], counts: Counter[str], *, skip_bad: bool
) -> Sequence[ObservedRun]:
    """Read all events before the first one is stored; raises UsageError for a bad one."""
    return merge_same_runs(_read_runs(paths, counts, skip_bad=skip_bad))


def _read_runs(
    paths: Iterable[Path], counts: Counter[str], *, skip_bad: bool
) -> Iterator[ObservedRun]:
    for file in find_event_files(paths):
        for text in read_event_file(file):
            try:
                if text.problem:
                    raise UsageError(text.problem)
                run = read_event(text.event)
            except UsageError as error:
                if not skip_bad:
                    raise UsageError(f"{text.place}: {error}") from None
                counts[_BAD] += 1
                make_console(stderr=True).print(
                    clean_line(f"warning: {text.place}: {error}"), markup=False
                )
                continue
            counts[_READ if run else _PASSED] += 1
            if run:
                yield run


def _store(
    connection: "Connection", runs: Sequence[ObservedRun], before: datetime | None
) -> tuple[int, int]:
    from glueline_worker.sinks.sql.observed.store import (  # noqa: PLC0415 - SQLAlchemy is slow
        forget_observed_runs,
        store_observed_runs,
    )

    edges = store_observed_runs(connection, runs)
    return edges, forget_observed_runs(connection, before) if before else 0


def _describe(found: dict[str, int]) -> str:
    parts = [
        f"events stored: {found[_READ]}",
        f"runs: {found['runs']}",
        f"edges of these runs: {found['edges']}",
    ]
    rare = {
        "events about no run passed over": found[_PASSED],
        "bad events skipped": found[_BAD],
        "old runs forgotten": found["forgotten_runs"],
    }
    return ", ".join([*parts, *(f"{words}: {count}" for words, count in rare.items() if count)])
