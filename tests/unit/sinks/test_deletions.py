"""When rows are marked deleted, and when not."""

import pytest
from msgspec.structs import replace
from tests.unit.sinks.places import Rows
from tests.unit.sinks.samples import (
    BEGUN,
    ENDED,
    commit,
    database,
    edge,
    job,
    partition,
    partition_summary,
    run,
    store,
    table,
)

from glueline.contract.messages import Options
from glueline.contract.runs import Failure, RunState
from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.model import Commit, CommitReport

SALES = "database/sales"
ORDERS = "partitions/sales/orders"
CAUTIOUS = Options()
ALL_PARTITIONS = Options(partitions="all", max_deletion_share=1.0)


async def test_what_a_complete_listing_no_longer_holds_is_deleted(sink: Sink, rows: Rows):
    await store(sink, run(1), SALES, table("a"), table("b"))
    await store(sink, run(2), SALES, table("a"))
    report = await commit(sink, run(2), SALES)
    assert (report.deleted, report.warnings) == (1, ())
    assert rows.live("tables") == ["a"]
    [(run_id, generation)] = rows("SELECT run_id, generation FROM tables WHERE name = 'b'")
    assert (run_id, generation) == (run(2).run_id, 2)


async def test_a_listing_that_was_not_completed_deletes_nothing(sink: Sink, rows: Rows):
    await store(sink, run(1), SALES, table("a"), table("b"))
    await store(sink, run(2), SALES, table("a"))
    report = await commit(sink, run(2), "database/other", "databases", "jobs")
    assert report.deleted == 0
    assert rows.live("tables") == ["a", "b"]


async def test_a_job_whose_unit_failed_is_spared_with_its_lineage(sink: Sink, rows: Rows):
    names = ("seen", "failed/one", "gone")
    await store(sink, run(1), "jobs", *map(job, names))
    await store(sink, run(1), "x", edge("job/seen"), edge("job/gone"))
    failed_edge = replace(edge("job/x"), process="job/failed%2Fone")
    await store(sink, run(1), "y", failed_edge)
    await store(sink, run(2), "job/seen", job("seen"), edge("job/seen"))
    failure = Failure(unit_id="job/failed%2Fone", code="Denied", message="no", attempts=1, at=BEGUN)
    partly = Commit(
        run(2), RunState.PARTIAL, ENDED, listings=("jobs", "job/seen"), failures=(failure,)
    )
    assert (await sink.commit(partly)).deleted == 2
    assert rows.live("jobs") == ["failed/one", "seen"]
    assert rows("SELECT process FROM lineage WHERE deleted_at IS NULL ORDER BY process") == [
        ("job/failed%2Fone",),
        ("job/seen",),
    ]


async def test_what_is_held_back_counts_for_the_limit_of_the_whole_source(sink: Sink, rows: Rows):
    """Five databases hidden wholly, and less than half of each of the other five."""
    names = [f"d{number}" for number in range(10)]
    listings = [f"database/{name}" for name in names]
    for name in names:
        await store(sink, run(1), f"database/{name}", *(table(t, name) for t in "abcdefghij"))
    for name in names[:5]:
        await store(sink, run(2), f"database/{name}", *(table(t, name) for t in "abcdef"))
    report = await commit(sink, run(2, options=CAUTIOUS), *listings)
    assert report.deleted == 0
    assert len(rows.live("tables")) == 100
    assert "70 of 100 tables of all that the source has" in "\n".join(report.warnings)


async def test_another_source_is_left_alone(sink: Sink, rows: Rows):
    await store(sink, run(1, source="other"), SALES, table("a", source="other"))
    await commit(sink, run(2), SALES, "databases")
    assert rows.live("tables") == ["a"]


async def test_a_row_that_is_seen_again_lives_again(sink: Sink, rows: Rows):
    await store(sink, run(1), SALES, table("a"))
    [(first_seen,)] = rows("SELECT first_seen_at FROM tables")
    await commit(sink, run(2), SALES)
    assert rows.live("tables") == []
    await store(sink, run(3), SALES, table("a"))
    assert rows.live("tables") == ["a"]
    assert rows("SELECT first_seen_at FROM tables") == [(first_seen,)]


async def test_filters_protect_what_the_run_did_not_ask_for(sink: Sink, rows: Rows):
    everything = (table("asked_1"), table("asked_2"), table("left_out"))
    await store(sink, run(1), SALES, *everything, edge("view/sales/left_out"))
    await store(sink, run(1), "databases", database("sales"), database("hr"))
    await store(sink, run(1), "jobs", job("asked"), job("left_out"), edge("job/left_out"))
    narrow = run(2, databases=["sales"], tables=["asked_*"], jobs=["asked"])
    await store(sink, narrow, "databases", database("sales"))
    await store(sink, narrow, SALES, table("asked_1"))
    report = await commit(sink, narrow, "databases", SALES, "jobs", "job/left_out")
    assert rows.live("tables") == ["asked_1", "left_out"]
    assert rows.live("databases") == ["hr", "sales"]
    assert rows.live("jobs") == ["left_out"]
    assert rows.live("lineage") == ["left_out", "left_out"]
    assert report.deleted == 2


async def test_too_great_a_share_is_held_back_and_said(sink: Sink, rows: Rows):
    await store(sink, run(1), SALES, *map(table, "abcd"), edge("view/sales/d"))
    shy = run(2, options=CAUTIOUS)
    await store(sink, shy, SALES, table("a"))
    report = await commit(sink, shy, SALES)
    assert report.deleted == 0
    [warning] = report.warnings
    assert "3 of 4 tables" in warning
    assert SALES in warning
    assert "max_deletion_share" in warning
    assert rows.live("tables") == [*"abcd"]
    assert rows.live("lineage") == ["d"]
    assert await commit(sink, shy, SALES) == report


async def test_exactly_the_share_is_held_back_too(sink: Sink, rows: Rows):
    await store(sink, run(1), SALES, *map(table, "abcd"))
    shy = run(2, options=CAUTIOUS)
    await store(sink, shy, SALES, table("a"), table("b"))
    report = await commit(sink, shy, SALES)
    assert (report.deleted, len(report.warnings)) == (0, 1)
    assert rows.live("tables") == [*"abcd"]


async def test_of_two_one_can_be_dropped(sink: Sink, rows: Rows):
    await store(sink, run(1), SALES, *map(table, "ab"))
    shy = run(2, options=CAUTIOUS)
    await store(sink, shy, SALES, table("a"))
    assert await commit(sink, shy, SALES) == CommitReport(1)
    assert rows.live("tables") == ["a"]


async def test_what_is_new_in_this_run_does_not_hide_what_is_gone(sink: Sink, rows: Rows):
    await store(sink, run(1), SALES, *map(table, "abcd"))
    shy = run(2, options=CAUTIOUS)
    await store(sink, shy, SALES, *map(table, "abxyz"))
    assert (await commit(sink, shy, SALES)).deleted == 0
    assert rows.live("tables") == [*"abcdxyz"]


async def hide(sink: Sink, databases: int, tables: int, hidden: int) -> CommitReport:
    """Commit a run that sees all but ``hidden`` of the tables of each database."""
    names = [f"db{number}" for number in range(databases)]
    for of, first in ((run(1), 0), (run(2, options=CAUTIOUS), hidden)):
        for name in names:
            seen = [table(f"t{number}", name) for number in range(first, tables)]
            await store(sink, of, f"database/{name}", *seen)
    return await commit(sink, run(2, options=CAUTIOUS), *(f"database/{name}" for name in names))


@pytest.mark.parametrize(("tables", "hidden"), [(2, 1), (10, 5), (3, 2)])
async def test_half_of_each_database_is_half_of_the_source(
    sink: Sink, rows: Rows, tables: int, hidden: int
):
    report = await hide(sink, 6, tables, hidden)
    assert report.deleted == 0
    assert report.warnings
    assert len(rows.live("tables")) == 6 * tables


async def test_what_is_below_the_limit_and_much_is_said(sink: Sink, rows: Rows):
    report = await hide(sink, 5, 10, 4)
    assert report.deleted == 20
    [warning] = report.warnings
    assert "20 of 50 tables" in warning
    assert len(rows.live("tables")) == 30


async def test_a_listing_that_lost_much_is_said_although_the_source_did_not(sink: Sink, rows: Rows):
    others = [table(f"t{number}", "hr") for number in range(100)]
    shy = run(2, options=CAUTIOUS)
    await store(sink, run(1), SALES, *map(table, "abcdefghij"))
    await store(sink, run(1), "database/hr", *others)
    await store(sink, shy, SALES, *map(table, "efghij"))
    await store(sink, shy, "database/hr", *others)
    report = await commit(sink, shy, SALES, "database/hr")
    assert report.deleted == 4
    [warning] = report.warnings
    assert "4 of 10 tables of the listing 'database/sales'" in warning
    assert rows.live("tables")


async def test_databases_that_hold_most_tables_are_not_deleted_with_them(sink: Sink, rows: Rows):
    names = [f"db{number}" for number in range(10)]
    await store(sink, run(1), "databases", *map(database, names))
    for name in names:
        tables = [table(f"t{number}", name) for number in range(9 if name < "db3" else 1)]
        await store(sink, run(1), f"database/{name}", *tables)
    shy, left = run(2, options=CAUTIOUS), names[3:]
    await store(sink, shy, "databases", *map(database, left))
    for name in left:
        await store(sink, shy, f"database/{name}", table("t0", name))
    report = await commit(sink, shy, "databases", *(f"database/{name}" for name in left))
    assert report.deleted == 0
    assert "27 of 34 tables" in " ".join(report.warnings)
    assert rows.live("databases") == names


async def test_jobs_that_are_gone_do_not_hold_tables_back(sink: Sink, rows: Rows):
    await store(sink, run(1), "jobs", *map(job, "abcd"))
    await store(sink, run(1), SALES, *map(table, "abcd"))
    shy = run(2, options=CAUTIOUS)
    await store(sink, shy, SALES, *map(table, "abc"))
    report = await commit(sink, shy, "jobs", SALES)
    assert (report.deleted, len(report.warnings)) == (1, 1)
    assert rows.live("jobs") == [*"abcd"]


@pytest.mark.parametrize("listing", ["databases", "jobs", SALES])
async def test_an_empty_listing_deletes_only_when_all_is_allowed(
    sink: Sink, rows: Rows, listing: str
):
    await store(sink, run(1), "databases", database("sales"), table("a"), job("j"))
    report = await commit(sink, run(2, options=Options(max_deletion_share=0.99)), listing)
    assert (report.deleted, len(report.warnings)) == (0, 1)
    assert (await commit(sink, run(3), listing)).deleted == (2 if listing == "databases" else 1)


async def test_the_share_counts_only_what_the_filters_admit(sink: Sink, rows: Rows):
    await store(sink, run(1), SALES, table("x1"), table("x2"), *map(table, "abcdef"))
    narrow = run(2, options=CAUTIOUS, tables=["x*"])
    assert len((await commit(sink, narrow, SALES)).warnings) == 1
    assert "x1" in rows.live("tables")


async def test_one_listing_that_is_held_back_does_not_hold_others(sink: Sink, rows: Rows):
    await store(sink, run(1), SALES, table("a"))
    await store(sink, run(1), "database/hr", *(table(name, "hr") for name in "vwxyz"))
    shy = run(2, options=CAUTIOUS)
    await store(sink, shy, "database/hr", *(table(name, "hr") for name in "vwxy"))
    report = await commit(sink, shy, SALES, "database/hr")
    assert (report.deleted, len(report.warnings)) == (1, 1)
    assert rows.live("tables") == ["a", *"vwxy"]


async def test_partitions_and_edges_are_replaced_whatever_their_share(sink: Sink, rows: Rows):
    options = Options(partitions="all", max_deletion_share=0)
    await store(sink, run(1), ORDERS, partition("1"), partition("2"), partition_summary(2))
    await store(sink, run(1), "job/j", job("j"), edge("job/j"))
    await store(sink, run(2), "job/j", job("j"))
    report = await commit(sink, run(2, options=options), ORDERS, "job/j")
    assert report.deleted == 4
    assert rows.live("partitions") == rows.live("partition_summaries") == rows.live("lineage") == []


async def test_what_the_options_leave_unread_is_not_deleted(sink: Sink, rows: Rows):
    await store(sink, run(1), ORDERS, partition("1"), partition_summary(1))
    await store(sink, run(1), "job/j", job("j"), edge("job/j"))
    counting = Options(partitions="count", lineage=False, max_deletion_share=1)
    report = await commit(sink, run(2, options=counting), ORDERS, "job/j")
    assert report.deleted == 1
    assert rows.live("partitions") == ["orders"]
    assert rows.live("lineage") == ["j"]


async def test_what_belongs_to_a_deleted_database_is_deleted_with_it(sink: Sink, rows: Rows):
    await store(sink, run(1), "databases", database("sales"), database("hr"))
    await store(sink, run(1), SALES, table("orders"), edge("view/sales/v"), partition("1"))
    await store(sink, run(1), ORDERS, partition_summary(1))
    await store(sink, run(1), "database/hr", table("people", "hr"))
    await store(sink, run(2), "databases", database("hr"))
    report = await commit(sink, run(2, options=CAUTIOUS), "databases")
    assert report.deleted == 5
    assert rows.live("tables") == ["people"]
    assert rows.live("lineage") == rows.live("partitions") == rows.live("partition_summaries") == []
    assert await commit(sink, run(2, options=CAUTIOUS), "databases") == report


async def test_a_deleted_table_takes_its_partitions_and_a_deleted_job_its_edges(
    sink: Sink, rows: Rows
):
    await store(sink, run(1), SALES, table("orders"), partition("1"))
    await store(sink, run(1), "jobs", job("j"), edge("job/j"))
    assert (await commit(sink, run(2), SALES, "jobs")).deleted == 4
    assert rows.live("partitions") == rows.live("lineage") == []


async def test_an_older_run_that_commits_later_spares_what_the_newer_saw(sink: Sink, rows: Rows):
    await store(sink, run(1), SALES, table("old"), table("gone"))
    await store(sink, run(3), SALES, table("old"), table("new"))
    await commit(sink, run(3), SALES)
    assert (await commit(sink, run(2), SALES)).deleted == 0
    assert rows.live("tables") == ["new", "old"]


async def test_an_older_run_deletes_what_only_it_has_proof_of(sink: Sink, rows: Rows):
    await store(sink, run(1), SALES, table("gone"))
    await commit(sink, run(3))
    assert (await commit(sink, run(2), SALES)).deleted == 1


async def test_an_older_run_cannot_revive_what_a_newer_found_gone(sink: Sink, rows: Rows):
    await store(sink, run(1), SALES, table("gone"))
    await commit(sink, run(3), SALES)
    await store(sink, run(2), SALES, table("gone"))
    assert rows.live("tables") == []


async def test_tables_that_an_older_run_adds_below_a_deleted_database_go_too(
    sink: Sink, rows: Rows
):
    await store(sink, run(1), "databases", database("sales"))
    await commit(sink, run(3), "databases")
    await store(sink, run(2), SALES, table("late"))
    await commit(sink, run(2))
    assert rows.live("tables") == []


async def test_a_table_seen_after_its_database_was_found_gone_stays(sink: Sink, rows: Rows):
    await store(sink, run(1), "databases", database("sales"))
    await commit(sink, run(2), "databases")
    await store(sink, run(3), SALES, table("back"))
    await commit(sink, run(3), SALES)
    assert rows.live("tables") == ["back"]


async def test_names_too_long_for_an_index_are_deleted_like_others(sink: Sink, rows: Rows):
    long = "表" * 255
    listing = table("a", long).listing
    await store(sink, run(1), "databases", database(long))
    await store(sink, run(1), listing, table(long, long), table(long + "x", long))
    await store(sink, run(2), listing, table(long, long))
    assert (await commit(sink, run(2), listing)).deleted == 1
    assert rows.live("tables") == [long]
    assert (await commit(sink, run(3), "databases")).deleted == 2


async def test_many_listings_are_judged_each_by_itself(sink: Sink, rows: Rows):
    names = [f"db{number:03}" for number in range(450)]
    await store(sink, run(1), "x", *(table("a", name) for name in names))
    await store(sink, run(2), "x", *(table("a", name) for name in names[:225]))
    report = await commit(sink, run(2), *(f"database/{name}" for name in names[:300]))
    assert report.deleted == 75
    assert len(rows.live("tables")) == 375
