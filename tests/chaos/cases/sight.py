"""Things that look deleted and are not: a database that lost commits, a role that lost its sight."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.chaos.case import case
from tests.chaos.cases.sinks import FEW, MANY
from tests.chaos.stage import FULL, Failed, Stage, calm, is_over, settled, wait
from tests.chaos.stores import Database, compare
from tests.support.system import System, eventually

from glueline import RunState
from glueline.contract.runs import RunStatus

TABLE = {"columns": {"id": "bigint"}}


@case(
    full={"catalogue": MANY, "times": 5, "latency": 0.2},
    short={"catalogue": FEW, "times": 1, "latency": 0.2},
)
def a_database_that_loses_commits(
    stage: Stage, *, catalogue: dict[str, Any], times: int, latency: float
) -> None:
    """A database that is restored during a run loses no row to it, and the run says what is lost."""
    file, backup = stage.folder / "glue.db", stage.folder / "backup.db"
    database = Database(f"sqlite:///{file}")
    sim = stage.simulator(**catalogue)
    files = f"file://{stage.folder}/out?format=jsonl"
    system = stage.system(sim, sinks=(files, database.url))
    expected = calm(system, FULL)
    for _ in range(times):
        sim.configure(latency=latency)
        run_id = system.producer.enqueue_catalog(options=FULL).run_id
        _wait_for_some(system, run_id, expected.settled * stage.random.uniform(0, 0.4))
        _copy(file, backup)
        _wait_for_some(system, run_id, expected.settled * stage.random.uniform(0.5, 0.8))
        _copy(backup, file)
        sim.configure(latency=0)
        run = wait(system, run_id, 300)
        if run.state is not RunState.PARTIAL or "has lost" not in f"{run.reason}":
            raise Failed(f"the run is {run.state}: {run.reason}")
        if run.counts.get("deleted"):
            raise Failed(f"{run.counts['deleted']} rows were marked deleted")
        compare("after the loss", database.live(), expected.records)
    _succeed(system)
    compare("in the end", database.live(), expected.records)
    stage.counts |= {"losses": times, "records": len(expected.records)}


def _wait_for_some(system: System, run_id: str, units: float) -> None:
    over = is_over(system, run_id)
    eventually(lambda: settled(system, run_id) > units or over(), 300)


def _copy(source: Path, target: Path) -> None:
    """Copy a database into another while both may be in use, as a restore does."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        new.execute("PRAGMA busy_timeout = 30000")
        old.backup(new)


@case(
    full={"databases": 40, "tables": 20, "jobs": 40, "rounds": 10},
    short={"databases": 5, "tables": 4, "jobs": 4, "rounds": 2},
)
def half_of_the_sight_lost(
    stage: Stage, *, databases: int, tables: int, jobs: int, rounds: int
) -> None:
    """A role that no longer sees half of each database, or half of them, deletes nothing."""
    names = [f"t{number}" for number in range(tables)]
    system_catalogue = {
        "databases": {
            f"d{number}": {"tables": dict.fromkeys(names, TABLE)} for number in range(databases)
        },
        "jobs": {f"job{number}": {} for number in range(jobs)},
    }
    sim = stage.simulator(catalogue=system_catalogue)
    database = Database(f"sqlite:///{stage.folder}/glue.db")
    system = stage.system(sim, sinks=(database.url,))
    _succeed(system)
    expected = database.live()
    for _ in range(rounds):
        half = stage.random.sample(names, -(-tables // 2))
        some = stage.random.sample(range(databases), -(-databases // 2))
        for hidden in ([f"*.{name}" for name in half], [f"d{number}" for number in some]):
            sim.configure(hide=hidden)
            run = _succeed(system)
            if run.counts.get("deleted"):
                raise Failed(f"{run.counts['deleted']} rows were marked deleted: {hidden}")
            if not system.producer.warnings(run.run_id):
                raise Failed(f"nothing was said of {hidden}")
            compare("live", database.live(), expected)
        sim.configure(hide=[])
        _succeed(system)
    stage.counts |= {"rounds": rounds, "records": len(expected)}


def _succeed(system: System) -> RunStatus:
    run = system.wait(system.producer.enqueue_catalog().run_id, 300)
    if run.state is not RunState.SUCCEEDED:
        raise Failed(f"the run is {run.state}: {run.reason}")
    found: RunStatus = run
    return found
