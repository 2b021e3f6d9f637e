"""An endpoint that holds us back, by its latency."""

import math
from collections.abc import Iterator

from benchmarks.bed import JSONL, extract, workers_on
from benchmarks.figures import Figure, benchmark
from glueline_simulator import Simulator

LATENCY = 0.08
CONCURRENCY = 32


@benchmark
def latency(quick: bool) -> Iterator[Figure]:
    """80 ms a call: the share of the time that no scheduling could avoid."""
    databases, jobs = (200, 100) if quick else (1000, 500)
    with Simulator(
        databases=databases, tables=210, columns=4, jobs=jobs, latency=LATENCY
    ) as simulator:
        for workers in (2,) if quick else (1, 2, 4):
            with workers_on(simulator, JSONL, workers, rate_start=5000) as system:
                seconds, _ = extract(system, simulator)
                calls = simulator.stats()["operations"]
            total = sum(operation["calls"] for operation in calls.values())
            # Every slot is busy all the time, but for the first listings and the longest chain.
            slots = workers * CONCURRENCY
            chain = calls["GetDatabases"]["calls"] + 3
            ideal = LATENCY * max(chain, math.ceil(total / slots) + calls["GetDatabases"]["calls"])
            aim = 0.9 if workers <= 2 else None
            yield Figure(
                f"{databases:,} databases × 3 pages, {jobs} jobs, {workers} processes",
                seconds, "s", ideal / seconds, "ideal", at_least=aim,
            )  # fmt: skip
