"""A catalogue that changes while it is read, and listings that never end."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.chaos.case import case
from tests.chaos.cases.aws import HUNDREDS, PRODUCTION
from tests.chaos.cases.processes import DOZENS
from tests.chaos.partial import (
    Records,
    by_unit,
    called,
    calm_by_unit,
    must,
    names,
    partly,
    replayed,
    say,
    sentences,
)
from tests.chaos.stage import Stage, settled, wait
from tests.support.system import System, eventually

from glueline import RunState
from glueline.contract.messages import Options
from glueline_simulator import Simulator

ALL = Options(partitions="all", full=True)
INCREMENTAL = Options(partitions="all")
CREATED = "created-after-{}"


@case(
    full={"databases": 100, "jobs": 200, "workers": 3, "gone": 20},
    short={"databases": 20, "jobs": 20, "workers": 1, "gone": 2},
)
def deleted_between_listing_and_reading(
    stage: Stage, databases: int, jobs: int, workers: int, gone: int
) -> None:
    """What is deleted or created between listing and reading fails no unit and hides nothing."""
    sim = stage.simulator(databases=databases, tables=8, jobs=jobs, columns=4, partitions=3)
    system = stage.system(sim, workers, worker={**PRODUCTION, "concurrency": 300})
    # GetJobs lists the jobs with their definitions, ListJobs with their names alone.
    for listing, denied in {"ListJobs": "GetJobs", "GetJobs": "ListJobs"}.items():
        sim.configure(deny=[denied])
        _delete_in_between(stage, sim, system, gone, CREATED.format(listing))


def _delete_in_between(stage: Stage, sim: Simulator, system: System, gone: int, new: str) -> None:
    before, calm = calm_by_unit(system, ALL)
    databases = len(before["databases"])
    lost = {f"database/{name}" for name in stage.random.sample(names(before, "database"), gone)}
    lost |= {f"job/{name}" for name in stage.random.sample(names(before, "job"), gone)}
    held = [n for n in names(before, "partitions") if f"database/{n.split('/')[0]}" not in lost]
    tables = stage.random.sample(held, gone)

    sim.configure(hold=["GetTables", "GetJob", "GetPartitions"])
    run_id = system.producer.enqueue_catalog(options=INCREMENTAL).run_id
    eventually(lambda: settled(system, run_id) == len(("databases", "jobs")))
    for kind, _, name in (unit.partition("/") for unit in lost):
        sim.delete_database(name) if kind == "database" else sim.delete_job(name)
    sim.add_job(new, script="print(1)")
    sim.configure(hold=["GetJob", "GetPartitions"])
    eventually(lambda: settled(system, run_id) == 2 + databases)
    for name in tables:
        sim.delete_table(*name.split("/"))
    sim.configure(hold=[])

    run = wait(system, run_id, 120)
    found, warnings = by_unit(system, run_id), system.producer.warnings(run_id)
    system.calm_down(60)
    must(run.state is RunState.SUCCEEDED, f"the run ended as {run.state}")
    told = {warning for warning in warnings if "was deleted while it was read" in warning}
    must(len(told) == 3 * gone, f"{len(told)} deletions were told: {sorted(told)[:3]}")
    # Jobs were read last: what they say of columns is what a run says now.
    after, _ = calm_by_unit(system, ALL)
    lost |= {f"partitions/{name}" for name in tables}
    wanted = {
        unit: after[unit] if unit.startswith("job/") else records
        for unit, records in before.items()
        if unit not in lost and not is_partition_of(unit, lost)
    }
    must(found == wanted, f"units that differ: {differing(found, wanted)}")
    must(f"job/{new}" in after, "the job was not created")
    stage.add("units", run.settled_units)
    stage.add("deleted", 3 * gone)
    stage.add("calm units", calm.settled)


@case(
    full={"catalogue": HUNDREDS, "workers": 3, "loops": ["same", "page", "empty"]},
    short={"catalogue": DOZENS, "workers": 1, "loops": ["same", "page"]},
)
def listings_that_never_end(
    stage: Stage, catalogue: dict[str, Any], workers: int, loops: list[str]
) -> None:
    """An endless listing is noticed and fails alone, and nothing is taken for deleted."""
    sim = stage.simulator(**catalogue)
    file = stage.folder / "glue.db"
    sinks = (f"file://{stage.folder}/out?format=jsonl", f"sqlite:///{file}")
    # Each attempt at an endless listing ends as the one before.
    worker = {"attempts": 2, "page_budget": 1000}
    system = stage.system(sim, workers, sinks=sinks, worker=worker)
    whole, expected = calm_by_unit(system)
    endless = dict(
        zip(stage.random.sample(names(whole, "database"), len(loops)), loops, strict=True)
    )
    sim.reset()
    sim.configure(endless=[*(f"GetTables:{name}={loop}" for name, loop in endless.items())])
    run_id = system.producer.enqueue_catalog().run_id
    failed = partly(system, run_id, without_empty(whole, endless))
    must({unit.split("/")[1] for unit in failed} == endless.keys(), f"these failed: {failed}")
    say(sentences(system, run_id, sim), "EndlessListing", "the listing never ends: ", "; look for")
    must(not deleted(file), "rows were marked deleted")
    stage.counts["calls"] = called(sim, "GetTables")
    sim.configure(endless=[])
    units = system.producer.status(run_id).units
    expected = type(expected)(max(units, expected.settled), expected.records)
    replayed(stage, system, run_id, expected)


def is_partition_of(unit: str, lost: set[str]) -> bool:
    """Whether the unit is about the partitions of a database that is lost."""
    return unit.startswith("partitions/") and f"database/{unit.split('/')[1]}" in lost


def differing(found: Records, wanted: Records) -> list[str]:
    """The units whose records are not the same."""
    units = sorted(found.keys() | wanted.keys())
    return [unit for unit in units if found.get(unit) != wanted.get(unit)][:5]


def without_empty(whole: Records, endless: dict[str, str]) -> Records:
    """What can be found; an endless row of empty pages takes more than one unit to notice."""
    empty = {f"database/{name}" for name, loop in endless.items() if loop == "empty"}
    return {unit: records for unit, records in whole.items() if unit not in empty}


def deleted(file: Path) -> int:
    """Tables that the SQLite sink takes for deleted."""
    with closing(sqlite3.connect(file)) as connection:
        query = "SELECT count(*) FROM tables WHERE deleted_at IS NOT NULL"
        return int(connection.execute(query).fetchone()[0])
