"""Operations that change something, with their audit lines, for the API and the page."""

import asyncio
from http import HTTPStatus

from glueline.api.auth.audit import audit
from glueline.api.auth.authorization import find_visible_run, require_source
from glueline.api.context import ApiContext, Principal
from glueline.api.problems import HttpProblem
from glueline.changes.eventbridge import Event
from glueline.changes.intake import AcceptedEvents, route_events, summarize_events
from glueline.changes.source_router import NoSource
from glueline.client.errors import KeyConflict
from glueline.client.producer import Accepted
from glueline.contract.messages import ExtractionRequest
from glueline.contract.runs import RunState


async def open_authorized_run(
    context: ApiContext, principal: Principal, request: ExtractionRequest
) -> Accepted:
    """Open a run, or return the one with the same idempotency key and request."""
    require_source(principal, request.source)
    _require_known(context, principal, request.source)
    try:
        accepted = await context.producer.enqueue(request)
    except KeyConflict:
        # Without the run's id, which may be that of a source that the token is not for.
        raise HttpProblem(
            HTTPStatus.CONFLICT,
            KeyConflict.code,
            "this idempotency key belongs to another request; nothing was enqueued",
        ) from None
    if not accepted.is_new:
        return accepted
    audit(
        principal, "enqueue", run=accepted.run_id, source=request.source, scope=request.scope.label
    )
    return accepted


async def cancel_visible_run(context: ApiContext, principal: Principal, run_id: str) -> RunState:
    """Stop a run and return its state; a run that has ended stays as it is."""
    run = await find_visible_run(context, principal, run_id)
    state = await context.producer.cancel(run_id, f"cancelled by {principal.token.name}")
    if not run.state.is_final and state is RunState.CANCELLED:
        audit(principal, "cancel", run=run_id, source=run.request.source)
    return state


async def replay_visible_run(
    context: ApiContext, principal: Principal, run_id: str, units: list[str] | None
) -> int:
    """Run failed units again and return how many; raises UsageError if none can."""
    run = await find_visible_run(context, principal, run_id)
    replayed = await context.producer.replay(run_id, units)
    audit(principal, "replay", run=run_id, source=run.request.source, units=replayed)
    return replayed


async def request_source_check(context: ApiContext, principal: Principal, source: str) -> bool:
    """Ask a worker to check a source; False when it was asked already."""
    require_source(principal, source)
    if source not in context.sources:
        raise unknown_source_problem(context, principal)
    is_new = await asyncio.to_thread(context.producer.producer.checks.ask, source)
    if is_new:
        audit(principal, "check", source=source)
    return is_new


async def record_events(
    context: ApiContext, principal: Principal, events: list[Event], source: str | None
) -> AcceptedEvents:
    """Record the changes of events in sources that the token is for."""
    if source is not None:
        require_source(principal, source)
        _require_known(context, principal, source)
    source = source or context.settings.events.source
    try:
        changed = route_events(context.router, events, source)
        named = [context.router.find_sources(event, source) for event in events if event.scopes]
    except NoSource:
        raise unknown_source_problem(context, principal) from None
    found = sorted({change.source for one in changed for change in one.changes})
    # The filters may have left out all of an event, but its source must be allowed all the same.
    mine = all(any(map(principal.token.admits, names)) for names in named)
    if not (mine and all(map(principal.token.admits, found))):
        # The answer for unknown sources: an event's account must not reveal which sources exist.
        raise unknown_source_problem(context, principal)
    accepted = summarize_events(changed, await context.producer.record_changes(changed))
    context.metrics.events.labels("noted").inc(accepted.noted)
    context.metrics.events.labels("repeated").inc(accepted.repeated)
    context.metrics.events.labels("ignored").inc(accepted.ignored)
    if accepted.noted:
        audit(principal, "events", noted=accepted.noted, sources=found)
    return accepted


def _require_known(context: ApiContext, principal: Principal, source: str) -> None:
    """Refuse a source that is not declared; without declarations only workers know them."""
    if not context.router.is_open and source not in context.sources:
        raise unknown_source_problem(context, principal)


def unknown_source_problem(context: ApiContext, principal: Principal) -> HttpProblem:
    """Return the problem of an unknown source, with the ones that the token is for."""
    known = ", ".join(filter(principal.token.admits, context.sources)) or "none"
    return HttpProblem(
        HTTPStatus.NOT_FOUND,
        "unknown_source",
        f"there is no such source; those that this token is for: {known}",
    )
