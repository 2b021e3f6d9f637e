"""Workers that end are started again; those that cannot begin say why."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.system import System, eventually

from glueline import RunState
from glueline_simulator import Simulator


def test_a_worker_that_cannot_begin_says_why_at_once(
    simulator: Callable[..., Simulator], system: Callable[..., System], tmp_path: Path
) -> None:
    (tmp_path / "glue.db").write_text("not a database" * 100)
    running = system(simulator(databases=1), sinks=(f"sqlite:///{tmp_path}/glue.db",))
    failure = eventually(lambda: running.workers.failure)
    assert failure.endswith("file is not a database; move the file away or name another")
    assert not running.workers.restarts


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_a_worker_that_is_told_to_end_is_started_again(
    simulator: Callable[..., Simulator], system: Callable[..., System], number: signal.Signals
) -> None:
    """Even within seconds of its start, and although Celery's exit code is 1 for some signals."""
    running = system(simulator(databases=1), workers=1)
    running.wait(running.producer.enqueue_catalog().run_id)
    os.kill(running.workers.pids[0], number)
    eventually(lambda: running.workers.restarts or running.workers.failure)
    assert running.workers.failure is None


@pytest.mark.slow
def test_a_worker_that_once_began_may_fail_to_for_a_while(
    simulator: Callable[..., Simulator], system: Callable[..., System], tmp_path: Path
) -> None:
    file = tmp_path / "glue.db"
    running = system(simulator(databases=1), sinks=(f"sqlite:///{file}",))
    running.wait(running.producer.enqueue_catalog().run_id)
    for path in tmp_path.glob("glue.db*"):
        path.unlink()
    file.mkdir()
    running.kill_one()
    eventually(lambda: running.workers.restarts > 1)
    assert running.workers.failure is None
    file.rmdir()
    run = running.wait(running.producer.enqueue_catalog().run_id)
    assert run.state is RunState.SUCCEEDED
