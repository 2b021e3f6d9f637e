"""The shared quota in a world whose time is not ours: minutes pass as fast as they are computed.

The scripts run in a real Redis, which is told the time; the callers run on a loop whose clock
jumps to the next timer.
"""

import asyncio
import random
import selectors
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import uuid4

import redis
from botocore.exceptions import ClientError

from glueline.redis.auto_pipeline import LuaScript
from glueline_worker.aws.calls import AwsCaller
from glueline_worker.aws.quota import SharedQuota

T = TypeVar("T")
FAMILY = "account:region"
OPERATION = "GetTables"
EPOCH = 1_800_000_000.0


class _Impatient(selectors.DefaultSelector):
    """Does not wait for the next timer but says how long it would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.waited = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        assert timeout is not None, "nothing will ever happen"
        self.waited += timeout
        return super().select(0)


class Clock(asyncio.SelectorEventLoop):
    """A loop whose time passes only when nobody is busy."""

    def __init__(self) -> None:
        self._impatient = _Impatient()
        self.jumped = 0.0
        """How far Redis's clock was set ahead (s)."""
        super().__init__(self._impatient)

    def time(self) -> float:
        return self._impatient.waited

    def wall(self) -> float:
        """What Redis's TIME says."""
        return EPOCH + self.time() + self.jumped


def play(story: Callable[[Clock], Awaitable[T]]) -> T:
    """Run a story to its end in a time of its own."""
    loop = Clock()
    try:
        return loop.run_until_complete(story(loop))
    finally:
        loop.close()


def told_the_time(script: str) -> str:
    """The script with the server's time as its last two arguments."""
    return script.replace("redis.call('TIME')", "{ARGV[#ARGV - 1], ARGV[#ARGV]}")


class Scripts:
    """Stands where the quota's pipeline to Redis stands; ``away`` makes it fail."""

    def __init__(self, client: redis.Redis, clock: Clock, lag: Callable[[], float]) -> None:
        self._client = client
        self._clock = clock
        self._lag = lag
        self.away = False
        self.asked = 0

    async def run_script(self, script: LuaScript, keys: Sequence[str], args: Sequence[Any]) -> Any:
        await asyncio.sleep(self._lag())
        if self.away:
            raise redis.ConnectionError
        self.asked += 1
        now = round(self._clock.wall() * 1_000_000)
        believing = self._client.register_script(told_the_time(script.text))
        answer = believing(keys=keys, args=[*args, *divmod(now, 1_000_000)])
        await asyncio.sleep(self._lag())
        return answer


@dataclass
class Server:
    """A token bucket, as AWS has one; ``rate`` in calls/s, ``burst`` in calls."""

    clock: Clock
    rate: float
    burst: float
    admitted: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    _tokens: float = -1
    _filled: float = 0

    def change(self, rate: float, burst: float) -> None:
        """Another quota, whose bucket is full."""
        self.rate, self.burst, self._tokens = rate, burst, burst

    def ask(self) -> bool:
        now = self.clock.time()
        if self._tokens < 0:
            self._tokens, self._filled = self.burst, now
        self._tokens = min(self.burst, self._tokens + (now - self._filled) * self.rate)
        self._filled = now
        if self._tokens < 1:
            self.refused.append(now)
            return False
        self._tokens -= 1
        self.admitted.append(now)
        return True


class Watched:
    """A quota that notes what it grants, and how long the callers had to wait."""

    def __init__(self, quota: SharedQuota, world: "World") -> None:
        self._quota = quota
        self._world = world

    async def acquire(self, family: str, limit: float | None = None) -> int:
        begun = self._world.clock.time()
        slot = await self._quota.acquire(family)
        self._world.grants.append(self._world.clock.time())
        self._world.longest_wait = max(self._world.longest_wait, self._world.clock.time() - begun)
        return slot

    async def report_throttling(self, family: str, slot: int) -> None:
        await self._quota.report_throttling(family, slot)


class World:
    """Worker processes whose callers always have another call to make."""

    def __init__(
        self, client: redis.Redis, clock: Clock, server: Server, seed: int = 0, **quota: Any
    ) -> None:
        self.random = random.Random(seed)
        self.clock = clock
        self.server = server
        self.latency = (0.01, 0.05)
        self.scripts = Scripts(client, clock, lambda: self.random.uniform(0.0001, 0.0005))
        self._quota = {"start": 60, "floor": 2, **quota}
        self.prefix = f"world-{uuid4().hex}:"
        self.key = f"{self.prefix}quota:{FAMILY}:{OPERATION}"
        self.grants: list[float] = []
        """When callers were told to go ahead."""
        self.longest_wait = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, processes: int, callers: int) -> None:
        for _ in range(processes):
            quota = SharedQuota(self.scripts, self.prefix, **self._quota)  # type: ignore[arg-type]
            caller = AwsCaller(Watched(quota, self), FAMILY, timeout=10**6)
            self._tasks += [asyncio.ensure_future(self._call(caller)) for _ in range(callers)]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _call(self, caller: AwsCaller) -> None:
        while True:
            await caller(OPERATION, self._send)

    async def _send(self) -> None:
        there, back = (self.random.uniform(*self.latency) / 2 for _ in "ab")
        await asyncio.sleep(there)
        admitted = self.server.ask()
        await asyncio.sleep(back)
        if not admitted:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, OPERATION)
