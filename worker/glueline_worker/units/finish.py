"""``finish``: commit the sinks and set the run's state."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from glueline.contract.runs import Failure, RunState, RunStatus
from glueline.ledger.replies import Results
from glueline_worker.sinks.base import Commit, Run, Sink
from glueline_worker.units.ranges import complete_listings


def final_state(status: RunStatus) -> RunState:
    """How a run ended that was left to run to its end."""
    if not status.failed_units:
        return RunState.SUCCEEDED
    return RunState.PARTIAL if status.settled_units else RunState.FAILED


def reason(failures: Sequence[Failure]) -> str:
    """Why nothing at all could be read, in one sentence."""
    return failures[0].message if failures else ""


async def commit(
    sinks: Sequence[Sink], run: Run, status: RunStatus, results: Results
) -> tuple[Counter[str], list[str]]:
    """Commit every sink; what was deleted in all, and which deletions were held back."""
    counts: Counter[str] = Counter()
    warnings: list[str] = []
    for sink in sinks:
        report = await sink.commit(
            Commit(
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
        )
        counts["deleted"] += report.deleted
        warnings += [f"{sink.name}: {warning}" for warning in report.warnings]
    return counts, warnings


async def abort(sinks: Sequence[Sink], run: Run) -> None:
    """Take back what a stopped run left in the sinks."""
    for sink in sinks:
        await sink.abort(run)
