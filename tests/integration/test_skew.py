"""One database that holds nearly all tables, listed in ranges of names by several workers."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.support.system import System

from glueline import RunState
from glueline_simulator import Simulator

ODD = ("große_tabelle", "a.b", "x/y", "(z)", "-minus", "~tilde", "名前", "two words", "[a-z]", "o")


def catalogue() -> dict[str, Any]:
    """Some 900 tables of a few families of names, and some that hold what patterns do not like."""
    stems = ("orders", "orders_eu", "dim_customer", "fact-sales", "7days", "stage")
    names = [f"{stem}_{number:03d}" for stem in stems for number in range(150)]
    table = {"columns": {"id": "bigint"}, "location": "s3://lake/t/"}
    tables = dict.fromkeys([*names, *ODD], table)
    return {"databases": {"big": {"tables": tables}, "small": {"tables": {"one": table}}}}


def of(system: System, run_id: str) -> list[str]:
    """The tables as texts without what differs from run to run."""
    tables = [record for record in system.records(run_id) if record["kind"] == "table"]
    return sorted(json.dumps(table, sort_keys=True) for table in tables)


@pytest.fixture
def sim(simulator: Callable[..., Simulator]) -> Simulator:
    return simulator(catalogue=catalogue())


def test_ranges_give_what_the_plain_listing_gives(
    sim: Simulator, system: Callable[..., System]
) -> None:
    found = {}
    for split_after in (0, 2):
        running = system(sim, workers=2, worker={"split_after": split_after})
        run = running.wait(running.producer.enqueue_database("big").run_id)
        assert (run.state, run.counts["table"]) == (RunState.SUCCEEDED, 900 + len(ODD))
        assert running.producer.warnings(run.run_id) == []
        found[split_after] = of(running, run.run_id)
        running.stop()
    assert found[0] == found[2]
    assert len(found[2]) == 900 + len(ODD)


@pytest.mark.parametrize("how", ["filtered", "ignored", "refused"])
def test_an_endpoint_without_ranges_is_listed_page_after_page(
    sim: Simulator, system: Callable[..., System], how: str
) -> None:
    sim.configure(expressions=how)
    running = system(sim, worker={"split_after": 2})
    run = running.wait(running.producer.enqueue_catalog().run_id)
    assert (run.state, run.counts["table"]) == (RunState.SUCCEEDED, 901 + len(ODD))
    assert len(of(running, run.run_id)) == 901 + len(ODD)
    (warning,) = running.producer.warnings(run.run_id)
    assert warning.startswith("database big was listed page after page, because ")


def test_what_no_range_holds_any_more_is_marked_as_deleted(
    sim: Simulator, system: Callable[..., System], tmp_path: Path
) -> None:
    file = tmp_path / "glue.db"
    running = system(sim, sinks=(f"sqlite:///{file}",), worker={"split_after": 2})
    for deleted in (0, 1):
        if deleted:
            sim.delete_table("big", "orders_007")
        run = running.wait(running.producer.enqueue_catalog().run_id)
        assert (run.state, run.counts["deleted"]) == (RunState.SUCCEEDED, deleted)
    with closing(sqlite3.connect(file)) as connection:
        gone = connection.execute("SELECT name FROM tables WHERE deleted_at IS NOT NULL").fetchall()
    assert gone == [("orders_007",)]
