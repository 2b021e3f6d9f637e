"""Open the runs of changes that are due.

A batch does not change in Redis until its runs are open, and its requests and their idempotency
keys follow from it alone. So each run is opened once, even if a worker dies on the way or two
workers do the same.
"""

from collections.abc import Awaitable, Callable, Sequence
from uuid import uuid4

import structlog

from glueline.contract.changes import Batch, admits
from glueline.contract.messages import ExtractionRequest, UnitMessage
from glueline.ledger import AsyncLedger, Commands
from glueline.ledger.changes import due_changes, forget_change
from glueline.ledger.results import OpenRunResult
from glueline.settings.settings import Settings
from glueline_worker.observe.metrics import CHANGES_READ

_Publish = Callable[[Sequence[UnitMessage]], Awaitable[None]]
_BATCHES_AT_ONCE = 50
log = structlog.get_logger()


async def open_runs_for_changes(
    settings: Settings, ledger: AsyncLedger, calls: Commands, publish: _Publish
) -> None:
    """Open the runs of all batches that are due; raises LedgerUnavailable."""
    due = await ledger(due_changes(calls.keys, _BATCHES_AT_ONCE))
    for unreadable in due.unreadable:
        reason = f"changes of {unreadable.group[:200]} cannot be read: {unreadable.problem}"
        log.error("changes.unreadable", reason=reason)
        await ledger(calls.add_dead_letter(reason, ""))
        await ledger(forget_change(calls.keys, unreadable))
    for batch in due.batches:
        await _open_runs(batch, settings, ledger, calls, publish)


async def _open_runs(
    batch: Batch, settings: Settings, ledger: AsyncLedger, calls: Commands, publish: _Publish
) -> None:
    """Open the runs of a batch, but none while an older run of the same scope goes on.

    The older run began before the change, so it may miss it. It is not superseded either: with
    changes that go on, the scope would never be read to its end.
    """
    opened: list[OpenRunResult] = []
    for request in _select_requests(batch, settings):
        run = await ledger(
            calls.open_run(uuid4().hex, request, unless_running=True, origin="change")
        )
        await publish(run.units)
        opened.append(run)
    if any(run.is_other for run in opened):
        return
    await ledger(forget_change(calls.keys, batch))
    CHANGES_READ.inc()
    runs = [run.run_id for run in opened]
    log.info("changes.read", changed=batch.group, runs=len(runs), run=runs[0] if runs else None)


def _select_requests(batch: Batch, settings: Settings) -> list[ExtractionRequest]:
    """Return the requests of a batch that the source's filters admit.

    The process that recorded the changes may not know the filters.
    """
    source = settings.find_source(batch.source)
    requests = batch.requests(settings.events.options)
    if source is None:
        return requests
    return [request for request in requests if admits(source.filters, request.scope)]
