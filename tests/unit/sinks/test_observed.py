"""Observed runs in SQL sinks: merged in the database, apart from the rows of extractions."""

import random
from asyncio import gather
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support.run_events import path_output, run_event, table_input
from tests.unit.sinks.places import Rows
from tests.unit.sinks.samples import ONE_OF_EACH

from glueline.contract.messages import ExtractionRequest
from glueline.contract.observed import ObservedRun
from glueline.contract.runs import RunState
from glueline_worker.lineage.run_events import read_event
from glueline_worker.sinks.model import Commit, Run
from glueline_worker.sinks.sql.observed.queries import select_observations
from glueline_worker.sinks.sql.observed.store import forget_observed_runs, store_observed_runs
from glueline_worker.sinks.sql.sink import SqlSink

OTHER_RUN = "0195f3a1-0000-7000-8000-000000000002"
EVENTS = [
    run_event("START", 1, [table_input("raw/orders")]),
    run_event("COMPLETE", 3, outputs=[path_output("lake", "x", "mart/x")]),
    run_event("START", 5, [table_input("raw/orders")], run_id=OTHER_RUN),
    run_event("FAIL", 7, outputs=[path_output("lake", "x", "mart/x")], run_id=OTHER_RUN),
]
COLUMNS = "runs, first_seen_at, last_seen_at, last_success_at"


def made(*events: dict[str, Any]) -> list[ObservedRun]:
    return [found for event in events if (found := read_event(event))]


async def store(sink: SqlSink, *events: dict[str, Any]) -> int:
    runs = made(*events)
    return await sink.transact(lambda connection: store_observed_runs(connection, runs))


def dump(rows: Rows) -> list[list[tuple[Any, ...]]]:
    """All rows of both tables, without the database's order."""
    found = [rows("SELECT * FROM observed_runs"), rows("SELECT * FROM observed_edges")]
    return [sorted((tuple(map(str, row)) for row in each), key=str) for each in found]


async def test_single_events_in_any_order_and_repeated_give_what_one_batch_gives(
    sink: SqlSink, rows: Rows
):
    await store(sink, *EVENTS)
    expected = dump(rows)
    assert len(expected[0]) == 2
    for seed in range(4):
        rows("DELETE FROM observed_runs")
        rows("DELETE FROM observed_edges")
        order = random.Random(seed).sample([*EVENTS, *EVENTS], k=8)
        for event in order:
            await store(sink, event)
        assert dump(rows) == expected


async def test_writers_at_the_same_time_lose_nothing_of_each_other(sink: SqlSink, rows: Rows):
    await store(sink, *EVENTS)
    expected = dump(rows)
    for table in ("observed_runs", "observed_edges"):
        rows(f"DELETE FROM {table}")
    await gather(*(store(sink, event) for event in EVENTS * 4))
    assert dump(rows) == expected


async def test_an_edge_knows_when_it_was_seen_and_when_with_success(sink: SqlSink, rows: Rows):
    assert await store(sink, *EVENTS) == 2
    (found,) = rows(f"SELECT upstream_name, downstream_name, {COLUMNS} FROM observed_lineage")
    assert tuple(found)[:3] == ("table/raw/orders", "table/mart/x", 2)
    moments = [str(moment)[11:19] for moment in tuple(found)[3:]]
    assert moments == ["10:00:01", "10:00:07", "10:00:03"]
    states = [row.state for row in rows("SELECT state FROM observed_runs ORDER BY run_id")]
    assert states == ["succeeded", "failed"]


async def test_an_extraction_whose_listings_are_empty_deletes_no_observed_edge(
    sink: SqlSink, rows: Rows
):
    await store(sink, *EVENTS)
    expected = dump(rows)
    for generation, records in ((1, ONE_OF_EACH), (2, [])):
        run = Run(f"{generation:032}", generation, ExtractionRequest(), datetime.now(UTC))
        writer = await sink.begin(run, "databases")
        await writer.write(records)
        receipts = {"databases": await writer.complete()}
        listings = sorted({record.listing for record in ONE_OF_EACH})
        ended = datetime.now(UTC)
        await sink.commit(
            Commit(run, RunState.SUCCEEDED, ended, listings=listings, receipts=receipts)
        )
    assert dump(rows) == expected


async def test_only_runs_before_the_moment_are_forgotten(sink: SqlSink, rows: Rows):
    await store(sink, *EVENTS)
    before = datetime(2026, 3, 1, 10, 0, 5, tzinfo=UTC)
    assert await sink.transact(lambda connection: forget_observed_runs(connection, before)) == 1
    assert [row.run_id for row in rows("SELECT run_id FROM observed_runs")] == [OTHER_RUN]
    assert len(rows("SELECT 1 FROM observed_edges")) == 1


async def test_a_database_without_events_has_no_observations(sink: SqlSink):
    assert await sink.read(select_observations) == []


@pytest.mark.parametrize("name", ["a'b\"c", "x" * 4000, "ü/../%2F=|", "{unknown}"])
async def test_odd_names_come_back_as_they_were(sink: SqlSink, name: str):
    event = run_event("COMPLETE", 1, [table_input("raw/o")], [path_output("b", "k")], job=name)
    await store(sink, event)
    (found,) = await sink.read(select_observations)
    assert found.job_name == name
    assert found.possible_jobs == (name,)
