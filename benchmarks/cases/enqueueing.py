"""Many requests from one service."""

from collections.abc import Iterator
from functools import partial

from benchmarks.bed import JSONL, BuildSystem, systems
from benchmarks.figures import BEFORE, Comparison, Goal, Plan, alternate, benchmark
from glueline_simulator import Simulator


@benchmark
def enqueue(plan: Plan) -> Iterator[Comparison]:
    """10,000 requests in one call, where the producer has one; no worker takes them."""
    count = 1_000 if plan.is_quick else 10_000
    with (
        Simulator(databases=1, tables=1, jobs=0) as simulator,
        systems(plan.builds, simulator, JSONL) as ready,
    ):
        for system in ready.values():
            system.stop_workers()
        found = alternate(
            plan.rounds, {who: partial(_enqueue, one, count) for who, one in ready.items()}
        )
    goals = [Goal(0.3), Goal(1.0, BEFORE)]
    yield Comparison(f"{count:,} requests enqueued", "s", found["time"], goals)


def _enqueue(system: BuildSystem, count: int) -> dict[str, float]:
    return {"time": system.ask("enqueue", count=count)["seconds"]}
