"""What a table, a job and a unit cost, to reckon with: see ``docs/scaling.md``."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import redis
from tests.support.postgres import postgres_server

from benchmarks.bed import JSONL, SQLITE, BuildSystem
from benchmarks.builds import Build
from benchmarks.figures import NOW, Figure, Plan, benchmark
from benchmarks.processes import Sampler
from glueline_simulator import Simulator


@dataclass(frozen=True)
class Spent:
    """What one run took of its machines: seconds of CPU, bytes."""

    workers: float
    redis: float
    memory: float
    """Of Redis at its peak, over what it took before."""
    kept: float
    """Of Redis after the run, over what it took before."""
    stored: float


@benchmark
def costs(plan: Plan) -> Iterator[Figure]:
    """CPU time, memory and disk for each thing that is read."""
    build = plan.builds[NOW]
    tables, jobs = (10_000, 300) if plan.is_quick else (40_000, 2_000)
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_server())
        sinks = {"JSONL": JSONL, "SQLite": SQLITE, "PostgreSQL": postgres.create_database()}
        for name, sink in sinks.items():
            spent = _spent(
                build, sink, Simulator(databases=20, tables=tables // 20, columns=30, jobs=0)
            )
            value = 1e6 * spent.workers / tables
            yield Figure(f"worker's CPU for a table of 30 columns, {name}", value, "µs")
            if spent.stored:
                yield Figure(f"size of a table in {name}", spent.stored / tables / 1e3, "kB")
        spent = _spent(build, JSONL, Simulator(databases=jobs, tables=1, columns=30, jobs=0))
        value = 1e3 * spent.workers / jobs
        yield Figure("worker's CPU for a database of one table", value, "ms")
        spent = _spent(build, JSONL, Simulator(databases=20, tables=10, columns=30, jobs=jobs))
        yield Figure("worker's CPU for a job", 1e3 * spent.workers / jobs, "ms")
        yield Figure("Redis's CPU for a unit", 1e3 * spent.redis / jobs, "ms")
        yield Figure("Redis's memory for an open unit", spent.memory / jobs / 1e3, "kB")
        yield Figure("Redis's memory for a settled unit", spent.kept / jobs / 1e3, "kB")


def _spent(build: Build, sink: str, endpoint: Simulator) -> Spent:
    with (
        endpoint as simulator,
        BuildSystem(build, simulator, sink) as system,
        redis.Redis.from_url(system.redis.url, protocol=2) as client,
    ):
        before, memory = _cpu(client), _memory(client)
        with Sampler(lambda: _memory(client)) as sampler:
            run = system.extract(full=True)
        return Spent(
            workers=run.cpu,
            redis=_cpu(client) - before,
            memory=sampler.peak - memory,
            kept=_memory(client) - memory,
            stored=_size(system.folder),
        )


def _cpu(client: redis.Redis) -> float:
    info = client.info("cpu")
    return float(info["used_cpu_user"]) + float(info["used_cpu_sys"])


def _memory(client: redis.Redis) -> float:
    return float(client.info("memory")["used_memory"])


def _size(folder: Path) -> float:
    """Return what file sinks hold of the records."""
    kept = (*folder.glob("out/table/**/*.jsonl"), *folder.glob("glueline.db*"))
    return float(sum(path.stat().st_size for path in kept))
