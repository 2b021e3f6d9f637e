"""The end of a run in its sinks: commit every sink and decide the run's state, or clean up."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from glueline.contract.errors import GluelineError, Retryable
from glueline.contract.runs import Failure, RunState, RunStatus
from glueline.ledger.results import RunResults
from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.fan_out import find_receipt
from glueline_worker.sinks.model import Commit, Refused, Run
from glueline_worker.units.name_ranges import find_complete_listings

LONGEST_CLEANUP_DELAY = 600.0
"""The longest time between two attempts to clean up after a stopped run, in seconds."""

NOT_CLEANED = "what this run left in the sinks is still there"

_UNREAD_MARK = "unread/"


@dataclass
class CommitSummary:
    """The results of all sinks at the end of a run."""

    counts: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """Sentences about sinks that do not hold all of the run."""
    sinks: int = 0
    """The number of sinks that committed."""


def decide_state(status: RunStatus, committed: CommitSummary | None = None) -> RunState:
    """Decide the state of a run that was not stopped."""
    has_problems = committed is not None and bool(committed.problems)
    if committed is not None and has_problems and not committed.sinks:
        return RunState.FAILED
    if not status.failed_units:
        return RunState.PARTIAL if has_problems else RunState.SUCCEEDED
    return RunState.PARTIAL if status.settled_units else RunState.FAILED


def decide_reason(state: RunState, failures: Sequence[Failure], problems: Sequence[str]) -> str:
    """Return why nothing could be read, or the first problem of a sink; "" for neither."""
    if state is RunState.FAILED and failures:
        return failures[0].message
    return problems[0] if problems else ""


async def commit_run(
    sinks: Sequence[Sink], run: Run, status: RunStatus, results: RunResults
) -> CommitSummary:
    """Commit every sink that holds all results of the run, and report on the others.

    When a sink fails, the others are committed all the same. Its error is raised after them, a
    retryable error first.
    """
    done = CommitSummary()
    errors: list[GluelineError] = []
    for sink in sinks:
        commit = _make_commit(sink, run, status, results)
        if lost := sorted(results.receipts.keys() - commit.receipts.keys()):
            done.problems.append(_describe_missing_units(sink, lost))
            continue
        try:
            report = await sink.commit(commit)
        except GluelineError as error:
            errors.append(error)
            continue
        done.sinks += 1
        done.counts["deleted"] += report.deleted
        done.warnings += [f"{sink.name}: {warning}" for warning in report.warnings]
        if report.lost:
            done.problems.append(f"{sink.name}: {report.lost}")
        _report_refused_records(sink, commit, results, done)
    _raise_first(errors)
    return done


def _describe_missing_units(sink: Sink, units: Sequence[str]) -> str:
    return (
        f"{sink.name}: the results were not committed, because {len(units)} units were written by "
        f"workers without this sink, {units[0]!r} among them; give all workers the same sinks and "
        "start a new run"
    )


def _report_refused_records(
    sink: Sink, commit: Commit, results: RunResults, done: CommitSummary
) -> None:
    """Report the records that a sink refused because it holds newer ones.

    This is a warning if a later run of this ledger wrote the newer ones, else a problem.
    """
    refused = sum(map(Refused.of_receipt, commit.receipts.values()), Refused())
    if not refused.records:
        return
    sentence = (
        f"{sink.name}: {refused.records} records were not written, because it holds newer ones"
    )
    if refused.newest <= results.newest_generation:
        done.warnings.append(f"{sentence} of a later run")
    else:
        done.problems.append(
            f"{sentence} of generation {refused.newest}, which this ledger has not given; the next "
            "run will be newer: start one, and let no other Redis serve this source and sink"
        )


def _make_commit(sink: Sink, run: Run, status: RunStatus, results: RunResults) -> Commit:
    found = {
        unit_id: find_receipt(sink, receipts) for unit_id, receipts in results.receipts.items()
    }
    listings, unread = _split_unread(results.listings)
    return Commit(
        run=run,
        state=decide_state(status),
        finished_at=datetime.now(UTC),
        counts=status.counts,
        listings=find_complete_listings(listings),
        receipts={unit_id: receipt for unit_id, receipt in found.items() if receipt is not None},
        failures=results.failures,
        unread=unread,
    )


async def abort_run(sinks: Sequence[Sink], run: Run, *, replayed: bool) -> None:
    """Remove what a stopped run left in the sinks since its last end, if it had one.

    When a sink fails, the others are cleaned all the same, as in ``commit_run``.
    """
    errors: list[GluelineError] = []
    for sink in sinks:
        try:
            await sink.abort(run, replayed=replayed)
        except GluelineError as error:
            errors.append(error)
    _raise_first(errors)


def _raise_first(errors: Sequence[GluelineError]) -> None:
    """Raise the first retryable error, else the first error."""
    if errors:
        raise next((error for error in errors if isinstance(error, Retryable)), errors[0])


def cleanup_delay(stopped_at: datetime | None, keep: float) -> float | None:
    """Choose the seconds before a stopped run is cleaned up again; None to give up.

    Attempts become rarer, and go on for as long as the run is remembered.
    """
    age = (datetime.now(UTC) - stopped_at).total_seconds() if stopped_at else 0.0
    if age > keep:
        return None
    longest = min(max(age / 2, 1.0), LONGEST_CLEANUP_DELAY)
    return random.uniform(longest / 2, longest)  # noqa: S311 - no secret


def encode_unread(processes: Iterable[str]) -> list[str]:
    """Encode processes whose lineage was not read completely, such as views, as listings.

    They travel to the end of the run among its listings, under a name that no listing has. A
    worker of an older version that commits the run takes them for listings without rows.
    """
    return [f"{_UNREAD_MARK}{process}" for process in processes]


def _split_unread(listings: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the true listings of a run, and its unread processes."""
    mark = _UNREAD_MARK
    unread = [name.removeprefix(mark) for name in listings if name.startswith(mark)]
    return [name for name in listings if not name.startswith(mark)], sorted(unread)
