"""A quota with a metric of the time that calls wait for it."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from redis.exceptions import RedisError

from glueline_worker.aws.quota import Quota
from glueline_worker.observe import tracing
from glueline_worker.observe.metrics import QUOTA_WAIT

_MOST_REGISTERED = 4096
"""Families that are remembered as registered; with more, all are registered again."""


class MeteredQuota:
    """Measures how long calls wait, and registers each family of calls."""

    def __init__(self, quota: Quota, register: Callable[[str], Awaitable[object]]) -> None:
        """Call ``register`` once with each family."""
        self._quota, self._register = quota, register
        self._families: set[str] = set()

    async def acquire(self, family: str, *limit: Any) -> int:
        """Wait until one HTTP request of ``family`` may be sent; return its slot."""
        started = time.perf_counter()
        slot = await self._quota.acquire(family, *limit)
        seconds = time.perf_counter() - started
        QUOTA_WAIT.labels(family.rpartition(":")[2]).inc(seconds)
        tracing.record_quota_wait(seconds)
        if family not in self._families:
            await self._register_family(family)
        return slot

    async def report_throttling(self, family: str, slot: int) -> None:
        """Report to the quota that AWS throttled the request of ``slot``."""
        await self._quota.report_throttling(family, slot)

    async def _register_family(self, family: str) -> None:
        try:
            await self._register(family)
        except RedisError:
            return  # the next call tries again
        if len(self._families) >= _MOST_REGISTERED:
            self._families.clear()
        self._families.add(family)
