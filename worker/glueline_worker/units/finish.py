"""``finish``: commit the sinks and set the run's state."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from glueline.contract.errors import GluelineError, Retryable
from glueline.contract.runs import Failure, RunState, RunStatus
from glueline.ledger.replies import Results
from glueline_worker.sinks.base import Commit, Run, Sink
from glueline_worker.units.ranges import complete_listings

LONGEST_PAUSE = 600.0
"""Seconds between two attempts to clean up after a stopped run."""

NOT_CLEANED = "what this run left in the sinks is still there"


def final_state(status: RunStatus, lost: Sequence[str] = ()) -> RunState:
    """How a run ended that was left to run to its end; ``lost`` is what sinks have lost of it."""
    if not status.failed_units:
        return RunState.PARTIAL if lost else RunState.SUCCEEDED
    return RunState.PARTIAL if status.settled_units else RunState.FAILED


def reason(state: RunState, failures: Sequence[Failure], lost: Sequence[str]) -> str:
    """Why nothing at all could be read, or what a sink has lost, in one sentence."""
    if state is RunState.FAILED and failures:
        return failures[0].message
    return lost[0] if lost else ""


async def commit(
    sinks: Sequence[Sink], run: Run, status: RunStatus, results: Results
) -> tuple[Counter[str], list[str], list[str]]:
    """Commit every sink; what was deleted in all, what was held back, and what sinks have lost.

    A sink that fails does not keep the others from theirs. Its error is raised after them, and
    one that may pass before one that will not.
    """
    counts: Counter[str] = Counter()
    warnings: list[str] = []
    lost: list[str] = []
    errors: list[GluelineError] = []
    for sink in sinks:
        try:
            report = await sink.commit(_commit_of(sink, run, status, results))
        except GluelineError as error:
            errors.append(error)
            continue
        counts["deleted"] += report.deleted
        warnings += [f"{sink.name}: {warning}" for warning in report.warnings]
        if report.lost:
            lost.append(f"{sink.name}: {report.lost}")
    raise_first(errors)
    return counts, warnings, lost


def _commit_of(sink: Sink, run: Run, status: RunStatus, results: Results) -> Commit:
    return Commit(
        run=run,
        state=final_state(status),
        finished_at=datetime.now(UTC),
        counts=status.counts,
        listings=complete_listings(results.listings),
        receipts={
            unit_id: receipts[sink.name]
            for unit_id, receipts in results.receipts.items()
            if sink.name in receipts
        },
        failures=results.failures,
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
