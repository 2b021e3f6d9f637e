"""``glueline worker --processes N``: one command, several workers, each restarted when it dies."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
from tests.support.command import start
from tests.support.system import eventually, variables

from glueline import Producer, RunState
from glueline.contract.runs import RunStatus
from glueline.settings.settings import Settings
from glueline_simulator import Simulator


def test_several_workers_run_and_stop_with_one_command(
    simulator: Callable[..., Simulator], settings: Settings, tmp_path: Path
) -> None:
    sim = simulator(databases=2, tables=5, jobs=0)
    log = tmp_path / "log"
    command = start(*("worker", "--processes", "2"), env=variables(settings, sim.url), log=log)
    try:
        parent = psutil.Process(command.pid)
        first, second = eventually(lambda: _pair(parent))
        os.kill(first.pid, signal.SIGKILL)
        again = eventually(lambda: _pair(parent) if not first.is_running() else None)
        assert second in again
        with Producer(settings) as producer:
            run_id = producer.enqueue_catalog().run_id
            run = eventually(lambda: _ended(producer.status(run_id)))
        assert run.state is RunState.SUCCEEDED
        command.send_signal(signal.SIGTERM)
        assert command.wait(timeout=60) == 0
        assert not [one for one in again if one.is_running()]
    finally:
        command.kill()
        command.wait()


def _pair(parent: psutil.Process) -> list[psutil.Process] | None:
    found = [one for one in parent.children() if one.status() != psutil.STATUS_ZOMBIE]
    return found if len(found) == 2 else None


def _ended(run: RunStatus) -> RunStatus | None:
    return run if run.state.is_final else None
