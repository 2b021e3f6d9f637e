"""What benchmarks run on: a simulated AWS, Redis, worker processes that are ready."""

import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import psutil
from tests.support.system import System

from glueline import RunState
from glueline.contract.runs import RunStatus
from glueline.settings.settings import Settings
from glueline_simulator import Simulator
from glueline_worker.local.server import EmbeddedRedis

PATIENCE = 900
JSONL = "file://{folder}/out?format=jsonl"
SQLITE = "sqlite:///{folder}/glueline.db"


@contextmanager
def workers_on(simulator: Simulator, sink: str, count: int = 2, **worker: Any) -> Iterator[System]:
    """Workers as in production, ready and warm; ``{folder}`` in ``sink`` is their own."""
    with tempfile.TemporaryDirectory(prefix="glueline-bench-") as folder, EmbeddedRedis() as server:
        settings = Settings(
            redis_url=server.url,
            key_prefix="bench:",
            sinks=(sink.format(folder=folder),),
            worker=worker,
            log_level="warning",
        )
        system = System(settings, simulator.url, count, Path(folder))
        system.start()
        try:
            _warm_up(system, count)
            yield system
        finally:
            system.stop()


def extract(system: System, simulator: Simulator, **options: Any) -> tuple[float, RunStatus]:
    """Seconds from the enqueuing to the committed sink, and the run."""
    simulator.reset()
    started = time.perf_counter()
    run = system.wait(system.producer.enqueue_catalog(**options).run_id, PATIENCE)
    seconds = time.perf_counter() - started
    if run.state is not RunState.SUCCEEDED:
        raise RuntimeError(f"the run ended as {run.state}: {run.reason}")
    return seconds, run


class Peak:
    """The largest value of something that is looked at often, for the time of a ``with`` block."""

    def __init__(self, look: Callable[[], float]) -> None:
        """Ask ``look`` for the value of now."""
        self.value = 0.0
        self._look = look
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.03):
            self.value = max(self.value, self._look())


def megabytes(system: System) -> float:
    """Return the largest resident set of any worker."""
    sizes = [0.0]
    for pid in system.workers.pids:
        with suppress(psutil.Error):
            sizes.append(psutil.Process(pid).memory_info().rss / 1e6)
    return max(sizes)


def median(times: int, measure: Callable[[], float]) -> float:
    """Return the median of several measurements."""
    return statistics.median(measure() for _ in range(times))


def _warm_up(system: System, count: int) -> None:
    """Every process has made its clients and connections: it has done a unit."""
    for _ in range(4 * count):
        system.wait(system.producer.enqueue_database("there-is-none").run_id)
