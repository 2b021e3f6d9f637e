"""Files and SQLite in trouble, and workers that die while they write and commit."""

import sqlite3
import time
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

from tests.chaos.case import case
from tests.chaos.stage import (
    FULL,
    Calm,
    Failed,
    Stage,
    calm,
    events,
    is_over,
    settled,
    verify,
    wait,
)
from tests.chaos.stores import Database, Trouble, check_manifests, compare
from tests.support.system import System, eventually

from glueline import RunState
from glueline_simulator import Simulator

MANY = {"databases": 800, "tables": 8, "jobs": 600, "columns": 4}
"""1,403 units."""
FEW = {"databases": 30, "tables": 6, "jobs": 20, "columns": 4}
PATIENCE = 0.5
"""Seconds that a worker waits for SQLite's lock, instead of thirty."""
STORING = ("before-append", "after-append", "in-upsert", "after-upsert")
COMMITTING = ("before-object", "after-object", "before-manifest", "after-manifest")
COMMITTING += ("before-index", "after-index", "before-newest", "after-newest")
COMMITTING += ("in-commit", "before-ledger")
LIMIT = 50_000
"""Bytes: more than any object of JSON Lines has, less than the databases."""


class Scene:
    """One system that writes to files and to SQLite at once, and what it wrote undisturbed."""

    def __init__(
        self,
        stage: Stage,
        catalogue: dict[str, Any],
        *,
        latency: float,
        patience: float = 30,
        **worker: Any,
    ) -> None:
        self.stage = stage
        self.trouble = Trouble(stage)
        self.file = stage.folder / "glue.db"
        self.root = stage.folder / "out"
        self.database = Database(f"sqlite:///{self.file}")
        self.sim: Simulator = stage.simulator(**catalogue)
        self.system: System = stage.system(
            self.sim,
            env=self.trouble.hooks(visibility_timeout=4, sqlite_patience=patience),
            sinks=(f"file://{self.root}?format=jsonl", self.database.url),
            worker=worker,
        )
        self.expected: Calm = calm(self.system, FULL)
        self.sim.configure(latency=latency)

    def begin(self) -> str:
        """Enqueue a run and come back when some of its units are settled."""
        run_id = self.system.producer.enqueue_catalog(options=FULL).run_id
        some = self.stage.random.uniform(0.1, 0.4) * self.expected.settled
        eventually(lambda: settled(self.system, run_id) > some, 120)
        return run_id

    def verify(self, run_id: str, *, replays: int = 0) -> None:
        """The run is in both sinks as if nothing had happened."""
        self.sim.configure(latency=0)
        verify(self.stage, self.system, run_id, self.expected, replays=replays)
        compare("SQLite", self.database.written_by(run_id), self.expected.records)
        if (state := self.database.state_of(run_id)) != "succeeded":
            raise Failed(f"the database says that the run is {state}")
        check_manifests(self.root)

    def fail_and_replay(self, trouble: AbstractContextManager[None], said: str) -> None:
        """From some moment to the run's end nothing can be stored; later all of it can."""
        run_id = self.begin()
        with trouble:
            run = wait(self.system, run_id, 300)
        if run.state is not RunState.FAILED or said not in f"{run.reason}":
            raise Failed(f"the run is {run.state}: {run.reason}")
        failures = self.system.producer.failures(run_id)
        others = [failure.message for failure in failures if said not in failure.message]
        if others or not failures:
            raise Failed(f"failures that do not say {said!r}: {others[:3]}")
        self.stage.counts["failed"] = len(failures)
        self.system.producer.replay(run_id)
        self.verify(run_id, replays=1)


@case(
    full={"catalogue": MANY, "locks": 20, "latency": 0.3},
    short={"catalogue": FEW, "locks": 2, "latency": 0.3},
)
def locked_sqlite(stage: Stage, catalogue: dict[str, Any], locks: int, latency: float) -> None:
    """Another process that locks SQLite's file, for long or short, costs time and no record."""
    scene = Scene(stage, catalogue, latency=latency, patience=PATIENCE)
    holds = cycle([PATIENCE * 4, PATIENCE / 3])
    with stage.unfinished(scene.sim):
        run_id = scene.begin()
        stage.disturb(
            "locks",
            locks,
            lambda: _lock(scene, next(holds)),
            pause=(0, 0.5),
            over=is_over(scene.system, run_id),
        )
    scene.verify(run_id)


def _lock(scene: Scene, seconds: float) -> None:
    """Lock the file for some seconds, and the first time until a unit has met the lock."""
    with closing(sqlite3.connect(scene.file, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        eventually(lambda: events(scene.system, "unit.retry", text="database is locked"))


@case(full={"catalogue": MANY, "latency": 0.3}, short={"catalogue": FEW, "latency": 0.3})
def replaced_sqlite(stage: Stage, catalogue: dict[str, Any], latency: float) -> None:
    """A run whose SQLite file was taken away says so, and the next run has all of it."""
    scene = Scene(stage, catalogue, latency=latency)
    run_id = scene.begin()
    for path in stage.folder.glob("glue.db*"):
        path.unlink()
    run = wait(scene.system, run_id, 300)
    if run.state is not RunState.FAILED or "deleted or replaced" not in f"{run.reason}":
        raise Failed(f"the run is {run.state}: {run.reason}")
    compare("the files", scene.system.contents(run_id), scene.expected.records)
    stage.counts["units lost"] = run.settled_units
    # What the files still hold and the new SQLite file does not is read again.
    next_id = scene.system.producer.enqueue_catalog().run_id
    units = wait(scene.system, next_id, 300).settled_units
    scene.expected = Calm(units, scene.expected.records)
    scene.verify(next_id)
    scene.expected = Calm(run.settled_units, scene.expected.records)
    scene.verify(scene.system.producer.enqueue_catalog(options=FULL).run_id)


@case(full={"catalogue": MANY, "latency": 0.2}, short={"catalogue": FEW, "latency": 0.2})
def full_disk(stage: Stage, catalogue: dict[str, Any], latency: float) -> None:
    """A full disk ends a run as failed; with room again, a replay completes it."""
    scene = Scene(stage, catalogue, latency=latency, attempts=2)
    scene.fail_and_replay(scene.trouble.on("no-space"), "No space left on device")


@case(full={"catalogue": MANY, "latency": 0.2}, short={"catalogue": FEW, "latency": 0.2})
def full_database(stage: Stage, catalogue: dict[str, Any], latency: float) -> None:
    """A database file that cannot grow ends a run as failed; a replay completes it."""
    scene = Scene(stage, catalogue, latency=latency, attempts=2)
    scene.fail_and_replay(scene.trouble.on("file-limit", str(LIMIT)), "disk")


@case(full={"catalogue": MANY, "latency": 0.2}, short={"catalogue": FEW, "latency": 0.2})
def vanished_folder(stage: Stage, catalogue: dict[str, Any], latency: float) -> None:
    """A folder that is gone ends a run as failed; when it is back, a replay completes it."""
    scene = Scene(stage, catalogue, latency=latency, attempts=2)
    scene.fail_and_replay(_away(scene.root), "cannot write to file:")


@contextmanager
def _away(root: Path) -> Any:
    elsewhere = root.with_name("elsewhere")
    root.rename(elsewhere)
    root.touch()
    yield
    root.unlink()
    elsewhere.rename(root)


@case(
    full={"catalogue": MANY, "kills": 10, "runs": 4, "latency": 0.1},
    short={"catalogue": FEW, "kills": 1, "runs": 1, "latency": 0.1},
)
def killed_while_committing(
    stage: Stage, catalogue: dict[str, Any], kills: int, runs: int, latency: float
) -> None:
    """``kill -9`` between any two steps of storing and committing leaves each thing once."""
    scene = Scene(stage, catalogue, latency=latency)
    for _ in range(runs):
        scene.sim.configure(latency=latency)
        for point in COMMITTING:
            if stage.full or stage.random.random() < 0.5:  # each costs a lease
                scene.trouble.arm(point)
        run_id = scene.system.producer.enqueue_catalog(options=FULL).run_id
        for point in stage.random.choices(STORING, k=kills):
            scene.trouble.arm(point)
            _come_to(scene, point)
        scene.verify(run_id)
        if scene.trouble.armed:
            raise Failed(f"no worker came to {scene.trouble.armed}")
    stage.counts["kills"] = scene.system.workers.restarts
    if (manifests := check_manifests(scene.root)) != runs:
        raise Failed(f"{manifests} manifests")


def _come_to(scene: Scene, point: str) -> None:
    eventually(lambda: f"die-{point}" not in scene.trouble.armed, 120)
