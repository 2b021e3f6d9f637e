"""Long days: many units, and many runs; neither workers nor Redis may grow."""

import statistics
import time
from collections.abc import Sequence
from typing import Any

import psutil
import redis
from tests.chaos.case import case
from tests.chaos.stage import Failed, Stage
from tests.chaos.stores import Database
from tests.support.system import System, eventually

KEEP = 1.0
"""Seconds that the ledger remembers a run."""
TURNS = ("reconcile", "read-changes", "looked")
REMAINS = ("generation:", "quota:", "quotas", "runs", "watermark", "_kombu.", *TURNS)
"""What stays when all runs are forgotten: a key for each source or system, none for a run."""

PATIENCE = 600
"""Seconds for one run."""
FEW = 50
"""Runs, far fewer than were made."""


class Samples:
    """Bytes of the greatest worker and of what Redis holds, over time."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._client = redis.Redis.from_url(system.settings.redis_url, decode_responses=True)
        self._found: dict[str, list[int]] = {"worker": [], "redis": []}

    def take(self) -> None:
        """Look once."""
        workers = [psutil.Process(pid).memory_info().rss for pid in self._system.workers.pids]
        self._found["worker"].append(max(workers))
        self._found["redis"].append(int(self._client.info("memory")["used_memory"]))

    def check(self, stage: Stage, bound: float) -> None:
        """The median of the last quarter is near that of the second."""
        for what, sizes in self._found.items():
            early, late = _quarter(sizes, 2), _quarter(sizes, 4)
            stage.counts[what] = f"{early:,.0f} to {late:,.0f}"
            if late > bound * early:
                raise Failed(f"{what} has grown from {early:,.0f} to {late:,.0f}")

    def check_remains(self) -> None:
        """Once the runs are forgotten, nothing of them is left in Redis."""
        eventually(self._are_ids_forgotten)
        try:
            eventually(lambda: not self._left())
        except AssertionError:
            raise Failed(f"left in Redis: {self._left()[:10]}") from None

    def _are_ids_forgotten(self) -> bool:
        """Each new run makes room for itself, so one after the other leaves those of a moment."""
        self._system.producer.enqueue_job("nobody")
        return self._client.zcard(f"{self._system.settings.key_prefix}runs") < FEW

    def _left(self) -> list[str]:
        prefix = self._system.settings.key_prefix
        keys = [str(key).removeprefix(prefix) for key in self._client.scan_iter()]
        return sorted(key for key in keys if not key.startswith(REMAINS))


def _quarter(sizes: Sequence[int], number: int) -> float:
    length = len(sizes)
    return statistics.median(sizes[length * (number - 1) // 4 : length * number // 4])


@case(
    full={"catalogue": {"databases": 6000, "tables": 2, "jobs": 4000}, "runs": 10, "bound": 1.1},
    short={"catalogue": {"databases": 180, "tables": 2, "jobs": 120}, "runs": 5, "bound": 1.5},
)
def soak(stage: Stage, catalogue: dict[str, Any], runs: int, bound: float) -> None:
    """Over a hundred thousand units, neither a worker nor Redis grows."""
    system, database = _system(stage, stage.simulator(columns=2, **catalogue))
    samples = Samples(system)
    for _ in range(runs):
        run_id = system.producer.enqueue_catalog().run_id
        _succeeds(database, run_id, samples)
    stage.counts["units"] = runs * (catalogue["databases"] + catalogue["jobs"] + 2)
    samples.check(stage, bound)
    samples.check_remains()


@case(
    full={"waves": 150, "databases": 20, "bound": 1.1},
    short={"waves": 6, "databases": 8, "bound": 1.5},
)
def many_small_runs(stage: Stage, waves: int, databases: int, bound: float) -> None:
    """Over thousands of runs, neither a worker nor Redis grows."""
    sim = stage.simulator(databases=databases, tables=3, columns=2)
    system, database = _system(stage, sim)
    samples = Samples(system)
    _succeeds(database, system.producer.enqueue_catalog().run_id, samples)
    names = [name for (name,) in database.rows("SELECT name FROM databases ORDER BY name")]
    for _ in range(waves):
        ids = [system.producer.enqueue_database(name).run_id for name in names]
        for run_id in ids:
            _succeeds(database, run_id, samples)
    stage.counts["runs"] = waves * len(names)
    samples.check(stage, bound)
    samples.check_remains()


def _system(stage: Stage, sim: Any) -> tuple[System, Database]:
    database = Database(f"sqlite:///{stage.folder}/glue.db")
    worker = {"concurrency": 32}
    system = stage.system(sim, keep_runs=KEEP, sinks=(database.url,), worker=worker)
    eventually(lambda: database.rows("SELECT 1 FROM sqlite_master WHERE name = 'runs'"))
    return system, database


def _succeeds(database: Database, run_id: str, samples: Samples) -> None:
    """Wait for the run's end; the database tells of it when the ledger has forgotten it."""
    deadline = time.monotonic() + PATIENCE
    while (state := database.state_of(run_id)) is None:
        if time.monotonic() > deadline:
            raise Failed(f"the run goes on after {PATIENCE} s")
        samples.take()
        time.sleep(0.2)
    if state != "succeeded":
        raise Failed(f"the run is {state}")
