"""What a table, a job and a unit cost, to reckon with: see ``docs/scaling.md``."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
import redis
from tests.support.postgres import postgres_server
from tests.support.system import System

from benchmarks.bed import JSONL, SQLITE, Peak, extract, workers_on
from benchmarks.figures import Figure, benchmark
from glueline.contract.messages import Options
from glueline_simulator import Simulator

EVERYTHING = Options(full=True)


@dataclass(frozen=True)
class Spent:
    """What one run took of its machines: seconds of CPU, bytes."""

    workers: float
    redis: float
    memory: float
    """Of Redis at its peak, over what it took before."""
    stored: float


@benchmark
def costs(quick: bool) -> Iterator[Figure]:
    """CPU time, memory and disk for each thing that is read."""
    tables, jobs = (10_000, 300) if quick else (40_000, 2_000)
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_server())
        sinks = {"JSONL": JSONL, "SQLite": SQLITE, "PostgreSQL": postgres.create_database()}
        for name, sink in sinks.items():
            spent = _spent(sink, Simulator(databases=20, tables=tables // 20, columns=30, jobs=0))
            value = 1e6 * spent.workers / tables
            yield Figure(f"worker's CPU for a table of 30 columns, {name}", value, "µs")
            if spent.stored:
                yield Figure(f"size of a table in {name}", spent.stored / tables / 1e3, "kB")
        spent = _spent(JSONL, Simulator(databases=jobs, tables=1, columns=30, jobs=0))
        value = 1e3 * spent.workers / jobs
        yield Figure("worker's CPU for a database of one table", value, "ms")
        spent = _spent(JSONL, Simulator(databases=20, tables=10, columns=30, jobs=jobs))
        yield Figure("worker's CPU for a job", 1e3 * spent.workers / jobs, "ms")
        yield Figure("Redis's CPU for a unit", 1e3 * spent.redis / jobs, "ms")
        yield Figure("Redis's memory for an open unit", spent.memory / jobs / 1e3, "kB")


def _spent(sink: str, endpoint: Simulator) -> Spent:
    with (
        endpoint as simulator,
        workers_on(simulator, sink, rate_start=5000) as system,
        redis.Redis.from_url(system.settings.redis_url) as client,
    ):
        before, workers, memory = _cpu(client), _of_workers(system), _memory(client)
        with Peak(lambda: _memory(client)) as peak:
            extract(system, simulator, options=EVERYTHING)
        return Spent(
            _of_workers(system) - workers,
            _cpu(client) - before,
            peak.value - memory,
            _size(system.folder),
        )


def _of_workers(system: System) -> float:
    return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in system.workers.pids)


def _cpu(client: redis.Redis) -> float:
    info = client.info("cpu")
    return float(info["used_cpu_user"]) + float(info["used_cpu_sys"])


def _memory(client: redis.Redis) -> float:
    return float(client.info("memory")["used_memory"])


def _size(folder: Path) -> float:
    """Return what file sinks hold of the records."""
    kept = (*folder.glob("out/table/**/*.jsonl"), *folder.glob("glueline.db*"))
    return float(sum(path.stat().st_size for path in kept))
