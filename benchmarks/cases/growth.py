"""Ten times the tables, and the same tables in one place."""

from collections.abc import Iterator
from functools import partial

from benchmarks.bed import JSONL, BuildSystem, systems
from benchmarks.figures import BEFORE, NOW, Comparison, Goal, Plan, alternate, benchmark
from glueline_simulator import Simulator

LATENCY = 0.08


@benchmark
def growth(plan: Plan) -> Iterator[Comparison]:
    """Time for a table: the same, whatever the size of the catalogue. Each size is read once."""
    smaller: Comparison | None = None
    for tables in (1_000, 10_000) if plan.is_quick else (10_000, 100_000, 1_000_000):
        with (
            Simulator(databases=tables // 500, tables=500, columns=30, jobs=0) as simulator,
            systems(plan.builds_for(tables), simulator, JSONL) as ready,
        ):
            found = alternate(
                1, {who: partial(_time_a_table, one, tables) for who, one in ready.items()}
            )["time"]
        goals = []
        if smaller is not None:
            found["a tenth of them"] = list(smaller.rounds[NOW])
            goals = [Goal(1.1, "a tenth of them")]
        smaller = Comparison(f"time for a table of {tables:,}", "µs", found, goals)
        yield smaller


@benchmark
def skew(plan: Plan) -> Iterator[Comparison]:
    """One database with nine tenths of the tables, against the same number spread evenly."""
    tables = 20_000 if plan.is_quick else 200_000
    even = {"databases": 200, "tables": tables // 200, "columns": 4, "jobs": 0, "latency": LATENCY}
    with (
        Simulator(**even) as evenly,
        Simulator(**even, skew=0.9) as in_one,
        systems(plan.builds, in_one, JSONL) as skewed,
        BuildSystem(plan.builds[NOW], evenly, JSONL) as reference,
    ):
        contestants = {"even case": reference, **skewed}
        rounds = alternate(
            plan.rounds, {who: partial(_time, one) for who, one in contestants.items()}
        )["time"]
    goals = [Goal(1.2, "even case"), Goal(1.0, BEFORE)]
    yield Comparison(f"{tables:,} tables, 90 % in one database", "s", rounds, goals)


def _time(system: BuildSystem) -> dict[str, float]:
    return {"time": system.extract(full=True).seconds}


def _time_a_table(system: BuildSystem, tables: int) -> dict[str, float]:
    return {"time": 1e6 * system.extract(full=True).seconds / tables}
