"""One AWS call: wait for the quota, send, understand the failure, and try again when it may pass.

botocore's own retries are off, so that each HTTP request is counted against the quota.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_before_delay
from tenacity.wait import wait_random_exponential

from glueline.contract.errors import GluelineError, Retryable
from glueline.settings.sources import QuotaLimits
from glueline_worker.aws.errors import (
    AwsCredentials,
    AwsError,
    AwsExpired,
    AwsThrottled,
    meaning,
)
from glueline_worker.aws.iam_actions import service_of
from glueline_worker.aws.quota import Quota
from glueline_worker.observe import tracing
from glueline_worker.observe.metrics import timed_call

T = TypeVar("T")
log = structlog.get_logger()

tally: ContextVar[Counter[str] | None] = ContextVar("tally", default=None)
"""What the unit at hand has asked of AWS: ``calls``, ``throttled``, ``retried``."""

NO_LIMITS = QuotaLimits()
_backoff = wait_random_exponential(multiplier=0.25, max=20)


@dataclass(frozen=True, slots=True)
class Caller:
    """Makes the calls to one account and region. ``timeout`` bounds all tries of a call (s)."""

    quota: Quota
    scope: str
    timeout: float
    limits: QuotaLimits = NO_LIMITS
    rotated: Callable[[], Awaitable[bool]] | None = None
    """Whether the source's keys have been replaced since they were read."""

    async def __call__(self, operation: str, send: Callable[[], Awaitable[T]]) -> T:
        """Do ``send``, again where that may help; raises AwsError with what AWS said."""
        family = f"{self.scope}:{operation}"
        with tracing.call(service_of(operation), operation, self.scope):
            async for attempt in AsyncRetrying(
                retry=retry_if_exception(_may_pass),
                wait=_wait,
                stop=stop_before_delay(self.timeout),
                before_sleep=_retried,
                reraise=True,
            ):
                with attempt:
                    return await self._once(operation, family, send)
        raise AssertionError  # pragma: no cover - tenacity returns or raises

    async def _once(self, operation: str, family: str, send: Callable[[], Awaitable[T]]) -> T:
        if self.limits.overall:
            await self.quota.acquire(f"{self.scope}:overall", self.limits.overall)
        slot = await self.quota.acquire(family, self.limits.operations.get(operation))
        count("calls")
        try:
            return await timed_call(operation, send, lambda error: _outcome(error, operation))
        except Exception as error:  # noqa: BLE001 - `meaning` raises what is not AWS's
            understood = meaning(error, operation)
            if isinstance(understood, AwsThrottled):
                count("throttled")
                tracing.event("throttled", code=understood.code)
                await self.quota.throttled(family, slot)
            if isinstance(understood, AwsCredentials) and self.rotated and await self.rotated():
                understood = AwsExpired(f"{understood}; the keys have changed", code="rotated")
            raise understood from None


def _outcome(error: Exception, operation: str) -> str:
    """``throttled`` for AwsThrottled, and so on."""
    try:
        return type(meaning(error, operation)).__name__.removeprefix("Aws").lower()
    except Exception:  # noqa: BLE001 - it is raised where it can be handled
        return "unforeseen"


def count(what: str) -> None:
    """Add one to the unit's tally."""
    counts = tally.get()
    if counts is not None:
        counts[what] += 1


def _may_pass(error: BaseException) -> bool:
    """Expired credentials stay so for this connection: the unit comes again with another."""
    return isinstance(error, Retryable) and not isinstance(error, AwsExpired)


def _wait(state: RetryCallState) -> float:
    """Full jitter, and never before the time that the server asked for."""
    error: Any = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, AwsError) else None
    return max(float(_backoff(state)), asked or 0.0)


def _retried(state: RetryCallState) -> None:
    count("retried")
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, GluelineError):
        log.debug("aws.retry", attempt=state.attempt_number, error=str(error))
        tracing.event("retry", code=error.code, seconds=round(state.upcoming_sleep, 3))
