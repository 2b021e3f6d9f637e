"""Sinks and the quota as they are, with a stopwatch around them."""

import time
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import ref

from redis.exceptions import RedisError

from glueline_worker.aws.quota import Quota
from glueline_worker.observe import tracing
from glueline_worker.observe.metrics import QUOTA_WAIT, sink_step
from glueline_worker.sinks.base import Sink

STEPS = ("begin", "write", "write_parts", "held", "keep", "complete", "commit", "abort")
MOST_FAMILIES = 4096
"""Families that are known to be registered; all are registered again once there are more."""
Step = Callable[..., Awaitable[Any]]


def watched(sink: Sink) -> Sink:
    """``sink`` itself, whose steps and those of its writers are timed from now on."""
    _watch(sink, sink.name)
    return sink


def _watch(target: object, sink: str) -> None:
    # No object stands around it: what else a sink or a writer can do is seen by its class. And it
    # does not hold itself: all that a writer keeps would stay until Python looks for garbage.
    owner = ref(target)
    for step in STEPS:
        method = getattr(type(target), step, None)
        if method is not None:
            setattr(target, step, _timed(method, owner, sink, step))


def _timed(method: Step, owner: ref[object], sink: str, step: str) -> Step:
    async def timed(*args: Any, **kwargs: Any) -> Any:
        with tracing.step(sink, step):
            async with sink_step(sink, step):
                answer = await method(owner(), *args, **kwargs)
        if step == "begin":
            _watch(answer, sink)
        return answer

    return timed


class WatchedQuota:
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
        tracing.waited(seconds)
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
        if len(self._families) >= MOST_FAMILIES:
            self._families.clear()
        self._families.add(family)
