"""An endpoint that holds us back, by its latency."""

import math
import os
from collections.abc import Iterator, Mapping

from benchmarks.bed import JSONL, BuildSystem
from benchmarks.figures import NOW, Figure, Plan, benchmark
from glueline_simulator import Simulator

CORES = os.cpu_count() or 1
LATENCY = 0.08
SLOTS = 4
"""Units at a time of a process. A page of 100 tables is about 10 ms of CPU time: with many more,
two cores are the limit and not the latency."""


@benchmark
def latency(plan: Plan) -> Iterator[Figure]:
    """80 ms a call: the share of the time that no scheduling could avoid."""
    databases, jobs = (100, 50) if plan.is_quick else (1000, 500)
    with Simulator(
        databases=databases, tables=210, columns=4, jobs=jobs, latency=LATENCY
    ) as simulator:
        for workers in (2,) if plan.is_quick else (1, 2, 4):
            slots = {"GLUELINE_WORKER__CONCURRENCY": str(SLOTS)}
            with BuildSystem(plan.builds[NOW], simulator, JSONL, workers, **slots) as system:
                seconds = system.extract().seconds
                calls = simulator.stats()["operations"]
            name = (
                f"{databases:,} databases of 3 pages, {jobs} jobs, "
                f"{workers} processes of {SLOTS} units at a time"
            )
            ideal = _ideal(calls, workers * SLOTS)
            aim = 0.9 if workers <= CORES else None
            yield Figure(name, seconds, "s", ideal / seconds, "ideal", at_least=aim)


def _ideal(calls: Mapping[str, Mapping[str, float]], slots: int) -> float:
    """All slots busy all the time, once the pages of databases have come one after the other."""
    listing = calls["GetDatabases"]["calls"]
    others = sum(operation["calls"] for operation in calls.values()) - listing
    return LATENCY * (1 + max(listing, math.ceil((others + listing - 1) / slots)))
