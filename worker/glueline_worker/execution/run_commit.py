"""``finish``: commit the sinks and set the run's state."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from glueline.contract.errors import GluelineError, Retryable
from glueline.contract.runs import Failure, RunState, RunStatus
from glueline.ledger.results import RunResults
from glueline_worker.execution.unread_processes import split_unread
from glueline_worker.sinks.base import Commit, Refused, Run, Sink
from glueline_worker.sinks.fan_out import receipt_of
from glueline_worker.units.name_ranges import complete_listings

LONGEST_PAUSE = 600.0
"""Seconds between two attempts to clean up after a stopped run."""

NOT_CLEANED = "what this run left in the sinks is still there"


@dataclass
class Committed:
    """What the sinks did at the end of a run."""

    counts: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """Sentences about sinks that do not hold all of the run."""
    sinks: int = 0
    """How many committed."""


def final_state(status: RunStatus, committed: Committed | None = None) -> RunState:
    """How a run ended that was left to run to its end."""
    has_problems = committed is not None and bool(committed.problems)
    if committed is not None and has_problems and not committed.sinks:
        return RunState.FAILED
    if not status.failed_units:
        return RunState.PARTIAL if has_problems else RunState.SUCCEEDED
    return RunState.PARTIAL if status.settled_units else RunState.FAILED


def reason(state: RunState, failures: Sequence[Failure], lost: Sequence[str]) -> str:
    """Why nothing at all could be read, or what a sink has lost, in one sentence."""
    if state is RunState.FAILED and failures:
        return failures[0].message
    return lost[0] if lost else ""


async def commit(
    sinks: Sequence[Sink], run: Run, status: RunStatus, results: RunResults
) -> Committed:
    """Commit every sink that has all that was written; what that did, and who was left out.

    A sink that fails does not keep the others from theirs. Its error is raised after them, and
    one that may pass before one that will not.
    """
    done = Committed()
    errors: list[GluelineError] = []
    for sink in sinks:
        commit = _commit_of(sink, run, status, results)
        if lost := sorted(results.receipts.keys() - commit.receipts.keys()):
            done.problems.append(_lacking(sink, lost))
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
        _say_refused(sink, commit, results, done)
    raise_first(errors)
    return done


def _lacking(sink: Sink, units: Sequence[str]) -> str:
    return (
        f"{sink.name}: the results were not committed, because {len(units)} units were written by "
        f"workers without this sink, {units[0]!r} among them; give all workers the same sinks and "
        "start a new run"
    )


def _say_refused(sink: Sink, commit: Commit, results: RunResults, done: Committed) -> None:
    """Say how many records newer ones kept out; whether that is in order is the ledger's to say."""
    refused = sum(map(Refused.of_receipt, commit.receipts.values()), Refused())
    if not refused.records:
        return
    what = f"{sink.name}: {refused.records} records were not written, because it holds newer ones"
    if refused.newest <= results.newest_generation:
        done.warnings.append(f"{what} of a later run")
    else:
        done.problems.append(
            f"{what} of generation {refused.newest}, which this ledger has not given; the next "
            "run will be newer: start one, and let no other Redis serve this source and sink"
        )


def _commit_of(sink: Sink, run: Run, status: RunStatus, results: RunResults) -> Commit:
    found = {unit_id: receipt_of(sink, receipts) for unit_id, receipts in results.receipts.items()}
    listings, unread = split_unread(results.listings)
    return Commit(
        run=run,
        state=final_state(status),
        finished_at=datetime.now(UTC),
        counts=status.counts,
        listings=complete_listings(listings),
        receipts={unit_id: receipt for unit_id, receipt in found.items() if receipt is not None},
        failures=results.failures,
        unread=unread,
    )


async def abort(sinks: Sequence[Sink], run: Run, *, replayed: bool) -> None:
    """Take back what a stopped run left in the sinks since its last end, if it had one.

    As in `commit`, a sink that fails does not keep the others from it.
    """
    errors: list[GluelineError] = []
    for sink in sinks:
        try:
            await sink.abort(run, replayed=replayed)
        except GluelineError as error:
            errors.append(error)
    raise_first(errors)


def raise_first(errors: Sequence[GluelineError]) -> None:
    """Raise one that may pass before one that will not."""
    if errors:
        raise next((error for error in errors if isinstance(error, Retryable)), errors[0])


def pause_before_cleaning(stopped_at: datetime | None, keep: float) -> float | None:
    """How long to wait before a stopped run is cleaned up again; None when it is time to give up.

    It is tried more and more rarely, and for as long as the run is remembered.
    """
    age = (datetime.now(UTC) - stopped_at).total_seconds() if stopped_at else 0.0
    if age > keep:
        return None
    longest = min(max(age / 2, 1.0), LONGEST_PAUSE)
    return random.uniform(longest / 2, longest)  # noqa: S311 - no secret
