"""The shared quota as it is, with a stopwatch around it."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from redis.exceptions import RedisError

from glueline_worker.aws.quota import Quota
from glueline_worker.observe import tracing
from glueline_worker.observe.metrics import QUOTA_WAIT

_MOST_REGISTERED = 4096
"""Families that are known to be registered; all are registered again once there are more."""


class MeteredQuota:
    """Adds up how long calls wait, and tells the ledger which families of calls there are."""

    def __init__(self, quota: Quota, register: Callable[[str], Awaitable[object]]) -> None:
        """Call ``register`` once with each family."""
        self._quota, self._register = quota, register
        self._families: set[str] = set()

    async def acquire(self, family: str, *limit: Any) -> int:
        """Return when one HTTP request of ``family`` may be sent."""
        started = time.perf_counter()
        slot = await self._quota.acquire(family, *limit)
        seconds = time.perf_counter() - started
        QUOTA_WAIT.labels(family.rpartition(":")[2]).inc(seconds)
        tracing.record_quota_wait(seconds)
        if family not in self._families:
            await self._introduce(family)
        return slot

    async def throttled(self, family: str, slot: int) -> None:
        """Pass it on."""
        await self._quota.throttled(family, slot)

    async def _introduce(self, family: str) -> None:
        try:
            await self._register(family)
        except RedisError:
            return  # the next call tries again
        if len(self._families) >= _MOST_REGISTERED:
            self._families.clear()
        self._families.add(family)
