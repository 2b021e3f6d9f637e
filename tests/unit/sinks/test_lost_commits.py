"""A database that no longer holds what units wrote to it proves nothing to be gone."""

from collections.abc import Sequence
from typing import Any

import pytest
from tests.unit.sinks.places import Rows
from tests.unit.sinks.samples import BEGUN, ENDED, database, edge, job, partition, run, table

from glueline.contract.messages import Options
from glueline.contract.records import Record
from glueline.contract.runs import Failure, RunState
from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.errors import SinkUnavailable
from glueline_worker.sinks.model import Commit, CommitReport, Part, Receipt, Run

SALES = "database/sales"
ORDERS = "partitions/sales/orders"
ALL = Options(max_deletion_share=1, partitions="all")


def parts(records: Sequence[Record]) -> list[Part]:
    return [Part(record.key, (record,), f"1 of {record.key}") for record in records]


async def write(sink: Sink, of: Run, unit_id: str, *records: Record) -> Receipt:
    writer: Any = await sink.begin(of, unit_id)
    await writer.write_parts(parts(records))
    return await writer.complete()


async def keep(sink: Sink, of: Run, *some: Part) -> Receipt:
    writer: Any = await sink.begin(of, SALES)
    kind = some[0].records[0].kind
    await writer.find_stored_entries(kind, [part.key for part in some])
    await writer.mark_unchanged(kind, {part.key: str(part.fingerprint) for part in some})
    return await writer.complete()


async def end(
    sink: Sink, of: Run, receipts: Sequence[Receipt], *listings: str, failures: Any = ()
) -> CommitReport:
    by_unit = {f"unit {number}": receipt for number, receipt in enumerate(receipts)}
    state = RunState.PARTIAL if failures else RunState.SUCCEEDED
    return await sink.commit(Commit(of, state, ENDED, {}, listings, by_unit, failures))


def restore(rows: Rows, table_name: str, *names: str) -> None:
    """Take the marks of run 2 back, as if its commits had been lost."""
    for name in names:
        rows(
            f"UPDATE {table_name} SET generation = 1, run_id = '{run(1).run_id}' "
            f"WHERE subject = '{name}'"
        )


async def test_rows_whose_marks_were_lost_are_not_deleted(sink: Sink, rows: Rows):
    await write(sink, run(1), SALES, *map(table, "abcdef"))
    receipt = await write(sink, run(2, options=ALL), SALES, *map(table, "abcde"))
    restore(rows, "tables", "a", "b")
    report = await end(sink, run(2, options=ALL), [receipt], SALES)
    assert report.deleted == 0
    assert "2 or more rows" in report.lost
    assert SALES in report.lost
    assert report.lost in report.warnings
    assert rows.live("tables") == [*"abcdef"]
    assert rows("SELECT state FROM runs") == [("partial",)]
    assert await end(sink, run(2, options=ALL), [receipt], SALES) == report


async def test_new_rows_that_were_lost_are_said(sink: Sink, rows: Rows):
    receipt = await write(sink, run(1), SALES, *map(table, "abc"))
    rows("DELETE FROM tables WHERE name = 'b'")
    assert "1 or more rows" in (await end(sink, run(1), [receipt], SALES)).lost


async def test_other_listings_are_not_touched_by_a_loss(sink: Sink, rows: Rows):
    await write(sink, run(1), SALES, *map(table, "ab"))
    await write(sink, run(1), "database/hr", *(table(name, "hr") for name in "xyz"))
    two = run(2, options=ALL)
    receipts = [
        await write(sink, two, SALES, table("a")),
        await write(sink, two, "database/hr", table("x", "hr"), table("y", "hr")),
    ]
    restore(rows, "tables", "a")
    report = await end(sink, two, receipts, SALES, "database/hr")
    assert report.deleted == 1
    assert rows.live("tables") == ["a", "b", "x", "y"]


async def test_every_kind_of_row_is_watched(sink: Sink, rows: Rows):
    things: list[tuple[str, str, list[Record]]] = [
        ("databases", "databases", [database("a"), database("b")]),
        ("jobs", "jobs", [job("a"), job("b")]),
        ("lineage", "job/j", [edge("job/j", "a"), edge("job/j", "b")]),
        ("partitions", ORDERS, [partition("1"), partition("2")]),
    ]
    two = run(2, options=ALL)
    for name, listing, records in things:
        await write(sink, run(1), listing, *records)
        receipt = await write(sink, two, listing, records[0])
        rows(f"UPDATE {name} SET generation = 1")
        report = await end(sink, two, [receipt], listing)
        assert (report.deleted, bool(report.lost)) == (0, True), name


async def test_what_was_taken_over_counts_as_seen(sink: Sink, rows: Rows):
    old = [
        Part(one.key, (one, edge(f"view/sales/{one.name}")), f"1 of {one.key}")
        for one in map(table, "abc")
    ]
    writer: Any = await sink.begin(run(1), SALES)
    await writer.write_parts(old)
    await writer.complete()
    two = run(2, options=ALL)
    receipt = await keep(sink, two, *old[:2])
    assert (await end(sink, two, [receipt], SALES)).lost == ""
    assert rows.live("tables") == ["a", "b"]
    three = run(3, options=ALL)
    receipt = await keep(sink, three, *old[:2])
    restore(rows, "lineage", "a")
    report = await end(sink, three, [receipt], SALES)
    assert (report.deleted, bool(report.lost)) == (0, True)


async def test_a_listing_that_is_not_complete_says_its_loss_too(sink: Sink, rows: Rows):
    failure = Failure(unit_id="x", code="Denied", message="no", attempts=1, at=BEGUN)
    receipt = await write(sink, run(2), SALES, table("a"))
    restore(rows, "tables", "a")
    report = await end(sink, run(2), [receipt], failures=(failure,))
    assert report.lost
    assert rows("SELECT state FROM runs") == [("partial",)]


async def test_a_thing_that_was_listed_twice_is_seen_once(sink: Sink, rows: Rows):
    await write(sink, run(1), SALES, table("a"), table("b"))
    receipt = await write(sink, run(2, options=ALL), SALES, table("a"), table("a"))
    report = await end(sink, run(2, options=ALL), [receipt], SALES)
    assert (report.deleted, report.lost) == (1, "")
    assert rows.live("tables") == ["a"]


@pytest.mark.parametrize(
    "pages", [["abc", "cde"], ["abc", "cde", "ef"], ["ab", "ba"], ["abc", "cd", "c"]]
)
async def test_a_thing_that_moves_between_the_pages_of_units_is_no_loss(
    sink: Sink, rows: Rows, pages: list[str]
):
    seen = sorted(set("".join(pages)))
    await write(sink, run(1), SALES, *map(table, [*seen, "gone"]))
    two = run(2, options=ALL)
    receipts = [await write(sink, two, SALES, *map(table, page)) for page in pages]
    report = await end(sink, two, receipts, SALES)
    assert (report.deleted, report.lost, report.warnings) == (1, "", ())
    assert rows.live("tables") == seen


@pytest.mark.parametrize("lost", ["a", "c", "e"])
async def test_a_loss_beside_a_thing_that_was_listed_twice_is_said(
    sink: Sink, rows: Rows, lost: str
):
    await write(sink, run(1), SALES, *map(table, "abcdef"))
    two = run(2, options=ALL)
    receipts = [await write(sink, two, SALES, *map(table, page)) for page in ("abc", "cde")]
    restore(rows, "tables", lost)
    report = await end(sink, two, receipts, SALES)
    assert (report.deleted, bool(report.lost)) == (0, True)
    assert rows.live("tables") == [*"abcdef"]


async def test_what_an_attempt_wrote_that_was_killed_deletes_nothing_now(sink: Sink, rows: Rows):
    await write(sink, run(1), SALES, *map(table, "abc"))
    two = run(2, options=ALL)
    await write(sink, two, SALES, table("a"), table("b"))  # and its process ends
    receipt = await write(sink, two, SALES, table("a"))
    report = await end(sink, two, [receipt], SALES)
    assert (report.deleted, report.lost) == (0, "")
    assert "more rows" in report.warnings[0]
    three = run(3, options=ALL)
    receipt = await write(sink, three, SALES, table("a"))
    assert (await end(sink, three, [receipt], SALES)).deleted == 2
    assert rows.live("tables") == ["a"]


async def test_rows_that_a_newer_run_wrote_are_no_loss(sink: Sink, rows: Rows):
    await write(sink, run(1), SALES, *map(table, "abc"))
    receipt = await write(sink, run(2, options=ALL), SALES, table("a"), table("b"))
    await write(sink, run(3, options=ALL), SALES, table("a"))
    report = await end(sink, run(2, options=ALL), [receipt], SALES)
    assert (report.deleted, report.lost, report.warnings) == (1, "", ())
    await write(sink, run(3, options=ALL), SALES, table("new"))
    report = await end(sink, run(2, options=ALL), [receipt], SALES)
    assert report.lost == ""
    assert "newer run" in report.warnings[0]
    assert rows.live("tables") == ["a", "b", "new"]


async def test_a_replayed_run_counts_what_all_its_parts_have_seen(sink: Sink, rows: Rows):
    await write(sink, run(1), SALES, *map(table, "abc"))
    two = run(2, options=ALL)
    receipts = [await write(sink, two, SALES, table("a"))]
    await end(sink, two, receipts)
    receipts.append(await write(sink, two, SALES, table("b")))
    report = await end(sink, two, receipts, SALES)
    assert (report.deleted, report.lost) == (1, "")
    assert await end(sink, two, receipts, SALES) == report
    assert rows.live("tables") == ["a", "b"]


async def test_receipts_of_an_older_version_are_read(sink: Sink, rows: Rows):
    await write(sink, run(1), SALES, *map(table, "abc"))
    two = run(2, options=ALL)
    receipt = await write(sink, two, SALES, table("a"), table("b"))
    del receipt["seen"]
    assert (await end(sink, two, [receipt], SALES)).deleted == 1
    assert rows.live("tables") == ["a", "b"]


async def test_what_is_gone_before_it_is_taken_over_is_read_again(sink: Sink, rows: Rows):
    [one] = parts([table("a")])
    await write(sink, run(1), SALES, table("a"))
    writer: Any = await sink.begin(run(2), SALES)
    await writer.find_stored_entries("table", [one.key])
    await writer.mark_unchanged("table", {one.key: str(one.fingerprint)})
    rows("UPDATE tables SET fingerprint = 'older'")
    with pytest.raises(SinkUnavailable, match="restored"):
        await writer.complete()
