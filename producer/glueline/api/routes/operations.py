"""What a request can change, with its audit line; the API and the page both call it."""

import asyncio
from http import HTTPStatus

from glueline.api.auth.audit import audit
from glueline.api.auth.authorization import require_source, visible_run
from glueline.api.context import Caller, Desk
from glueline.api.problems import Refused
from glueline.changes.eventbridge import Event
from glueline.changes.intake import AcceptedEvents, summary, understand
from glueline.changes.source_router import NoSource
from glueline.client.producer import Accepted, KeyConflict
from glueline.contract.messages import ExtractionRequest
from glueline.contract.runs import RunState


async def enqueue(desk: Desk, caller: Caller, request: ExtractionRequest) -> Accepted:
    """Open a run, or find the one of the same idempotency key and the same request."""
    require_source(caller, request.source)
    _require_known(desk, caller, request.source)
    try:
        accepted = await desk.producer.enqueue(request)
    except KeyConflict:
        # Without the run's id: it may be of a time when the token was for other sources.
        raise Refused(
            HTTPStatus.CONFLICT,
            KeyConflict.code,
            "this idempotency key belongs to another request; nothing was enqueued",
        ) from None
    if not accepted.is_new:
        return accepted
    audit(caller, "enqueue", run=accepted.run_id, source=request.source, scope=request.scope.label)
    return accepted


async def cancel(desk: Desk, caller: Caller, run_id: str) -> RunState:
    """Stop a run and say its state now; one that has ended stays as it is."""
    run = await visible_run(desk, caller, run_id)
    state = await desk.producer.cancel(run_id, f"cancelled by {caller.token.name}")
    if not run.state.is_final and state is RunState.CANCELLED:
        audit(caller, "cancel", run=run_id, source=run.request.source)
    return state


async def replay(desk: Desk, caller: Caller, run_id: str, units: list[str] | None) -> int:
    """Run failed units again and say how many; raises UsageError where there is nothing to do."""
    run = await visible_run(desk, caller, run_id)
    replayed = await desk.producer.replay(run_id, units)
    audit(caller, "replay", run=run_id, source=run.request.source, units=replayed)
    return replayed


async def check(desk: Desk, caller: Caller, source: str) -> bool:
    """Let a worker check a source; False when one is about to."""
    require_source(caller, source)
    if source not in desk.sources:
        raise unknown_source(desk, caller)
    is_new = await asyncio.to_thread(desk.producer.producer.checks.ask, source)
    if is_new:
        audit(caller, "check", source=source)
    return is_new


async def note(
    desk: Desk, caller: Caller, events: list[Event], source: str | None
) -> AcceptedEvents:
    """Note what events say has changed in the sources that the token is for."""
    if source is not None:
        require_source(caller, source)
        _require_known(desk, caller, source)
    source = source or desk.settings.events.source
    try:
        told = understand(desk.router, events, source)
        named = [desk.router.names(event, source) for event in events if event.scopes]
    except NoSource:
        raise unknown_source(desk, caller) from None
    found = sorted({change.source for one in told for change in one.changes})
    # Filters may have left nothing of an event: its source tells no less.
    mine = all(any(map(caller.token.admits, names)) for names in named)
    if not (mine and all(map(caller.token.admits, found))):
        # As if it were not there: an event's account must not tell which sources there are.
        raise unknown_source(desk, caller)
    accepted = summary(told, await desk.producer.note(told))
    desk.metrics.events.labels("noted").inc(accepted.noted)
    desk.metrics.events.labels("repeated").inc(accepted.repeated)
    desk.metrics.events.labels("ignored").inc(accepted.ignored)
    if accepted.noted:
        audit(caller, "events", noted=accepted.noted, sources=found)
    return accepted


def _require_known(desk: Desk, caller: Caller, source: str) -> None:
    """Workers alone need the declarations; without any here, nothing can be said."""
    if not desk.router.is_open and source not in desk.sources:
        raise unknown_source(desk, caller)


def unknown_source(desk: Desk, caller: Caller) -> Refused:
    """The settings declare others."""
    known = ", ".join(filter(caller.token.admits, desk.sources)) or "none"
    return Refused(
        HTTPStatus.NOT_FOUND,
        "unknown_source",
        f"there is no such source; those that this token is for: {known}",
    )
