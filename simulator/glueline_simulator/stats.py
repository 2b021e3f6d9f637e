"""Count calls and their outcomes."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

_SECONDS_KEPT = 3600


@dataclass(slots=True)
class CallCounts:
    """The counts of one operation, or of all."""

    calls: int = 0
    ok: int = 0
    throttled: int = 0
    denied: int = 0
    bytes: int = 0
    in_flight: int = 0
    max_concurrency: int = 0
    first: float | None = None
    last: float | None = None
    faults: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    per_second: dict[int, int] = field(default_factory=dict)
    ok_per_second: dict[int, int] = field(default_factory=dict)

    def begin(self, now: float) -> None:
        """Count a call that came in."""
        self.calls += 1
        self.first = self.first or now
        self.last = now
        self.in_flight += 1
        self.max_concurrency = max(self.max_concurrency, self.in_flight)
        _count_second(self.per_second, int(now))

    def end(self, outcome: str, size: int, now: float) -> None:
        """Count an answer; see `Stats.end` for the outcomes."""
        self.in_flight = max(0, self.in_flight - 1)
        self.bytes += size
        kind, _, detail = outcome.partition(":")
        match kind:
            case "ok":
                self.ok += 1
                _count_second(self.ok_per_second, int(now))
            case "throttled":
                self.throttled += 1
            case "denied":
                self.denied += 1
            case "fault":
                self.faults[detail] += 1
            case _:
                self.errors[detail] += 1

    def report(self) -> dict[str, Any]:
        """Return the counts as JSON; times are epoch seconds."""
        return {name: getattr(self, name) for name in self.__slots__}


class Stats:
    """All counts since the start or the last reset."""

    def __init__(self) -> None:
        self.generation = 0
        self.reset()

    def begin(self, operation: str, account: str) -> int:
        """Count a call that came in; return a number for `end`."""
        now = time.time()
        self._total.begin(now)
        self._operations.setdefault(operation, CallCounts()).begin(now)
        self._accounts[account] += 1
        return self.generation

    def end(self, operation: str, outcome: str, size: int, generation: int) -> None:
        """Count an answer: ``ok``, ``throttled``, ``denied``, ``fault:KIND``, ``error:CODE``."""
        if generation != self.generation:
            return
        now = time.time()
        self._total.end(outcome, size, now)
        self._operations[operation].end(outcome, size, now)

    def reset(self) -> None:
        """Clear all counts; calls in flight are no longer counted."""
        self.generation += 1
        self._started = time.time()
        self._total = CallCounts()
        self._operations: dict[str, CallCounts] = {}
        self._accounts: Counter[str] = Counter()

    def report(self) -> dict[str, Any]:
        """Return all counts as JSON."""
        operations = {name: tally.report() for name, tally in sorted(self._operations.items())}
        return {
            "since": self._started,
            "total": self._total.report(),
            "operations": operations,
            "accounts": dict(self._accounts),
        }


def _count_second(histogram: dict[int, int], second: int) -> None:
    if second not in histogram and len(histogram) >= _SECONDS_KEPT:
        del histogram[next(iter(histogram))]
    histogram[second] = histogram.get(second, 0) + 1
