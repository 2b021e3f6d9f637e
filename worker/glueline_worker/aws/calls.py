"""One AWS call: wait for the quota, send, classify the failure, and try again if that may help.

botocore's own retries are off, so that each HTTP request counts against the quota.
"""

import time
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
    classify_error,
)
from glueline_worker.aws.iam_actions import find_service
from glueline_worker.aws.quota import Quota
from glueline_worker.observe import tracing
from glueline_worker.observe.metrics import time_call

T = TypeVar("T")
log = structlog.get_logger()

call_counts: ContextVar[Counter[str] | None] = ContextVar("call_counts", default=None)
"""The current unit's counts of requests to AWS: ``calls``, ``throttled``, ``retried``."""

_NO_LIMITS = QuotaLimits()
_backoff = wait_random_exponential(multiplier=0.25, max=20)


@dataclass(frozen=True, slots=True)
class AwsCaller:
    """Makes the calls to one account and Region.

    ``scope`` names both. ``timeout`` bounds all tries of a call, in seconds.
    """

    quota: Quota
    scope: str
    timeout: float
    limits: QuotaLimits = _NO_LIMITS
    have_keys_changed: Callable[[], Awaitable[bool]] | None = None
    """Tells whether the source's keys have been replaced since they were read."""

    async def __call__(self, operation: str, send: Callable[[], Awaitable[T]]) -> T:
        """Do ``send``, and again if that may help; raises AwsError."""
        started = time.monotonic()
        with tracing.call_span(find_service(operation), operation, self.scope):
            try:
                return await self._send_once(operation, send)
            except GluelineError as error:
                left = self.timeout - (time.monotonic() - started)
                return await self._try_again(operation, send, error, left)

    async def _try_again(
        self, operation: str, send: Callable[[], Awaitable[T]], failure: GluelineError, left: float
    ) -> T:
        """Go on after the ``failure`` of the first try, for the ``left`` seconds.

        Few calls come here: tenacity takes longer for a try than signing a request does.
        """
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(_is_retryable),
            wait=_choose_wait,
            stop=stop_before_delay(left),
            before_sleep=_before_retry,
            reraise=True,
        ):
            with attempt:
                if attempt.retry_state.attempt_number == 1:
                    raise failure
                return await self._send_once(operation, send)
        raise AssertionError  # pragma: no cover - tenacity returns or raises

    async def _send_once(self, operation: str, send: Callable[[], Awaitable[T]]) -> T:
        family = f"{self.scope}:{operation}"
        if self.limits.overall:
            await self.quota.acquire(f"{self.scope}:overall", self.limits.overall)
        slot = await self.quota.acquire(family, self.limits.operations.get(operation))
        _count("calls")
        try:
            return await time_call(
                operation, send, lambda error: _classify_outcome(error, operation)
            )
        except Exception as error:  # noqa: BLE001 - an error that is not of AWS is raised again
            known = classify_error(error, operation)
            if isinstance(known, AwsThrottled):
                _count("throttled")
                tracing.add_event("throttled", code=known.code)
                await self.quota.report_throttling(family, slot)
            have_changed = self.have_keys_changed
            if isinstance(known, AwsCredentials) and have_changed and await have_changed():
                known = AwsExpired(f"{known}; the keys have changed", code="rotated")
            raise known from None


def _classify_outcome(error: Exception, operation: str) -> str:
    """Return the outcome for metrics: ``throttled`` for AwsThrottled, and so on."""
    try:
        return type(classify_error(error, operation)).__name__.removeprefix("Aws").lower()
    except Exception:  # noqa: BLE001 - it is raised where it can be handled
        return "unforeseen"


def _count(name: str) -> None:
    """Add one to a count of the current unit."""
    counts = call_counts.get()
    if counts is not None:
        counts[name] += 1


def _is_retryable(error: BaseException) -> bool:
    """Tell whether another try may help; with expired credentials, only another unit's attempt."""
    return isinstance(error, Retryable) and not isinstance(error, AwsExpired)


def _choose_wait(state: RetryCallState) -> float:
    """Choose the pause in seconds: full jitter, but never less than the server asked for."""
    error: Any = state.outcome.exception() if state.outcome else None
    retry_after = error.retry_after if isinstance(error, AwsError) else None
    return max(float(_backoff(state)), retry_after or 0.0)


def _before_retry(state: RetryCallState) -> None:
    _count("retried")
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, GluelineError):
        log.debug("aws.retry", attempt=state.attempt_number, error=str(error))
        tracing.add_event("retry", code=error.code, seconds=round(state.upcoming_sleep, 3))
