"""What a user feels first: start, enqueuing, and a worker that has nothing to do."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

import psutil

from benchmarks.bed import JSONL, median, workers_on
from benchmarks.figures import Figure, benchmark
from glueline.contract.messages import DatabaseScope, ExtractionRequest
from glueline_simulator import Simulator


@benchmark
def start(quick: bool) -> Iterator[Figure]:
    """From the command to its first effect."""
    times = 3 if quick else 9
    yield Figure("glueline --help", median(times, _help), "s", at_most=0.3)
    with Simulator(databases=1, tables=1, jobs=0) as simulator:
        first = median(times, lambda: _first_call(simulator))
        yield Figure("glueline run to its first AWS call", first, "s", at_most=1.5)


@benchmark
def enqueue(quick: bool) -> Iterator[Figure]:
    """10,000 requests from one producer."""
    count = 1000 if quick else 10_000
    with (
        Simulator(databases=1, tables=1, jobs=0) as simulator,
        workers_on(simulator, JSONL, 1) as system,
    ):
        system.workers.stop(grace=5)
        requests = [
            ExtractionRequest(scope=DatabaseScope(name=f"db{number}")) for number in range(count)
        ]
        started = time.perf_counter()
        for request in requests:
            system.producer.enqueue(request)
        seconds = time.perf_counter() - started
    yield Figure(f"{count:,} requests enqueued", count / seconds, "requests/s")


@benchmark
def idle(quick: bool) -> Iterator[Figure]:
    """CPU of a worker that waits."""
    seconds = 5 if quick else 20
    with (
        Simulator(databases=1, tables=1, jobs=0) as simulator,
        workers_on(simulator, JSONL, 1) as system,
    ):
        worker = psutil.Process(system.workers.pids[0])
        time.sleep(2)
        before = sum(worker.cpu_times()[:2])
        time.sleep(seconds)
        used = sum(worker.cpu_times()[:2]) - before
    yield Figure("idle worker", 100 * used / seconds, "% of a core", at_most=2.0)


def _help() -> float:
    started = time.perf_counter()
    subprocess.run(_command("--help"), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def _first_call(simulator: Simulator) -> float:
    simulator.reset()
    with tempfile.TemporaryDirectory() as folder:
        began = time.time()
        subprocess.run(
            _command("run", "--sink", JSONL.format(folder=folder)),
            check=True,
            env={**os.environ, **simulator.environment()},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    listed = simulator.stats()["operations"]["GetDatabases"]
    return float(listed["first"]) - began


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "glueline.cli", *arguments]
