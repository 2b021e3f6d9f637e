"""The worker's CPU for a table and a job, and what a small unit asks of disk and Redis."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks.bed import HOOKS, JSONL, BuildSystem, systems, temporary_folder
from benchmarks.figures import BEFORE, Comparison, Goal, Plan, alternate, benchmark
from benchmarks.redis_load import RedisLoad
from glueline_simulator import Simulator
from glueline_simulator.generated.names import name_tables

VIEW, TURN = 13, 20
"""Of each twenty generated tables, the position of the view."""


@benchmark
def table_cpu(plan: Plan) -> Iterator[Comparison]:
    """Tables of 30 columns without a view: all of them, and a second time unchanged."""
    databases, each = 20, 100 if plan.is_quick else 1_000
    views = [name_tables(each).name(number) for number in range(VIEW, each, TURN)]
    count = databases * (each - len(views))
    with (
        Simulator(databases=databases, tables=each, columns=30, jobs=0) as simulator,
        systems(plan.builds, simulator, JSONL) as ready,
    ):

        def measure(system: BuildSystem) -> dict[str, float]:
            first = system.extract(full=True, without_tables=views)
            again = system.extract(without_tables=views)
            return {"table": 1e6 * first.cpu / count, "unchanged": 1e6 * again.cpu / count}

        found = alternate(
            plan.rounds, {who: lambda one=one: measure(one) for who, one in ready.items()}
        )
    yield Comparison("worker's CPU for a table", "µs", found["table"], [Goal(0.33, BEFORE)])
    name = "worker's CPU for an unchanged table"
    yield Comparison(name, "µs", found["unchanged"], [Goal(0.25, BEFORE)])


@benchmark
def small_units(plan: Plan) -> Iterator[Comparison]:
    """Jobs of four calls each: CPU, files, fsyncs, and traffic with Redis."""
    jobs = 100 if plan.is_quick else 400
    with (
        Simulator(databases=1, tables=10, columns=30, jobs=jobs) as simulator,
        ExitStack() as stack,
    ):
        ready = {}
        for who, build in plan.builds.items():
            fsyncs = Path(stack.enter_context(temporary_folder())) / "fsyncs"
            env = {"PYTHONPATH": str(HOOKS), "BENCH_FSYNCS": str(fsyncs)}
            system = stack.enter_context(BuildSystem(build, simulator, JSONL, **env))
            ready[who] = lambda system=system, fsyncs=fsyncs: _jobs(system, fsyncs, jobs)
        found = alternate(plan.rounds, ready)
    yield Comparison("worker's CPU for a job", "ms", found["cpu"], [Goal(0.35, BEFORE)])
    yield Comparison("files of a job", "files", found["files"], [Goal(0.1)])
    yield Comparison("fsyncs of a job", "fsyncs", found["fsyncs"], [Goal(0.1)])
    for name, title in {
        "commands": "commands to Redis for a unit",
        "reads": "round trips to Redis for a unit",
    }.items():
        yield Comparison(title, "", found[name], [Goal(0.5, BEFORE)])


def _jobs(system: BuildSystem, fsyncs: Path, jobs: int) -> dict[str, float]:
    synced, started = fsyncs.stat().st_size, time.time()
    with RedisLoad(system.redis.url) as load:
        run = system.extract(full=True)
    return {
        "cpu": 1e3 * run.cpu / jobs,
        "files": _files_since(started, system.folder / "out") / jobs,
        "fsyncs": (fsyncs.stat().st_size - synced) / jobs,
        "commands": load.commands / run.units,
        "reads": load.reads / run.units,
    }


def _files_since(moment: float, folder: Path) -> int:
    found = (path.stat() for path in folder.rglob("*") if path.is_file())
    return sum(1 for stat in found if stat.st_mtime >= moment)
