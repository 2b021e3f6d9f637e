"""Sinks and the quota as they are, with a stopwatch around them."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, cast

from redis.exceptions import RedisError

from glueline_worker.aws.quota import Quota
from glueline_worker.observe.metrics import QUOTA_WAIT, sink_step
from glueline_worker.sinks.base import Sink, UnitWriter

STEPS = frozenset({"begin", "write", "complete", "commit", "abort"})


class _Watched:
    """Times the steps of a sink or of its writer, and passes everything else on."""

    def __init__(self, inner: Any, sink: str) -> None:
        self._inner, self._sink = inner, sink

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._timed(name, found) if name in STEPS else found

    def _timed(self, step: str, method: Callable[..., Awaitable[Any]]) -> Any:
        async def timed(*args: Any, **kwargs: Any) -> Any:
            async with sink_step(self._sink, step):
                answer = await method(*args, **kwargs)
            return cast("UnitWriter", _Watched(answer, self._sink)) if step == "begin" else answer

        return timed


def watched(sink: Sink) -> Sink:
    """``sink``, whose steps are timed and whose failures are counted."""
    return cast("Sink", _Watched(sink, sink.name))


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
        QUOTA_WAIT.labels(family.rpartition(":")[2]).inc(time.perf_counter() - started)
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
        self._families.add(family)
