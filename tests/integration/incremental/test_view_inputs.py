"""A view's lineage follows the columns of the tables that it reads, in any order of units."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from tests.integration.incremental.inline import Inline
from tests.unit.sinks.places import Rows

from glueline_simulator import Simulator

Start = Callable[..., Any]
KINDS = ("sqlite", "file")


def view(sql: str, *columns: str) -> dict[str, Any]:
    named = dict.fromkeys(columns, "bigint")
    return {"columns": named, "type": "VIRTUAL_VIEW", "view": {"spark": sql}}


@pytest.fixture
def sim(simulator: Start, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    catalogue = {
        "databases": {
            "a_views": {
                "tables": {
                    "every": view("SELECT * FROM z_raw.orders", "id", "price"),
                    "joined": view(
                        "SELECT price, name FROM z_raw.orders JOIN z_raw.people ON who = pid",
                        "price",
                        "name",
                    ),
                    "nested": view("SELECT * FROM every", "number", "amount"),
                }
            },
            "z_raw": {
                "tables": {
                    "orders": {"columns": {"id": "bigint", "price": "double"}},
                    "people": {"columns": {"pid": "bigint", "name": "string"}},
                    "unrelated": {"columns": {"id": "bigint"}},
                }
            },
        }
    }
    started: Simulator = simulator(catalogue=catalogue)
    monkeypatch.setenv("AWS_ENDPOINT_URL", started.url)
    return started


def called(sim: Simulator) -> dict[str, int]:
    found = {name: of["calls"] for name, of in sim.stats()["operations"].items()}
    sim.reset()
    return found


def columns_of(here: str, name: str) -> set[tuple[str, str, str]]:
    """The column edges of a view: table, column, the view's column."""
    rows = Rows(here)(
        "SELECT process, upstream_name, CAST(record AS TEXT) FROM lineage WHERE deleted_at IS NULL"
    )
    return {
        (upstream.rpartition("/")[2], column["upstream"], column["downstream"])
        for process, upstream, record in rows
        if process == f"view/a_views/{name}"
        for column in json.loads(record)["columns"]
    }


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_views_are_read_before_their_tables_and_have_their_columns(
    sim: Simulator, url: Start, inline: Start
) -> None:
    here = url("out")
    worker: Inline = await inline(here)
    await worker.run()
    assert columns_of(here, "every") == {("orders", "id", "id"), ("orders", "price", "price")}
    assert columns_of(here, "joined") == {
        ("orders", "price", "price"),
        ("people", "name", "name"),
    }
    assert columns_of(here, "nested") == {("every", "id", "number"), ("every", "price", "amount")}
    # Three views of one page ask for the tables of the other database with one call.
    operations = called(sim)
    assert operations["GetTables"] == 3
    assert "GetTable" not in operations


@pytest.mark.parametrize("kind", [*KINDS, "postgresql"])
async def test_only_a_view_whose_tables_changed_is_read_again(
    sim: Simulator, url: Start, inline: Start
) -> None:
    worker: Inline = await inline(url("out"))
    first = await worker.run()
    assert first.counts["table"] == 6
    assert (await worker.run()).counts["unchanged_table"] == 6
    people = {"columns": {"pid": "bigint", "name": "string", "price": "double"}}
    sim.add_table("z_raw", "people", **people)
    assert (await worker.run()).counts["unchanged_table"] == 4  # all but people and joined
    sim.add_table("z_raw", "people", **people, description="the same columns")
    assert (await worker.run()).counts["unchanged_table"] == 5
    sim.delete_table("z_raw", "people")
    assert (await worker.run()).counts["unchanged_table"] == 4
    assert (await worker.run()).counts["unchanged_table"] == 5


@pytest.mark.parametrize("kind", KINDS)
async def test_a_view_whose_tables_may_not_be_read_is_skipped_until_they_may(
    sim: Simulator, url: Start, inline: Start
) -> None:
    here = url("out")
    sim.configure(deny=["GetTables:z_raw", "GetTable:z_raw"])
    worker: Inline = await inline(here)
    await worker.run()
    assert (await worker.run()).counts["unchanged_table"] == 3
    sim.configure(deny=[])
    await worker.run()
    if here.startswith("sqlite"):
        assert ("people", "name", "name") in columns_of(here, "joined")


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_database_of_an_older_glueline_gets_the_column_for_inputs(
    sim: Simulator, url: Start, inline: Start
) -> None:
    here = url("out")
    await (await inline(here)).run()
    with sqlite3.connect(here.removeprefix("sqlite:///")) as older:
        for name in ("column_lineage", "columns"):
            older.execute(f"DROP VIEW IF EXISTS {name}")
        older.execute("ALTER TABLE tables DROP COLUMN inputs")
        older.execute("UPDATE tables SET fingerprint = 'of an older reader'")
    older.close()
    worker: Inline = await inline(here)
    assert "unchanged_table" not in (await worker.run()).counts
    assert (await worker.run()).counts["unchanged_table"] == 6
