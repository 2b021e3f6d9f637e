"""Workers of one fleet that do not agree: on sinks, filters, and where a source is."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.chaos.case import case
from tests.chaos.stage import FAST_BROKER, Failed, Stage, wait
from tests.support.system import System

from glueline import Filters, Globs, RunState
from glueline.settings.sources import Source

TABLE = {"columns": {"id": "bigint"}, "location": "s3://lake/t/"}
DENIED = "db0"


def _catalogue(databases: int, tables: int) -> dict[str, Any]:
    names = [f"t{number}" for number in range(tables)]
    return {
        "databases": {f"db{n}": {"tables": dict.fromkeys(names, TABLE)} for n in range(databases)},
        "jobs": {},
    }


def _fleet(stage: Stage, name: str, source: Source, sink: Path) -> System:
    folder = stage.folder / name
    folder.mkdir()
    settings = stage.settings(sources={"prod": source}, sinks=(f"sqlite:///{sink}",))
    system = System(settings, source.endpoint_url or "", 1, folder, FAST_BROKER)
    system.start()
    stage.on_exit(system.stop)
    return system


def _ask(file: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


def _run(stage: Stage, system: System) -> str:
    run = wait(system, system.producer.enqueue_catalog("prod").run_id, 300)
    stage.add(run.state.value, 1)
    if run.state is not RunState.SUCCEEDED or run.counts.get("deleted"):
        raise Failed(f"a run ended as {run.state} with {run.counts}: {run.reason}")
    return run.run_id


@case(
    full={"databases": 100, "tables": 20, "runs": 12},
    short={"databases": 6, "tables": 4, "runs": 3},
)
def workers_with_different_settings(stage: Stage, databases: int, tables: int, runs: int) -> None:
    """Workers with other sinks and filters spoil no run: it has those that it began with."""
    sim = stage.simulator(catalogue=_catalogue(databases, tables), latency=0.02)
    wide = Source(endpoint_url=sim.url, region="eu-west-1")
    denied = Filters(databases=Globs(deny=(DENIED,)))
    narrow = wide.model_copy(update={"filters": denied})
    files = [stage.folder / "one.db", stage.folder / "two.db"]
    systems = [
        _fleet(stage, name, source, file)
        for name, source, file in zip(("a", "b"), (wide, narrow), files, strict=True)
    ]
    wanted = (databases * tables, (databases - 1) * tables)
    for _ in range(runs):
        run_id = _run(stage, stage.random.choice(systems))
        found = [_ask(it, f"SELECT state FROM runs WHERE run_id = '{run_id}'") for it in files]
        if sorted(found) != [[], [("succeeded",)]]:
            raise Failed(f"the run {run_id} stands in the sinks as {found}")
        at = found.index([("succeeded",)])
        live = "SELECT count(*) FROM tables WHERE deleted_at IS NULL"
        seen = _ask(files[at], f"{live} AND run_id = '{run_id}'")[0][0]
        if seen != wanted[at]:
            raise Failed(f"sink {at} has {seen} tables of the run {run_id}, not {wanted[at]}")
    stage.counts["deleted"] = sum(
        _ask(it, "SELECT count(*) FROM tables WHERE deleted_at IS NOT NULL")[0][0] for it in files
    )
    if stage.counts["deleted"]:
        raise Failed("tables were marked deleted")


@case(
    full={"databases": 100, "tables": 20, "runs": 12},
    short={"databases": 4, "tables": 4, "runs": 3},
)
def two_places_under_one_source(stage: Stage, databases: int, tables: int, runs: int) -> None:
    """A source that is one Region here and another there: each run reads one, and harms none."""
    file = stage.folder / "glue.db"
    regions = ("eu-west-1", "us-east-1")
    systems = [
        _fleet(
            stage,
            region,
            Source(
                endpoint_url=stage.simulator(
                    catalogue=_catalogue(databases, tables), region=region, latency=0.02
                ).url,
                region=region,
            ),
            file,
        )
        for region in regions
    ]
    for _ in range(runs):
        run_id = _run(stage, stage.random.choice(systems))
        places = _ask(file, f"SELECT DISTINCT region FROM tables WHERE run_id = '{run_id}'")
        if len(places) != 1:
            raise Failed(f"the run {run_id} read {places}")
        stage.add(f"read {places[0][0]}", 1)
    for region, live, gone in _ask(
        file, "SELECT region, count(*), count(deleted_at) FROM tables GROUP BY region"
    ):
        if (live, gone) != (databases * tables, 0):
            raise Failed(f"{region} has {live} tables, {gone} of them deleted")
