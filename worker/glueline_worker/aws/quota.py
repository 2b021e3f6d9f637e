"""The rate of calls that all workers share, learnt from throttling: AWS publishes none.

AWS throttles by account, Region and operation; so does the quota. When Redis does not answer,
each process goes on at a floor rate: slowly, but never without a limit.
"""

import asyncio
from contextlib import suppress
from importlib.resources import files
from typing import Protocol
from weakref import WeakValueDictionary

import structlog
from redis.exceptions import RedisError

from glueline.redis.auto_pipeline import AutoPipeline, LuaScript
from glueline_worker.observe.redis_health import REDIS_TIMEOUT

QUOTA_HORIZON_MS = 100
"""Milliseconds; no slot is promised further ahead, so that a lower rate takes effect at once."""
QUOTA_FLOOR = 0.5
"""Calls per second; a learnt rate never falls below it."""
_AWAY_SECONDS = 1.0
"""Seconds for which a Redis that did not answer is not asked again."""
MOST_QUOTA_FAMILIES = 1000
"""Families of calls with a remembered slot; with more, those whose slot has passed are dropped."""
LOCAL_SLOT = -1
"""The slot of a call that Redis did not grant."""

log = structlog.get_logger()


class Quota(Protocol):
    """Decides when the next call of a family, one kind of calls to one account, may be made."""

    async def acquire(self, family: str, limit: float | None = None) -> int:
        """Wait until one HTTP request may be sent; return its slot for ``report_throttling``.

        ``limit`` is the most calls per second that the user allows.
        """

    async def report_throttling(self, family: str, slot: int) -> None:
        """Report that AWS throttled the request of ``slot``."""


class SharedQuota:
    """A quota in Redis."""

    def __init__(self, pipeline: AutoPipeline, prefix: str, *, start: float, floor: float) -> None:
        """Keep quotas under ``prefix``; ``start`` and ``floor`` are calls per second."""
        scripts = files("glueline_worker.aws") / "scripts"
        self._acquire = LuaScript((scripts / "acquire.lua").read_text())
        self._throttled = LuaScript((scripts / "throttled.lua").read_text())
        self._pipeline = pipeline
        self._prefix = f"{prefix}quota:"
        self._start = start
        self._alone = LocalQuota(floor)
        # One caller of a family asks at a time: all have their turn, and hundreds do not ask Redis
        # for the same slot. A lock lives while a caller waits for it.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._away_until = 0.0

    async def acquire(self, family: str, limit: float | None = None) -> int:
        """Return when one HTTP request of ``family`` may be sent."""
        async with self._turns.setdefault(family, asyncio.Lock()):
            granted = None if self._is_away else await self._request_slot(family, limit)
        if granted is None:
            return await self._alone.acquire(family, limit)
        wait, slot = granted
        await asyncio.sleep(wait)
        return slot

    async def report_throttling(self, family: str, slot: int) -> None:
        """Lower the rate for all workers, unless that was done since the slot was granted."""
        if self._is_away:
            return
        with suppress(RedisError, TimeoutError):
            async with asyncio.timeout(REDIS_TIMEOUT):
                await self._pipeline.run_script(
                    self._throttled, [self._prefix + family], [QUOTA_FLOOR, self._start, slot]
                )

    @property
    def _is_away(self) -> bool:
        return asyncio.get_running_loop().time() < self._away_until

    async def _request_slot(self, family: str, limit: float | None) -> tuple[float, int] | None:
        """Ask until a slot is granted; return the seconds until it comes, and its number."""
        while True:
            try:
                async with asyncio.timeout(REDIS_TIMEOUT):
                    granted, wait, slot = await self._pipeline.run_script(
                        self._acquire,
                        [self._prefix + family],
                        [self._start, QUOTA_HORIZON_MS, limit or 0],
                    )
            except (RedisError, TimeoutError) as error:
                log.warning("quota.unavailable", family=family, error=type(error).__name__)
                self._away_until = asyncio.get_running_loop().time() + _AWAY_SECONDS
                return None
            if granted:
                return wait / 1_000_000, slot
            await asyncio.sleep(wait / 1_000_000)


class LocalQuota:
    """A fixed rate within one process."""

    def __init__(self, rate: float) -> None:
        """Allow ``rate`` calls per second for each family."""
        self._interval = 1 / rate
        self._next: dict[str, float] = {}
        self._most = MOST_QUOTA_FAMILIES

    async def acquire(self, family: str, limit: float | None = None) -> int:
        """Wait for the family's next slot."""
        now = asyncio.get_running_loop().time()
        if len(self._next) > self._most:
            self._next = {name: slot for name, slot in self._next.items() if slot > now}
            self._most = max(MOST_QUOTA_FAMILIES, 2 * len(self._next))
        slot = max(now, self._next.get(family, now))
        self._next[family] = slot + max(self._interval, 1 / limit if limit else 0)
        await asyncio.sleep(slot - now)
        return LOCAL_SLOT

    async def report_throttling(self, family: str, slot: int) -> None:
        """Do nothing: the rate is fixed."""
