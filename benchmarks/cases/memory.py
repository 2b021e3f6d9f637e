"""The largest worker, while it reads very many tables or very many partitions of one."""

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.bed import JSONL, BuildSystem
from benchmarks.figures import BEFORE, Comparison, Curve, Goal, Plan, benchmark
from benchmarks.processes import Sampler, largest_megabytes
from glueline_simulator import Simulator

LATENCY = 0.08
OF_BEFORE = 0.7
POINTS = 200
"""Of a curve."""


@benchmark
def memory(plan: Plan) -> Iterator[Comparison | Curve]:
    """Show that the peak of a worker's memory does not grow with the catalogue.

    Each size is read once: a peak hardly varies.
    """
    sizes = {1_000: 115, 10_000: 165} if plan.is_quick else {1_000: 115, 1_000_000: 165}
    for tables, limit in sizes.items():
        catalogue = {"databases": tables // 500, "tables": 500, "columns": 30, "jobs": 100}
        yield from _peak(plan, f"{tables:,} tables", limit, catalogue)


@benchmark
def partitions(plan: Plan) -> Iterator[Comparison | Curve]:
    """One table with very many partitions, read in segments."""
    count = 50_000 if plan.is_quick else 1_000_000
    catalogue = {"databases": 1, "tables": 1, "columns": 12, "jobs": 0, "partitions": count}
    extraction = {"partitions": "all"}
    yield from _peak(
        plan, f"{count:,} partitions", 190, {**catalogue, "latency": LATENCY}, extraction
    )


def _peak(
    plan: Plan,
    what: str,
    limit: float,
    catalogue: Mapping[str, Any],
    extraction: Mapping[str, Any] | None = None,
) -> Iterator[Comparison | Curve]:
    peaks: dict[str, list[float]] = {}
    times: dict[str, list[float]] = {}
    tables = catalogue["databases"] * catalogue["tables"]
    with Simulator(**catalogue) as simulator:
        for who, build in plan.builds_for(tables).items():
            with (
                BuildSystem(build, simulator, JSONL) as system,
                Sampler(lambda system=system: largest_megabytes(system.pids)) as sampler,
            ):
                run = system.extract(**(extraction or {}))
            peaks[who], times[who] = [sampler.peak], [run.seconds]
            yield Curve(what, who, run.seconds, tuple(_thin(sampler.values)))
    goals = [Goal(limit), Goal(OF_BEFORE, BEFORE)]
    yield Comparison(f"{what}, peak of a worker", "MB", peaks, goals)
    yield Comparison(f"{what}, from request to commit", "s", times)


def _thin(values: list[float]) -> list[float]:
    """Keep the largest value of each of some stretches of time."""
    step = max(1, -(-len(values) // POINTS))
    return [round(max(values[n : n + step]), 1) for n in range(0, len(values), step)]
