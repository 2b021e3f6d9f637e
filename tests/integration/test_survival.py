"""Workers, connections and calls that break in mid-run cost time, and nothing else."""

import os
import signal
from collections.abc import Callable

import psutil
import pytest
from tests.support.system import System, eventually, hooks

from glueline import RunState
from glueline.contract.runs import RunStatus
from glueline_simulator import Simulator
from glueline_worker.local.server import EmbeddedRedis

Start = Callable[..., System]
Simulate = Callable[..., Simulator]

CATALOGUE = {"databases": 8, "tables": 120, "jobs": 16, "columns": 4}


@pytest.fixture
def undisturbed(simulator: Simulate, system: Start) -> Callable[[System], list[str]]:
    """What a run finds when nothing goes wrong; of the same catalogue and in the same sink."""

    def read(running: System) -> list[str]:
        run = running.wait(running.producer.enqueue_catalog().run_id)
        assert run.state is RunState.SUCCEEDED
        return running.contents(run.run_id)

    return read


@pytest.mark.slow
def test_killed_workers_lose_nothing(
    simulator: Simulate, system: Start, undisturbed: Callable[[System], list[str]]
) -> None:
    sim = simulator(**CATALOGUE, latency=0.25)
    running = system(sim, workers=2, env=hooks(visibility_timeout=4))
    run_id = running.producer.enqueue_catalog().run_id
    for units in (2, 8, 16):
        eventually(lambda: settled(running, run_id) >= units)  # noqa: B023 - called at once
        os.kill(eventually(lambda: running.workers.pids)[0], signal.SIGKILL)
    run = running.wait(run_id)
    assert running.workers.restarts == 3
    sim.configure(latency=0)
    assert running.contents(run_id) == undisturbed(running)
    assert_settled_once(run, units=1 + 8 + 1 + 16)
    running.calm_down()


def test_a_worker_that_is_told_to_stop_gives_its_units_back(
    simulator: Simulate, system: Start
) -> None:
    sim = simulator(**CATALOGUE, latency=4)
    # One attempt: had the interrupted one counted, the unit would fail.
    running = system(sim, worker={"attempts": 1, "grace": 0.5})
    run_id = running.producer.enqueue_database("raw_sales_0000").run_id
    eventually(lambda: sim.stats()["operations"])
    (pid,) = running.workers.pids
    worker = psutil.Process(pid)
    worker.terminate()
    worker.wait(timeout=60)
    assert "unit.given_back" in running.logs()
    sim.configure(latency=0)
    run = running.wait(run_id)
    assert_settled_once(run, units=1)
    assert running.kinds(run_id)["table"] == 120
    running.calm_down()


def test_a_worker_that_is_told_to_stop_ends_without_redis_too(
    simulator: Simulate, system: Start
) -> None:
    with EmbeddedRedis() as server:
        running = system(simulator(**CATALOGUE), redis_url=server.url)
        running.wait(running.producer.enqueue_database("raw_sales_0000").run_id)
        (pid,) = running.workers.pids
        worker = psutil.Process(pid)
        worker.terminate()
    # Celery's own thread may be trying to reach Redis now, and would do so for ever.
    worker.wait(timeout=60)


def settled(running: System, run_id: str) -> int:
    return running.producer.status(run_id).settled_units


def assert_settled_once(run: RunStatus, units: int) -> None:
    assert (run.state, run.settled_units, run.failed_units, run.open_units) == (
        RunState.SUCCEEDED,
        units,
        0,
        0,
    )
