"""A quota that nobody told us and that changes: how much is used, how often it is exceeded."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.callers import DATABASE, Way, calling, with_adaptive, with_glueline, with_standard
from benchmarks.figures import Figure, Plan, benchmark
from glueline_simulator import Simulator
from glueline_worker.local.server import EmbeddedRedis

FACTORS = {"unknown": 1.0, "halved": 0.5, "doubled": 1.0}
RATE = 100.0


@dataclass(frozen=True)
class Seen:
    """Calls that the endpoint admitted and refused up to a moment."""

    admitted: int
    throttled: int
    at: float

    def since(self, earlier: "Seen") -> "Seen":
        """Return what came after ``earlier``."""
        return Seen(
            self.admitted - earlier.admitted,
            self.throttled - earlier.throttled,
            self.at - earlier.at,
        )

    @property
    def share(self) -> float:
        """Of all calls, those that were refused."""
        return self.throttled / max(1, self.admitted + self.throttled)


@benchmark
def quota(plan: Plan) -> Iterator[Figure]:
    """Measure how much of the quota is used, and how many calls are throttled at the end."""
    seconds = 9.0 if plan.is_quick else 30.0
    with EmbeddedRedis() as server:
        for processes in (4,) if plan.is_quick else (1, 4, 16):
            name = f"{processes} processes"
            yield from _phases(with_glueline, name, server.url, processes, seconds)
        for way in (with_standard, with_adaptive):
            name = f"4 processes, botocore's {way.__name__.removeprefix('with_')} mode"
            yield from _phases(way, name, server.url, 4, seconds)


def _phases(
    way: Way, name: str, redis_url: str, processes: int, seconds: float
) -> Iterator[Figure]:
    ours = way is with_glueline
    with Simulator(databases=1, tables=1, latency=0.03) as simulator:
        simulator.add_database(DATABASE)
        simulator.configure(quota={"GetTables": f"{RATE}:{RATE}"})
        with calling(way, simulator, redis_url, processes):
            for phase, factor in FACTORS.items():
                rate = RATE * factor
                simulator.configure(quota={"GetTables": f"{rate}:{rate}"})
                begin = _seen(simulator)
                time.sleep(seconds / 3)
                learnt = _seen(simulator)
                time.sleep(seconds * 2 / 3)
                end = _seen(simulator)
                found = end.since(begin)
                used = found.admitted / (rate * (found.at + 1))  # the bucket was full
                what = f"{name}, quota {phase}"
                yield Figure(f"{what}: used", 100 * used, "%", at_least=92 if ours else None)
                share = 100 * end.since(learnt).share
                yield Figure(f"{what}: throttled", share, "%", at_most=3 if ours else None)


def _seen(simulator: Simulator) -> Seen:
    found = simulator.stats()["operations"]["GetTables"]
    return Seen(found["ok"], found["throttled"], time.monotonic())
