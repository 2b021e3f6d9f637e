"""Rate limits: a bucket of requests for each token and address, in this process."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

_MAX_BUCKETS = 10_000
"""The least recently used bucket goes first."""


@dataclass
class RateLimiter:
    """Allows ``burst`` requests at once, and ``rate`` per second after that."""

    rate: float
    burst: int
    clock: Callable[[], float] = time.monotonic
    _levels: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, who: str) -> float:
        """Take one request from a bucket; return 0, or the seconds to wait for the next one."""
        now = self.clock()
        level, then = self._levels.pop(who, (float(self.burst), now))
        level = min(self.burst, level + (now - then) * self.rate)
        wait = 0.0 if level >= 1 else (1 - level) / self.rate
        self._levels[who] = (level if wait else level - 1, now)
        if len(self._levels) > _MAX_BUCKETS:
            self._levels.popitem(last=False)
        return wait
