"""A catalogue that changes between and during runs, and what the sinks call deleted."""

import random
import time
from collections import Counter
from typing import Any

from tests.chaos.case import case
from tests.chaos.stage import Failed, Stage, wait
from tests.chaos.stores import Database, check_manifests, compare
from tests.support.postgres import postgres_server
from tests.support.system import System

from glueline import RunState
from glueline.contract.messages import Options
from glueline_simulator import Simulator

PASSING = ["500", "reset", "truncate"]
TABLE = {"columns": {"id": "bigint"}, "location": "s3://lake/t/"}
SCRIPT = 'spark.read.parquet("s3://lake/t0").write.parquet("s3://lake/{}")'
QUERIES = {
    "database": "SELECT name FROM databases",
    "table": "SELECT database_name || '.' || name FROM tables",
    "job": "SELECT name FROM jobs",
    "lineage": "SELECT process FROM lineage",
}


class Catalogue:
    """What the simulator holds, and what was taken away for however short a time."""

    def __init__(self, dice: random.Random, databases: int, tables: int, jobs: int) -> None:
        """Names come from a fixed supply, so that what was deleted comes back at times."""
        self._dice = dice
        self._names = {
            "database": [f"db{number}" for number in range(databases * 2)],
            "table": [f"t{number}" for number in range(tables * 2)],
            "job": [f"job{number}" for number in range(jobs * 2)],
        }
        self.tables = {db: set(self._some("table")) for db in self._some("database")}
        self.jobs = set(self._some("job"))
        self.removed = set[str]()
        self.edits: Counter[str] = Counter()

    def definition(self) -> dict[str, Any]:
        """The form of a catalogue file."""
        return {
            "databases": {
                db: {"tables": dict.fromkeys(sorted(tables), TABLE)}
                for db, tables in self.tables.items()
            },
            "jobs": {job: {"script": SCRIPT.format(job)} for job in sorted(self.jobs)},
        }

    def things(self) -> set[str]:
        """All there is, as ``<kind> <name>``."""
        found = {f"database {db}" for db in self.tables} | {f"job {job}" for job in self.jobs}
        found |= {f"lineage job/{job}" for job in self.jobs}
        return found | {f"table {db}.{t}" for db, tables in self.tables.items() for t in tables}

    def edit(self, sim: Simulator) -> None:
        """Add or delete one thing, there and here."""
        before = self.things()
        (kind,) = self._dice.choices(["table", "job", "database"], [6, 3, 1])
        name = self._dice.choice(self._names[kind])
        getattr(self, f"_edit_{kind}")(sim, name)
        after = self.things()
        self.removed |= before - after
        self.edits[f"{kind} {'added' if after > before else 'deleted'}"] += 1

    def _edit_table(self, sim: Simulator, name: str) -> None:
        database = self._dice.choice(sorted(self.tables))
        if name in self.tables[database]:
            sim.delete_table(database, name)
        else:
            sim.add_table(database, name, **TABLE)
        self.tables[database] ^= {name}

    def _edit_job(self, sim: Simulator, name: str) -> None:
        if name in self.jobs:
            sim.delete_job(name)
        else:
            sim.add_job(name, script=SCRIPT.format(name))
        self.jobs ^= {name}

    def _edit_database(self, sim: Simulator, name: str) -> None:
        if name in self.tables:
            sim.delete_database(name)
            del self.tables[name]
        else:
            sim.add_database(name)
            self.tables[name] = set()

    def _some(self, kind: str) -> list[str]:
        return self._dice.sample(self._names[kind], len(self._names[kind]) // 2)


@case(
    full={"size": (30, 8, 40), "runs": 12, "edits": 15, "kills": 2, "faults": 0.05},
    short={"size": (6, 4, 6), "runs": 2, "edits": 5, "kills": 1, "faults": 0.05},
)
def changing_catalogue(
    stage: Stage,
    *,
    size: tuple[int, int, int],
    runs: int,
    edits: int,
    kills: int,
    faults: float,
) -> None:
    """What was there all the time is never marked deleted; a calm run in the end sets all right."""
    with postgres_server() as server:
        catalogue = Catalogue(stage.random, *size)
        sim = stage.simulator(catalogue=catalogue.definition(), fault_kinds=PASSING)
        stores = [Database(f"sqlite:///{stage.folder}/glue.db"), Database(server.create_database())]
        files = f"file://{stage.folder}/out?format=jsonl"
        system = stage.system(sim, sinks=(files, *(store.url for store in stores)))
        _calm(system)
        changes = Changes(stage, sim, system, catalogue, stores)
        for _ in range(runs):
            changes.troubled_run(edits, kills, faults)
        sim.configure(faults=0, latency=0)
        # What it keeps of the troubled runs is what one that reads all finds.
        kept = _calm(system, max_deletion_share=1)
        _compare(system, stores, catalogue, kept)
        compare("a full run", system.contents(kept), system.contents(_calm(system, full=True)))
        check_manifests(stage.folder / "out")
        stage.counts |= {"runs": runs, **catalogue.edits}
        stage.counts |= {"deleted": len(_deleted(stores[0])), "kills": system.workers.restarts}
        system.stop()


class Changes:
    """Runs during which things come and go, workers die, calls fail and are denied."""

    def __init__(
        self,
        stage: Stage,
        sim: Simulator,
        system: System,
        catalogue: Catalogue,
        stores: list[Database],
    ) -> None:
        self._stage = stage
        self._sim = sim
        self._system = system
        self._catalogue = catalogue
        self._stores = stores

    def troubled_run(self, edits: int, kills: int, faults: float) -> None:
        """One run, sometimes replayed; nothing is called deleted that was there all the time."""
        for _ in range(edits):
            self._catalogue.edit(self._sim)
        self._catalogue.removed.clear()
        there = self._catalogue.things()
        deleted = [_deleted(store) for store in self._stores]
        denied, empty = self._stage.random.sample(sorted(self._catalogue.tables), 2)
        job = self._stage.random.choice(sorted(self._catalogue.jobs))
        self._sim.configure(
            faults=faults,
            latency=0.1,
            deny=[f"GetTables:{denied}", f"GetJob:{job}"],
            hide=[f"{empty}.*"],
        )
        run_id = self._system.producer.enqueue_catalog().run_id
        self._meddle(edits, kills)
        run = wait(self._system, run_id, 120)
        self._said_why(run_id, there - self._catalogue.removed, denied)
        self._sim.configure(deny=[], hide=[])
        if run.state is RunState.PARTIAL and self._stage.random.random() < 0.5:
            self._system.producer.replay(run_id)
            wait(self._system, run_id, 120)
        kept = there - self._catalogue.removed
        for store, before in zip(self._stores, deleted, strict=True):
            if wrong := (_deleted(store) - before) & kept:
                raise Failed(f"{store.kind}: marked deleted, but there: {sorted(wrong)}")

    def _meddle(self, edits: int, kills: int) -> None:
        acts = [lambda: self._catalogue.edit(self._sim)] * edits
        acts += [lambda: self._stage.kill_a_worker(self._system)] * kills
        self._stage.random.shuffle(acts)
        for act in acts:
            time.sleep(self._stage.random.uniform(0, 0.1))
            act()

    def _said_why(self, run_id: str, kept: set[str], denied: str) -> None:
        failed = {failure.unit_id for failure in self._system.producer.failures(run_id)}
        if f"database {denied}" in kept and f"database/{denied}" not in failed:
            raise Failed(f"database {denied} was denied and the run does not say so: {failed}")


def _calm(system: System, **options: Any) -> str:
    """A run that nothing disturbs; its id."""
    run = system.wait(system.producer.enqueue_catalog(options=Options(**options)).run_id)
    if run.state is not RunState.SUCCEEDED:
        raise Failed(f"the calm run ended as {run.state}")
    return str(run.run_id)


def _compare(system: System, stores: list[Database], catalogue: Catalogue, run_id: str) -> None:
    records = system.contents(run_id)
    for store in stores:
        compare(store.kind, store.live(), records)
        if (found := _things(store, "IS NULL")) != catalogue.things():
            raise Failed(f"not as the catalogue: {sorted(found ^ catalogue.things())}")


def _deleted(store: Database) -> set[str]:
    return _things(store, "IS NOT NULL")


def _things(store: Database, deleted_at: str) -> set[str]:
    return {
        f"{kind} {name}"
        for kind, query in QUERIES.items()
        for (name,) in store.rows(f"{query} WHERE deleted_at {deleted_at}")
    }
