"""The behaviour that all sinks have in common."""

import asyncio

import pytest
from tests.unit.sinks.places import Place
from tests.unit.sinks.samples import ONE_OF_EACH, commit, job, run, store, table

from glueline_worker.sinks.base import Sink

ODD_NAMES = ("a/b", "..", ".", "it's", 'say "x"', "two\nlines", "50%", "naïve 表 🗂", " ", "x" * 255)


@pytest.fixture
async def sink(place: Place):
    opened = place.make()
    await opened.open()
    yield opened
    await opened.close()


async def test_each_kind_of_record_is_stored_whole(place: Place, sink: Sink):
    await store(sink, run(), "databases", *ONE_OF_EACH)
    await commit(sink, run())
    assert place.records() == sorted(ONE_OF_EACH, key=lambda record: record.key)


async def test_batches_of_a_unit_add_up(place: Place, sink: Sink):
    writer = await sink.begin(run(), "database/sales")
    for name in "abc":
        await writer.write([table(name)])
    await writer.write([])
    await commit(sink, run(), receipts={"database/sales": await writer.complete()})
    assert [record.name for record in place.records()] == ["a", "b", "c"]


async def test_a_repeated_attempt_leaves_each_record_once(place: Place, sink: Sink):
    for _ in range(2):
        await store(sink, run(), "database/sales", table("a"), table("b"))
    await commit(sink, run())
    names = [record.name for record in place.records()]
    assert names == (["a", "b"] if place.replaces else ["a", "a", "b", "b"])


async def test_attempts_at_the_same_time_leave_whole_records(place: Place, sink: Sink):
    tables = [table(f"t{number}") for number in range(50)]
    receipts = await asyncio.gather(
        *(store(sink, run(), "database/sales", *tables) for _ in range(5))
    )
    await commit(sink, run(), "database/sales", receipts={"database/sales": receipts[0]})
    assert {record.name for record in place.records()} == {one.name for one in tables}


async def test_a_commit_can_be_repeated(place: Place, sink: Sink):
    receipts = {"databases": await store(sink, run(), "databases", *ONE_OF_EACH)}
    first = await commit(sink, run(), "databases", receipts=receipts)
    before = place.records()
    assert await commit(sink, run(), "databases", receipts=receipts) == first
    assert place.records() == before


async def test_odd_names_are_kept_apart_and_whole(place: Place, sink: Sink):
    receipts = {}
    for name in ODD_NAMES:
        record = job(name)
        unit_id = record.key.replace("default/", "", 1)
        receipts[unit_id] = await store(sink, run(), unit_id, record)
    await commit(sink, run(), "jobs", receipts=receipts)
    assert sorted(record.name for record in place.records()) == sorted(ODD_NAMES)


async def test_text_that_is_no_unicode_does_not_stop_a_unit(place: Place, sink: Sink):
    await store(sink, run(), "jobs", job("half", description="\ud800!", raw={"\udfff": ["\ud800"]}))
    await commit(sink, run())
    [record] = place.records()
    assert record.description == "\N{REPLACEMENT CHARACTER}!"
    assert record.raw == {"\N{REPLACEMENT CHARACTER}": ["\N{REPLACEMENT CHARACTER}"]}
    assert "replaced" in record.warnings[0]


async def test_a_unit_without_records_can_complete(place: Place, sink: Sink):
    writer = await sink.begin(run(), "jobs")
    receipts = {"jobs": await writer.complete()}
    await commit(sink, run(), "jobs", receipts=receipts)
    assert place.records() == []


async def test_discard_can_be_repeated_and_follow_anything(sink: Sink):
    writer = await sink.begin(run(), "jobs")
    await writer.discard()
    writer = await sink.begin(run(), "jobs")
    await writer.write([job("a")])
    await writer.complete()
    await writer.discard()
    await writer.discard()


async def test_a_sink_opens_again_on_what_it_holds(place: Place, sink: Sink):
    first = await store(sink, run(), "jobs", job("a"))
    again = place.make()
    await again.open()
    receipts = {"jobs": first, "job/b": await store(again, run(), "job/b", job("b"))}
    await commit(again, run(), receipts=receipts)
    await again.close()
    assert [record.name for record in place.records()] == ["a", "b"]


async def test_an_abort_can_be_repeated_and_needs_no_records(sink: Sink):
    await sink.abort(run())
    await store(sink, run(), "jobs", job("a"))
    await sink.abort(run())
    await sink.abort(run())
