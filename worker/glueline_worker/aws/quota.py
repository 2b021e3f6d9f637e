"""The rate of calls that all workers share, learnt because AWS publishes none.

AWS throttles by account, region and operation; so does the quota. When Redis cannot be asked,
each process goes on at a floor rate: slowly, but never without a limit.
"""

import asyncio
from contextlib import suppress
from importlib.resources import files
from typing import Protocol

import redis.asyncio
import structlog
from redis.exceptions import RedisError

HORIZON_MS = 100
"""No slot is promised further ahead, so that a lower rate takes hold at once."""
COOL_DOWN_MS = 500
FLOOR = 0.5
"""Calls per second that a learnt rate never falls below."""

log = structlog.get_logger()


class Quota(Protocol):
    """Decides when the next call of a family may be made."""

    async def acquire(self, family: str) -> None:
        """Return when one HTTP request may be sent."""

    async def throttled(self, family: str) -> None:
        """A request was throttled."""


class SharedQuota:
    """A quota in Redis."""

    def __init__(
        self, client: redis.asyncio.Redis, prefix: str, *, start: float, floor: float
    ) -> None:
        """Keep quotas under ``prefix``; ``start`` and ``floor`` are calls per second."""
        scripts = files("glueline_worker.aws") / "scripts"
        self._acquire = client.register_script((scripts / "acquire.lua").read_text())
        self._throttled = client.register_script((scripts / "throttled.lua").read_text())
        self._prefix = f"{prefix}quota:"
        self._start = start
        self._alone = LocalPace(floor)

    async def acquire(self, family: str) -> None:
        """Return when one HTTP request of ``family`` may be sent."""
        while True:
            try:
                granted, wait = await self._acquire(
                    keys=[self._prefix + family], args=[self._start, HORIZON_MS]
                )
            except RedisError as error:
                log.warning("quota.unavailable", family=family, error=type(error).__name__)
                await self._alone.acquire(family)
                return
            if wait:
                await asyncio.sleep(wait / 1_000_000)
            if granted:
                return

    async def throttled(self, family: str) -> None:
        """Lower the rate for all workers."""
        with suppress(RedisError):
            await self._throttled(
                keys=[self._prefix + family], args=[COOL_DOWN_MS, FLOOR, self._start]
            )


class LocalPace:
    """A fixed rate within one process."""

    def __init__(self, rate: float) -> None:
        """Allow ``rate`` calls per second for each family."""
        self._interval = 1 / rate
        self._next: dict[str, float] = {}

    async def acquire(self, family: str) -> None:
        """Wait for the family's next slot."""
        now = asyncio.get_running_loop().time()
        slot = max(now, self._next.get(family, now))
        self._next[family] = slot + self._interval
        await asyncio.sleep(slot - now)

    async def throttled(self, family: str) -> None:
        """Nothing is learnt."""
