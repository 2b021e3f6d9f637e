"""The rate of calls that all workers share, learnt from throttling: AWS publishes none.

AWS throttles by account, Region and operation; so does the quota. When Redis does not answer,
each process goes on at a floor rate: slowly, but never without a limit.
"""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Protocol

import structlog
from redis.exceptions import RedisError

from glueline.redis.auto_pipeline import AutoPipeline, LuaScript
from glueline_worker.observe.redis_health import REDIS_TIMEOUT

QUOTA_HORIZON_MS = 100
"""Milliseconds; no slot is promised further ahead, so that a lower rate takes effect at once."""
QUOTA_FLOOR = 0.5
"""Calls per second; a learnt rate never falls below it."""
_LAPSE_SECONDS = 0.2
"""Seconds after which a slot that no caller took is lost."""
_MOST_SPARE = 15
"""The most slots that a process has at hand."""
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


@dataclass(slots=True)
class _Family:
    """The callers of one family in this process, and the slots that it has at hand."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One caller asks at a time: all have their turn, and hundreds do not ask for the same slot."""
    callers: int = 0
    slots: deque[tuple[float, int]] = field(default_factory=deque)
    """When the slots come (s, on the clock of the loop), and their numbers."""
    asked_at: float = 0.0
    spare: int = 0
    """Slots to ask for beyond the first."""

    def take_slot(self, now: float) -> tuple[float, int] | None:
        """Return the next slot that has not lapsed."""
        while self.slots:
            slot = self.slots.popleft()
            if slot[0] + _LAPSE_SECONDS > now:
                return slot
            self.spare = 0
        return None

    def expect(self, now: float) -> int:
        """Return how many spare slots to ask for now: more while the last ones were soon used."""
        is_busy = now - self.asked_at < _LAPSE_SECONDS
        self.spare = min(2 * self.spare + 1, _MOST_SPARE) if is_busy else 0
        self.asked_at = now
        return self.spare

    def is_idle(self, now: float) -> bool:
        """Tell whether the family can be forgotten."""
        return not self.callers and now - self.asked_at > _LAPSE_SECONDS


class SharedQuota:
    """A quota in Redis, of which a process has a few slots at hand while calls follow quickly.

    They lapse if they are not used: the rate of all processes together is exceeded at no time.
    """

    def __init__(self, pipeline: AutoPipeline, prefix: str, *, start: float, floor: float) -> None:
        """Keep quotas under ``prefix``; ``start`` and ``floor`` are calls per second."""
        scripts = files("glueline_worker.aws") / "scripts"
        self._acquire = LuaScript((scripts / "acquire.lua").read_text())
        self._throttled = LuaScript((scripts / "throttled.lua").read_text())
        self._pipeline = pipeline
        self._prefix = f"{prefix}quota:"
        self._start = start
        self._alone = LocalQuota(floor)
        self._families: dict[str, _Family] = {}
        self._most = MOST_QUOTA_FAMILIES
        self._away_until = 0.0

    async def acquire(self, family: str, limit: float | None = None) -> int:
        """Return when one HTTP request of ``family`` may be sent."""
        callers = self._find_family(family)
        callers.callers += 1
        try:
            async with callers.turn:
                slot = callers.take_slot(_now())
                if slot is None and not self._is_away:
                    slot = await self._request_slots(family, callers, limit)
        finally:
            callers.callers -= 1
        if slot is None:
            return await self._alone.acquire(family, limit)
        at, number = slot
        await asyncio.sleep(at - _now())
        return number

    async def report_throttling(self, family: str, slot: int) -> None:
        """Lower the rate for all workers, unless that was done since the slot was granted."""
        self._find_family(family).slots.clear()
        if self._is_away:
            return
        with suppress(RedisError, TimeoutError):
            async with asyncio.timeout(REDIS_TIMEOUT):
                await self._pipeline.run_script(
                    self._throttled, [self._prefix + family], [QUOTA_FLOOR, self._start, slot]
                )

    @property
    def _is_away(self) -> bool:
        return _now() < self._away_until

    def _find_family(self, name: str) -> _Family:
        if len(self._families) > self._most:
            now = _now()
            self._families = {n: f for n, f in self._families.items() if not f.is_idle(now)}
            self._most = max(MOST_QUOTA_FAMILIES, 2 * len(self._families))
        return self._families.setdefault(name, _Family())

    async def _request_slots(
        self, name: str, family: _Family, limit: float | None
    ) -> tuple[float, int] | None:
        """Ask until slots are granted; return the first. None when Redis does not answer."""
        while True:
            args = [self._start, QUOTA_HORIZON_MS, limit or 0, family.expect(_now())]
            try:
                async with asyncio.timeout(REDIS_TIMEOUT):
                    number, *waits = await self._pipeline.run_script(
                        self._acquire, [self._prefix + name], args
                    )
            except (RedisError, TimeoutError) as error:
                log.warning("quota.unavailable", family=name, error=type(error).__name__)
                self._away_until = _now() + _AWAY_SECONDS
                return None
            if waits[0] is not None:
                now = _now()
                family.slots.extend((now + wait / 1_000_000, number) for wait in waits)
                return family.slots.popleft()
            await asyncio.sleep(waits[1] / 1_000_000)


def _now() -> float:
    return asyncio.get_running_loop().time()


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
