"""Ctrl-C, or worse: whatever a command started ends with it."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from tests.support.command import start
from tests.support.system import eventually

from glueline_simulator import Simulator

Started = Callable[..., "subprocess.Popen[str]"]

SAID = "interrupted: the run is cancelled, and its processes have ended"


@pytest.fixture
def started() -> Iterator[Started]:
    processes: list[subprocess.Popen[str]] = []

    def begin(*words: str) -> "subprocess.Popen[str]":
        processes.append(start(*words))
        return processes[-1]

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def slow(simulator: Callable[..., Simulator]) -> Simulator:
    return simulator(databases=4, tables=10_000, jobs=4, latency=0.5)


def test_an_interrupted_run_says_so_and_ends_all_its_processes(
    started: Started, slow: Simulator, tmp_path: Path
) -> None:
    run = started("run", "--endpoint-url", slow.url, "--sink", f"file://{tmp_path}/out")
    children = _children_at_work(run, slow)
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert err.splitlines()[-1] == SAID
    assert not _alive(children)
    assert not list((tmp_path / "out").glob("runs/*"))


def test_a_killed_run_leaves_no_process_behind(
    started: Started, slow: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLUELINE_WORKER__GRACE", "0.5")
    run = started("run", "--endpoint-url", slow.url, "--sink", "stdout:")
    children = _children_at_work(run, slow)
    run.kill()
    eventually(lambda: not _alive(children))


def _children_at_work(process: "subprocess.Popen[str]", sim: Simulator) -> list[psutil.Process]:
    eventually(lambda: "GetTables" in sim.stats()["operations"])
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) >= 3  # Redis and two workers
    return children


def _alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
