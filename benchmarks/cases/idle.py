"""A worker that has nothing to do."""

import time
from collections.abc import Iterator

from benchmarks.bed import JSONL, BuildSystem
from benchmarks.figures import NOW, Figure, Plan, benchmark
from benchmarks.processes import cpu_seconds
from glueline_simulator import Simulator


@benchmark
def idle(plan: Plan) -> Iterator[Figure]:
    """CPU of a worker that waits."""
    seconds = 5 if plan.is_quick else 20
    with (
        Simulator(databases=1, tables=1, jobs=0) as simulator,
        BuildSystem(plan.builds[NOW], simulator, JSONL, 1) as system,
    ):
        time.sleep(2)
        before = cpu_seconds(system.pids)
        time.sleep(seconds)
        used = cpu_seconds(system.pids) - before
    yield Figure("idle worker", 100 * used / seconds, "% of a core", at_most=2.0)
