"""Handle the failure of an attempt: try again, give the unit back, or record the failure."""

import asyncio

import structlog

from glueline.contract.messages import FinishUnit
from glueline.ledger import LedgerUnavailable
from glueline.ledger.commands import Settlement
from glueline_worker.aws.calls import call_counts
from glueline_worker.execution import run_commit
from glueline_worker.execution.circumstances import CannotServe
from glueline_worker.execution.claimed_unit import ClaimedUnit
from glueline_worker.execution.fairness import draw_yield_delay
from glueline_worker.execution.finish import give_up_finish
from glueline_worker.execution.retry import (
    AttemptsExhausted,
    ClaimLost,
    error_message,
    is_retryable,
    retry_delay,
)

log = structlog.get_logger()

NOT_SERVED_LEASES = 10
"""Leases for which a run waits for a worker that has its sinks and its source."""
NOT_SERVED_PAUSE = 0.5
"""Seconds for which a unit that was given back keeps its slot."""


async def handle_failure(claimed: ClaimedUnit, error: Exception) -> None:
    """Try again later, or record the failure; without the ledger the lease runs out."""
    claimed.observer.report_error(error)
    try:
        if isinstance(error, ClaimLost):
            claimed.observer.report_loss()
        elif isinstance(error, CannotServe):
            await _give_back(claimed, error)
        elif claimed.is_cleanup and not isinstance(error, AttemptsExhausted):
            await _postpone_cleanup(claimed, error)
        elif is_retryable(error) and not claimed.is_last_attempt:
            delay = retry_delay(claimed.result.attempts)
            claimed.observer.report_retry(error, delay)
            await claimed.release(delay)
        else:
            await _give_up(claimed, error)
    except ClaimLost:
        log.info("unit.lost")
    except LedgerUnavailable as unavailable:
        log.warning("ledger.unavailable", error=str(unavailable))


async def _postpone_cleanup(claimed: ClaimedUnit, error: Exception) -> None:
    """Clean up later: a sink may be away, or refuse, for longer than other units are tried."""
    status = await claimed.get_status()
    stopped_at = status.finished_at if status else None
    services = claimed.services
    delay = run_commit.cleanup_delay(stopped_at, services.settings.keep_runs)
    if delay is None:
        await _give_up(claimed, error)
        return
    claimed.observer.report_cleanup_retry(error, delay)
    warning = f"{run_commit.NOT_CLEANED} and will be removed later: {error_message(error)}"
    call = services.calls.postpone(claimed.claim, delay_ms=int(delay * 1000), warning=warning)
    await services.ledger(call)


async def _give_back(claimed: ClaimedUnit, error: CannotServe) -> None:
    """Let another worker have the unit; fail it when none has come for long."""
    services = claimed.services
    call = services.calls.give_back(
        claimed.claim,
        error.warning,
        delay_ms=int(draw_yield_delay() * 1000),
        longest_ms=int(NOT_SERVED_LEASES * services.lease_ms),
    )
    is_given_back = await services.ledger(call)
    if is_given_back is None:
        raise ClaimLost
    if not is_given_back:
        # The remains of a stopped run can wait longer: a worker with its sink may come back.
        await (_postpone_cleanup if claimed.is_cleanup else _give_up)(claimed, error)
        return
    claimed.observer.report_not_served(error)
    # Workers that can serve the units need their messages: do not take them all off the queue.
    await asyncio.sleep(NOT_SERVED_PAUSE)


async def _give_up(claimed: ClaimedUnit, error: Exception) -> None:
    claimed.observer.report_failure(error)
    if isinstance(claimed.unit, FinishUnit):
        await give_up_finish(claimed, error_message(error))
        return
    failure = claimed.make_failure(error)
    await claimed.settle(Settlement(failure=failure, counts=call_counts.get() or {}))
