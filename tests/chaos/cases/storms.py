"""Runs of one scope that are asked for faster than they end."""

import threading
import time
from typing import Any

from tests.chaos.case import case
from tests.chaos.stage import FULL, Calm, Failed, Stage, calm, verify, wait
from tests.support.system import System

from glueline import Producer, RunState
from glueline.contract.errors import GluelineError
from glueline.contract.runs import RunStatus
from glueline_simulator import Simulator

DATABASE, TABLE = "raw_sales_0000", "versioned"
WAITING = "waits for the end of run "
PATIENCE = 600


class Storm:
    """Producers that ask for the same catalogue again and again, each in a thread of its own."""

    def __init__(self, system: System, producers: int, pause: float) -> None:
        self._settings = system.settings
        self._pause = pause
        self._is_over = threading.Event()
        self._threads = [
            threading.Thread(target=self._ask, daemon=True, args=(number,))
            for number in range(producers)
        ]
        self.accepted: list[str] = []
        self.refused: list[str] = []

    def begin(self) -> None:
        """Start asking."""
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Ask for nothing more."""
        self._is_over.set()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _ask(self, number: int) -> None:
        with Producer(self._settings) as producer:
            while not self._is_over.wait(self._pause * (1 + number / 10)):
                try:
                    self.accepted.append(producer.enqueue_catalog(options=FULL).run_id)
                except GluelineError as error:
                    self.refused.append(str(error))


@case(
    full={
        "catalogue": {"databases": 200, "tables": 8, "jobs": 100, "columns": 4},
        "producers": 8,
        "published": 6,
        "kills": 20,
        "workers": 3,
        "pause": 2.0,
    },
    short={
        "catalogue": {"databases": 12, "tables": 4, "jobs": 6, "columns": 4},
        "producers": 3,
        "published": 2,
        "kills": 2,
        "workers": 2,
        "pause": 0.2,
    },
)
def runs_asked_for_faster_than_they_end(
    stage: Stage,
    *,
    catalogue: dict[str, Any],
    producers: int,
    published: int,
    kills: int,
    workers: int,
    pause: float,
) -> None:
    """Of runs of one scope asked for without end one after the other publishes, and one waits."""
    sim = stage.simulator(**catalogue)
    system = stage.system(sim, workers)
    expected = calm(system, FULL)
    # Slow enough that no run can end before the next is asked for.
    sim.configure(latency=0.15)
    storm = Storm(system, producers, pause)
    storm.begin()
    try:
        _watch(stage, system, published, kills)
    finally:
        storm.end()
    if storm.refused:
        raise Failed(f"{len(storm.refused)} requests were refused: {storm.refused[0]}")
    _see_the_newest(stage, sim, system, expected)
    _check_ends(stage, system, storm.accepted)


def _watch(stage: Stage, system: System, published: int, kills: int) -> None:
    """Look until so many runs have published; kill workers meanwhile."""
    root = system.folder / "out" / "runs"
    deadline = time.monotonic() + PATIENCE
    killed = 0
    while (done := len(list(root.glob("*.json")))) < published or killed < kills:
        if time.monotonic() > deadline:
            raise Failed(f"{done} runs were published in {PATIENCE} s")
        _check_going(system.producer.runs(1000))
        if killed < kills and stage.random.random() < 0.3:
            stage.kill_a_worker(system)
            killed += 1
        time.sleep(stage.random.uniform(0.1, 0.6))
    stage.counts |= {"published in the storm": done, "kills": killed}


def _check_going(runs: Any) -> None:
    """One run goes on, and one at the most waits for it."""
    going = [run for run in runs if run.state is RunState.RUNNING]
    waiting = [run for run in going if (run.reason or "").startswith(WAITING)]
    if len(waiting) > 1 or len(going) > 2:
        raise Failed(f"{len(going)} runs go on, {len(waiting)} of them wait")


def _see_the_newest(stage: Stage, sim: Simulator, system: System, expected: Calm) -> None:
    """What changed in the storm is in the run that was asked for last."""
    sim.add_table(DATABASE, TABLE, columns={"newest": "string"})
    last = system.producer.enqueue_catalog(options=FULL).run_id
    sim.configure(latency=0)
    wait(system, last, PATIENCE)
    records = system.contents(last)
    (newest,) = [text for text in records if f'"name": "{TABLE}"' in text and "newest" in text]
    verify(stage, system, last, Calm(expected.settled, sorted([*expected.records, newest])))


def _check_ends(stage: Stage, system: System, runs: list[str]) -> None:
    """Each run succeeded and has a manifest, or was superseded and left nothing."""
    ends: list[RunStatus] = [wait(system, run_id, PATIENCE) for run_id in runs]
    root = system.folder / "out"
    for run in ends:
        stage.add(run.state.value, 1)
        has_manifest = (root / "runs" / f"{run.run_id}.json").exists()
        is_right = run.state in (RunState.SUCCEEDED, RunState.SUPERSEDED)
        if not is_right or has_manifest != (run.state is RunState.SUCCEEDED):
            raise Failed(f"a run is {run.state}, with a manifest: {has_manifest}: {run}")
        if run.state is RunState.SUPERSEDED and list(root.glob(f"*/run={run.run_id}")):
            raise Failed(f"the superseded run {run.run_id} left files")
    stage.counts["asked for"] = len(runs)
