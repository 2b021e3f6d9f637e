"""Signals: workers that are told to stop, and Ctrl-C in the middle of a command."""

import json
import os
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
from tests.chaos.case import case
from tests.chaos.cases.processes import DOZENS, THOUSANDS
from tests.chaos.stage import QUICK, Failed, Stage, calm, events, is_over, verify
from tests.support.command import start
from tests.support.system import System, eventually

PATIENCE = 60.0
"""Seconds after which a process that was told to end counts as hanging, on a busy machine too."""
MARK = "CHAOS_MARK"
"""A variable that all processes of one command inherit."""
TABLES = {"databases": 6, "tables": 150, "jobs": 6, "columns": 4}


@case(
    full={"catalogue": THOUSANDS, "stops": 40, "workers": 4},
    short={"catalogue": DOZENS, "stops": 3, "workers": 2},
)
def stopped_workers(stage: Stage, catalogue: dict[str, Any], stops: int, workers: int) -> None:
    """Workers that are told to stop give their units back uncounted and end in time."""
    # One attempt: had an interrupted one counted, its unit would fail.
    _stop_again_and_again(stage, catalogue, (stops, workers), ("SIGTERM", "SIGINT"), attempts=1)


@case(
    full={"catalogue": THOUSANDS, "stops": 30, "workers": 4},
    short={"catalogue": DOZENS, "stops": 2, "workers": 2},
)
def quit_workers(stage: Stage, catalogue: dict[str, Any], stops: int, workers: int) -> None:
    """Workers that get SIGQUIT, or SIGINT twice, end at once and lose nothing."""
    _stop_again_and_again(
        stage, catalogue, (stops, workers), ("SIGQUIT", "SIGINT SIGINT"), attempts=20
    )


def _stop_again_and_again(
    stage: Stage,
    catalogue: dict[str, Any],
    size: tuple[int, int],
    names: tuple[str, ...],
    attempts: int,
) -> None:
    stops, workers = size
    sim = stage.simulator(**catalogue)
    system = stage.system(sim, workers, worker={"attempts": attempts})
    expected = calm(system)
    sim.configure(latency=0.5)
    run_id = system.producer.enqueue_catalog().run_id
    slowest = 0.0

    def stop() -> None:
        nonlocal slowest
        slowest = max(slowest, _stop_one(stage, system, stage.random.choice(names).split()))

    stage.disturb("stops", stops, stop, pause=(0.2, 0.8), over=is_over(system, run_id))
    sim.configure(latency=0)
    verify(stage, system, run_id, expected)
    stage.counts["slowest"] = f"{slowest:.1f} s of {QUICK['grace'] + 2:g}"
    stage.counts["given back"] = events(system, "unit.given_back", run_id)
    settled = events(system, "unit.settled", run_id)
    if settled > expected.settled + 1:  # and the finish
        raise Failed(f"{settled} units were settled, and {expected.settled} and a finish are all")
    if attempts == 1 and not stage.counts["given back"]:
        raise Failed("no worker was stopped in the middle of a unit")


def _stop_one(stage: Stage, system: System, names: list[str]) -> float:
    """Stop a worker that is at work; how many seconds it took to end."""
    pid = eventually(lambda: _at_work(stage, system), seconds=PATIENCE)
    begun = time.monotonic()
    for name in names:
        os.kill(pid, signal.Signals[name])
        time.sleep(0.1)
    eventually(lambda: pid not in system.workers.pids, seconds=PATIENCE)
    return time.monotonic() - begun


def _at_work(stage: Stage, system: System) -> int | None:
    """A worker that has taken units: before that, Python's own handlers would get the signal."""
    busy = [pid for pid in system.workers.pids if psutil.Process(pid).num_threads() > 6]
    return stage.random.choice(busy) if busy else None


@case(
    full={"times": 40, "latency": 0.3},
    short={"times": 3, "latency": 0.1},
)
def interrupted_commands(stage: Stage, times: int, latency: float) -> None:
    """Ctrl-C at any moment of ``run`` and ``demo``: exit code 130, no traceback, no process left."""
    sim = stage.simulator(**TABLES, latency=latency)
    commands = {
        "run": lambda out: ("run", "--endpoint-url", sim.url, "--sink", f"file://{out}/out"),
        "demo": lambda out: ("demo", "--output", str(out)),
    }
    lengths = {name: _uninterrupted(stage, words) for name, words in commands.items()}
    slowest = 0.0
    for number in range(times):
        name = stage.random.choice(list(commands))
        folder = stage.folder / f"{number}"
        process, mark = _start(commands[name](folder), folder)
        moment = stage.random.uniform(0, lengths[name])
        twice = stage.random.random() < 0.5
        time.sleep(moment)
        over = process.poll() is not None
        begun = time.monotonic()
        _interrupt(process, group=stage.random.random() < 0.5)
        if twice:
            time.sleep(stage.random.uniform(0, 0.5))
            _interrupt(process, group=True)
        said = _ended(process)
        slowest = max(slowest, time.monotonic() - begun)
        where = f"{name} after {moment:.2f} s{', twice' if twice else ''}"
        if over or process.returncode in (0, 3):
            stage.add("too late", 1)
        else:
            stage.add("interrupted twice" if twice else "interrupted", 1)
            _check_words(where, process.returncode, said)
        _check_traces(where, mark, folder)
    stage.counts["slowest"] = f"{slowest:.1f} s"


def _uninterrupted(stage: Stage, words: Any) -> float:
    """How long the command takes by itself."""
    folder = stage.folder / f"calm-{uuid4().hex}"
    process, _ = _start(words(folder), folder)
    begun = time.monotonic()
    said = _ended(process)
    if process.returncode not in (0, 3):
        raise Failed(f"the calm command ended with {process.returncode}: {said}")
    return time.monotonic() - begun


def _start(words: tuple[str, ...], folder: Path) -> tuple["subprocess.Popen[str]", str]:
    """Start a command and wait until it has begun: Python's own start shows its own traces."""
    mark = uuid4().hex
    temporary = folder / "tmp"
    temporary.mkdir(parents=True)
    process = start(*words, env={MARK: mark, "TMPDIR": str(temporary)})
    eventually(lambda: process.poll() is not None or _has_begun(process.pid), seconds=PATIENCE)
    return process, mark


def _has_begun(pid: int) -> bool:
    return "pydantic_core" in Path(f"/proc/{pid}/maps").read_text()


def _interrupt(process: "subprocess.Popen[str]", *, group: bool) -> None:
    try:
        (os.killpg if group else os.kill)(process.pid, signal.SIGINT)
    except ProcessLookupError:
        return


def _ended(process: "subprocess.Popen[str]") -> str:
    try:
        return "".join(process.communicate(timeout=PATIENCE))
    except subprocess.TimeoutExpired:
        process.kill()
        raise Failed(f"a command hangs: {''.join(process.communicate())}") from None


def _check_words(where: str, code: int, said: str) -> None:
    if code != 130:
        raise Failed(f"{where}: exit code {code}: {said}")
    if "Traceback" in said or "Error" in said or said.count("interrupted:") > 1:
        raise Failed(f"{where}: {said}")


def _check_traces(where: str, mark: str, folder: Path) -> None:
    """No process, no temporary file, and an output that is whole."""
    eventually(lambda: not _marked(mark), seconds=PATIENCE)
    if left := [path.name for path in (folder / "tmp").iterdir()]:
        raise Failed(f"{where}: left behind {left}")
    for database in folder.glob("*.db"):
        with sqlite3.connect(database) as connection:
            if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise Failed(f"{where}: {database} is broken")
    for manifest in folder.glob("*/runs/*.json"):
        root = manifest.parent.parent
        for thing in json.loads(manifest.read_text())["objects"]:
            if (root / thing["path"]).stat().st_size != thing["bytes"]:
                raise Failed(f"{where}: {thing['path']} is not what the manifest says")


def _marked(mark: str) -> list[int]:
    """Processes that the command started, by the variable that they inherit."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark:
                found.append(process.pid)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess, OSError):
            continue
    return found
