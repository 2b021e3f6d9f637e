"""Runs that get in each other's way, and workers that wake up too late."""

import hashlib
import json
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.chaos.case import case
from tests.chaos.cases.processes import DOZENS, THOUSANDS
from tests.chaos.index import check_index
from tests.chaos.stage import FULL, QUICK, Calm, Failed, Stage, calm, is_over, settled, verify, wait
from tests.support.system import System, eventually

from glueline import Filters, Globs, RunState, UsageError
from glueline.contract.messages import Options
from glueline.contract.runs import RunStatus
from glueline_simulator import Simulator

DATABASE, TABLE = "raw_sales_0000", "versioned"
STOPPED = (RunState.CANCELLED, RunState.SUPERSEDED)


@case(
    full={"catalogue": {"databases": 200, "tables": 20, "jobs": 100, "columns": 4}, "runs": 40},
    short={"catalogue": {"databases": 20, "tables": 20, "jobs": 10, "columns": 4}, "runs": 6},
)
def overlapping_runs(stage: Stage, catalogue: dict[str, Any], runs: int) -> None:
    """Of runs of one scope the newest wins; wider, narrower and cancelled ones spoil nothing."""
    sim, system = _system(stage, catalogue)
    expected = calm(system)
    sim.configure(latency=0.05)
    begun: list[str] = []
    for version in range(runs):
        _change(sim, version)
        begun.append(_begin(stage, system))
        time.sleep(stage.random.uniform(0, 0.7))
        if stage.random.random() < 0.2:
            system.producer.cancel(stage.random.choice(begun))
    # One that may take over what the others left, and one that reads all.
    begun.append(system.producer.enqueue_catalog().run_id)
    for run_id in begun:
        wait(system, run_id, 300)
    _verify(stage, system, begun[-1], expected)
    begun.append(system.producer.enqueue_catalog(options=FULL).run_id)
    _verify(stage, system, begun[-1], expected)
    # A run that was stopped still had its ``finish`` to do then.
    ended = [system.producer.status(run_id) for run_id in begun]
    stage.counts |= {state.value: 0 for state in STOPPED}
    for run in ended:
        stage.add(run.state.value, 1)
        _check_end(run, ended)
    _check_objects(system, {run.run_id for run in ended if run.state not in STOPPED})
    _check_rows(system, ended[-1], f"v{runs - 1}")


@case(
    full={"catalogue": THOUSANDS, "pauses": (4.0, 20.0, 120.0), "workers": 3},
    short={"catalogue": DOZENS, "pauses": (4.0,), "workers": 2},
)
def paused_workers(
    stage: Stage, catalogue: dict[str, Any], pauses: tuple[float, ...], workers: int
) -> None:
    """A worker that wakes up after its lease replaces nothing, of its own run or of a newer one."""
    sim, system = _system(stage, catalogue, workers)
    expected = calm(system)
    for version, seconds in enumerate(pauses):
        _change(sim, 2 * version)
        sim.configure(latency=0.2)
        older = system.producer.enqueue_catalog().run_id
        eventually(lambda: settled(system, older) > 3)  # noqa: B023 - called at once
        pid = stage.random.choice(eventually(lambda: system.workers.pids))
        os.kill(pid, signal.SIGSTOP)
        _change(sim, 2 * version + 1)
        superseded = stage.random.random() < 0.5
        options = FULL if stage.random.random() < 0.5 else None
        newer = _catalog(system, options) if superseded else older
        sim.configure(latency=0)
        # By then the run is over, unless the worker was stopped while it held SQLite's lock.
        time.sleep(seconds)
        stage.add("over before the end of the pause", int(is_over(system, newer)()))
        os.kill(pid, signal.SIGCONT)
        run = wait(system, newer, 300)
        stage.add("pauses of a superseded run" if superseded else "pauses", 1)
        _awake(system, pid)
        _verify(stage, system, newer, expected)
        kept = set(_manifests(system))
        if superseded and older in kept:
            raise Failed(f"the superseded run {older} has a manifest")
        _check_objects(system, kept)
        _check_rows(system, run, f"v{2 * version + 1}" if superseded else None)


@case(
    full={"catalogue": {"databases": 100, "tables": 20, "jobs": 50, "columns": 4}, "rounds": 12},
    short={"catalogue": {"databases": 10, "tables": 20, "jobs": 5, "columns": 4}, "rounds": 2},
)
def replays_beside_newer_runs(stage: Stage, catalogue: dict[str, Any], rounds: int) -> None:
    """A replay is refused once a newer run of the scope exists, and a newer run ends a replay."""
    sim, system = _system(stage, catalogue)
    expected = calm(system)
    for _ in range(rounds):
        sim.configure(deny=[f"GetTables:{DATABASE}"], latency=0)
        older = system.producer.enqueue_catalog().run_id
        if (run := wait(system, older, 120)).state is not RunState.PARTIAL:
            raise Failed(f"the run with a denied database is {run.state}")
        sim.configure(deny=[], latency=0.3)
        replayed_first = stage.random.random() < 0.5
        if replayed_first:
            system.producer.replay(older)
            time.sleep(stage.random.uniform(0, 0.3))
        newer = _catalog(system, FULL if stage.random.random() < 0.5 else None)
        time.sleep(stage.random.uniform(0, 0.3))
        if is_over(system, older)():
            _refuse(system, older)
        sim.configure(latency=0)
        verify(stage, system, newer, _as_read(system, newer, expected))
        state = wait(system, older, 60).state
        allowed = {RunState.SUPERSEDED, RunState.SUCCEEDED} if replayed_first else {run.state}
        if state not in allowed:
            raise Failed(f"the older run is {state}, replayed: {replayed_first}")
        stage.add(f"older {state.value}", 1)
        _check_objects(system, set(_manifests(system)))
        _check_rows(system, wait(system, newer, 1), None)


def _refuse(system: System, run_id: str) -> None:
    try:
        system.producer.replay(run_id)
    except UsageError:
        return
    raise Failed("a run was replayed beside a newer one of its scope")


def _system(stage: Stage, catalogue: dict[str, Any], workers: int = 2) -> tuple[Simulator, System]:
    sim = stage.simulator(**catalogue)
    folder = stage.folder
    sinks = (f"file://{folder}/out?format=jsonl", f"sqlite:///{folder}/glueline.db")
    return sim, stage.system(sim, workers, sinks=sinks)


def _begin(stage: Stage, system: System) -> str:
    """A run of the catalogue, of a database in it, or of some databases."""
    producer = system.producer
    match stage.random.randrange(4):
        case 0:
            return producer.enqueue_database(DATABASE).run_id
        case 1:
            some = Filters(databases=Globs(allow=("raw_*",)))
            return producer.enqueue_catalog(filters=some).run_id
        case _:
            return producer.enqueue_catalog().run_id


def _change(sim: Simulator, version: int) -> None:
    """The catalogue of now differs from what an older run may have read."""
    sim.add_table(DATABASE, TABLE, columns={f"v{version}": "string"})


def _catalog(system: System, options: Options | None) -> str:
    return system.producer.enqueue_catalog(options=options or Options()).run_id


def _verify(stage: Stage, system: System, run_id: str, expected: Calm) -> None:
    """As ``verify``; the new table makes one record more, in the database and in the catalogue."""
    measure = _as_read(system, run_id, expected)
    verify(stage, system, run_id, _with_table(system, measure, run_id))


def _as_read(system: System, run_id: str, expected: Calm) -> Calm:
    """A run that may take over what others left needs no units for jobs that it keeps."""
    run = wait(system, run_id, 300)
    jobs = sum(json.loads(text)["kind"] == "job" for text in expected.records)
    is_less = expected.settled - jobs <= run.settled_units <= expected.settled
    if run.request.options.full or not is_less:
        return expected
    return Calm(run.settled_units, expected.records)


def _with_table(system: System, expected: Calm, run_id: str) -> Calm:
    """What the calm run found and the table that came later, as this run found it."""
    of_table = [
        text
        for text in system.contents(run_id)
        if json.loads(text).get("name") == TABLE and json.loads(text)["kind"] == "table"
    ]
    if len(of_table) != 1:
        raise Failed(f"the changed table has {len(of_table)} records")
    return Calm(expected.settled, sorted([*expected.records, *of_table]))


def _check_end(run: RunStatus, all_runs: list[RunStatus]) -> None:
    """A run succeeds, or was cancelled, or a newer one of its scope took over."""
    newer = any(
        other.generation > run.generation
        and other.request.scope == run.request.scope
        and other.request.filters == run.request.filters
        for other in all_runs
    )
    allowed = {RunState.SUCCEEDED, RunState.CANCELLED, *([RunState.SUPERSEDED] if newer else [])}
    if run.state not in allowed or run.open_units or run.failed_units:
        raise Failed(f"a run ended as {run}")


def _manifests(system: System) -> Iterator[str]:
    return (path.stem for path in (system.folder / "out" / "runs").glob("*.json"))


def _check_objects(system: System, runs: set[str]) -> None:
    """There is a manifest for each of these runs, and just what the manifests say."""
    root = system.folder / "out"
    if (found := set(_manifests(system))) - runs or len(found) != len(runs):
        raise Failed(f"there are manifests of {sorted(found)}, not of {sorted(runs)}")
    listed = set[Path]()
    for run_id in runs:
        for thing in json.loads((root / "runs" / f"{run_id}.json").read_text())["objects"]:
            path = root / thing["path"]
            listed.add(path)
            if hashlib.sha256(path.read_bytes()).hexdigest() != thing["sha256"]:
                raise Failed(f"{thing['path']} is not what the manifest says")
    found_files = {path for path in root.rglob("*") if path.is_file()}
    if left := found_files - listed - set((root / "runs").glob("*.json")) - check_index(root):
        raise Failed(f"{len(left)} files belong to no run, such as {sorted(left)[:3]}")


def _check_rows(system: System, newest: RunStatus, column: str | None) -> None:
    """Every row is of the newest run, and the changed table looks as it does now."""
    with closing(sqlite3.connect(system.folder / "glueline.db")) as connection:
        for table in ("databases", "tables", "jobs"):
            query = f"SELECT count(*) FROM {table} WHERE run_id <> ? OR deleted_at IS NOT NULL"
            (others,) = connection.execute(query, (newest.run_id,)).fetchone()
            if others:
                raise Failed(f"{others} rows of {table} are not of the newest run")
        if column is None:
            return
        query = "SELECT record FROM tables WHERE name = ?"
        (record,) = connection.execute(query, (TABLE,)).fetchone()
        if column not in record:
            raise Failed(f"the newest column {column} is not in {record[:300]}")


def _awake(system: System, pid: int) -> None:
    """Let a worker go on, or end, that lost all it held while it was paused."""
    deadline = time.monotonic() + QUICK["lease"]
    while pid in system.workers.pids and time.monotonic() < deadline:
        time.sleep(0.1)
