"""Two Regions or accounts under one source name."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.unit.sinks.places import Rows
from tests.unit.sinks.samples import (
    ALL_ALLOWED,
    commit,
    database,
    edge,
    job,
    partition_summary,
    run,
    store,
    table,
)

from glueline.contract.records import Record
from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.model import CatalogPlace, Part, Run
from glueline_worker.sinks.registry import parse_sink

SALES = "database/sales"
MINE, OTHER = "123456789012", "210987654321"
THINGS = (
    database("sales"),
    table("orders"),
    table("items"),
    job("load"),
    edge("job/load"),
    edge("view/sales/orders", "c"),
    partition_summary(3),
)
LISTINGS = ("databases", SALES, "jobs", "job/load")
PLACES = [("eu-west-1", OTHER), ("us-east-1", MINE), ("us-east-1", OTHER)]


def placed(generation: int, region: str = "eu-west-1", account: str | None = MINE) -> Run:
    made = run(generation)
    return Run(
        made.run_id,
        generation,
        made.request,
        made.created_at,
        CatalogPlace(region, account, account),
    )


def there(of: Run, *records: Record) -> list[Record]:
    assert of.place is not None
    where: dict[str, Any] = {"region": of.place.region, "catalog_id": of.place.catalog_id}
    return [replace(record, **where) for record in records]


@pytest.mark.parametrize(("region", "account"), PLACES)
async def test_the_same_names_in_two_places_stand_side_by_side(
    sink: Sink, rows: Rows, region: str, account: str
):
    for of in (placed(1), placed(2, region, account)):
        await store(sink, of, "all", *there(of, *THINGS))
        await commit(sink, of, *LISTINGS)
    for name in ("databases", "jobs", "partition_summaries"):
        assert rows(f"SELECT region, catalog_id FROM {name} ORDER BY generation") == [
            ("eu-west-1", MINE),
            (region, account),
        ]
    assert len(rows.live("tables")) == len(rows.live("lineage")) == 4


@pytest.mark.parametrize(("region", "account"), PLACES)
async def test_a_listing_of_one_place_is_no_proof_for_another(
    sink: Sink, rows: Rows, region: str, account: str
):
    first, second, third = placed(1), placed(2, region, account), placed(3, region, account)
    await store(sink, first, "all", *there(first, *THINGS))
    await commit(sink, first, *LISTINGS)
    report = await commit(sink, second, *LISTINGS)
    assert report.deleted == 0
    await store(sink, second, "all", *there(second, *THINGS))
    gone = await commit(sink, third, *LISTINGS)
    assert gone.deleted == len(THINGS)
    assert rows("SELECT region, catalog_id FROM jobs WHERE deleted_at IS NULL") == [
        ("eu-west-1", MINE)
    ]
    assert len(rows.live("partition_summaries")) == 1


async def test_jobs_are_of_the_account_and_tables_of_the_catalogue(sink: Sink, rows: Rows):
    of = placed(1)
    await store(sink, of, "all", *there(of, *THINGS))
    await commit(sink, of, *LISTINGS)
    elsewhere = Run("b" * 32, 2, of.request, of.created_at, CatalogPlace("eu-west-1", OTHER, MINE))
    assert (await commit(sink, elsewhere, *LISTINGS)).deleted == 2
    assert rows.live("jobs") == []
    assert rows("SELECT process FROM lineage WHERE deleted_at IS NULL") == [("view/sales/orders",)]
    assert len(rows.live("tables")) == 2


async def test_a_source_whose_place_changed_is_a_warning_until_the_old_rows_are_gone(
    sink: Sink, rows: Rows
):
    first, second = placed(1), placed(2, "us-east-1")
    await store(sink, first, "all", *there(first, *THINGS))
    assert (await commit(sink, first, *LISTINGS)).warnings == ()
    [warning] = (await commit(sink, second, *LISTINGS)).warnings
    assert "'us-east-1/123456789012' now" in warning
    assert "'eu-west-1/123456789012' is still there" in warning
    for name in ("databases", "tables", "jobs"):
        rows(f"DELETE FROM {name} WHERE source = 'default' AND place = 'eu-west-1/{MINE}'")
    assert (await commit(sink, second, *LISTINGS)).warnings == ()


async def test_other_places_are_counted_and_the_first_of_them_named(sink: Sink):
    for number in range(8):
        of = placed(number + 1, f"region-{number}")
        await store(sink, of, "databases", *there(of, database("a")))
    [warning] = (await commit(sink, placed(9), "databases")).warnings
    assert "'region-4/" in warning
    assert "'region-5/" not in warning
    assert "and 3 more is still there" in warning


async def test_what_was_stored_without_its_catalogue_is_known_again_with_it(sink: Sink, rows: Rows):
    unknown, known = placed(1, account=None), placed(2)
    long = table("n" * 1200)
    await store(sink, unknown, "all", *there(unknown, *THINGS, long, table("gone")))
    await commit(sink, unknown, *LISTINGS)
    first = rows("SELECT first_seen_at FROM tables WHERE name = 'orders'")
    await store(sink, known, "all", *there(known, *THINGS, long))
    report = await commit(sink, known, *LISTINGS)
    assert report.warnings == ()
    assert rows("SELECT subject FROM tables WHERE deleted_at IS NOT NULL") == [("gone",)]
    assert rows("SELECT count(*) FROM tables") == [(4,)]
    assert rows("SELECT first_seen_at FROM tables WHERE name = 'orders'") == first
    assert len(rows("SELECT * FROM lineage")) == 2
    assert rows("SELECT DISTINCT place FROM jobs") == [(f"eu-west-1/{MINE}",)]


async def test_a_catalogue_that_was_not_told_for_a_while_leaves_no_twins(sink: Sink, rows: Rows):
    for of in (placed(1), placed(2, account=None), placed(3)):
        await store(sink, of, "all", *there(of, *THINGS, table("n" * 1200)))
        await commit(sink, of, *LISTINGS)
    assert len(rows("SELECT * FROM tables")) == 3
    assert len(rows("SELECT * FROM jobs")) == 1
    assert rows("SELECT count(*) FROM databases WHERE deleted_at IS NULL") == [(1,)]


async def test_a_folder_hands_nothing_over_from_one_place_to_another(tmp_path: Path):
    sink: Any = parse_sink(f"file://{tmp_path}/out")
    await sink.open()
    first, second = placed(1), placed(2, "us-east-1")
    [mine] = there(first, table("orders"))
    writer = await sink.begin(first, SALES)
    await writer.write_parts([Part(mine.key, (mine,), "1")])
    receipts = {SALES: await writer.complete()}
    await commit(sink, first, SALES, receipts=receipts)
    [theirs] = there(second, table("orders"))
    assert mine.key != theirs.key
    assert await (await sink.begin(placed(3), SALES)).find_stored_entries("table", [mine.key])
    assert not await (await sink.begin(second, SALES)).find_stored_entries(
        "table", [mine.key, theirs.key]
    )
    [warning] = (await commit(sink, second, SALES)).warnings
    assert "'eu-west-1/123456789012' are still there" in warning
    manifest = json.loads((tmp_path / "out/runs" / f"{second.run_id}.json").read_text())
    assert manifest["place"] == "us-east-1/123456789012"


async def test_records_that_newer_ones_keep_out_are_counted(sink: Sink, rows: Rows):
    await store(sink, run(5), SALES, table("a", content_hash="2"), table("b"))
    receipt = await store(sink, run(3), SALES, table("a"), table("b"), table("c"))
    assert receipt["refused"] == [2, 5]
    assert "refused" not in await store(sink, run(6), SALES, table("a"), table("c"))
    assert await sink.newest_generation("default") == 6


async def test_a_generation_that_was_only_met_is_known_too(sink: Sink, rows: Rows):
    await store(sink, run(1), SALES, table("a"))
    rows("UPDATE tables SET generation = 4000000000000000")
    receipt = await store(sink, run(2), SALES, table("a"))
    assert receipt["refused"] == [1, 4000000000000000]
    assert await sink.newest_generation("default") == 4000000000000000


async def test_every_sink_but_a_stream_knows_the_newest_generation_of_a_source(place: Any):
    sink = place.make()
    await sink.open()
    assert await sink.newest_generation("default") == 0
    for generation in (7, 5):
        receipts = {SALES: await store(sink, run(generation), SALES, table("a"))}
        await commit(sink, run(generation), SALES, receipts=receipts)
    await commit(sink, run(9, source="other", options=ALL_ALLOWED))
    await sink.close()
    again = place.make()
    await again.open()
    assert await again.newest_generation("default") == (7 if place.replaces else 0)
    await again.close()


async def test_a_folder_of_before_is_passed_too(tmp_path: Path):
    (tmp_path / "index").mkdir()
    for number, text in enumerate(('{"run_id": "a", "generation": 41}', "{", '{"x": 1}')):
        (tmp_path / f"index/newest-{number}.json").write_text(text)
    assert await parse_sink(f"file://{tmp_path}").newest_generation("default") == 41


def test_sinks_have_one_identity_however_they_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    for urls in (
        ("file:out", "file:out?format=jsonl", f"file://{tmp_path}/out", "file:./out"),
        ("sqlite:///a.db", f"sqlite:///{tmp_path}/a.db", "sqlite:///x/../a.db"),
    ):
        identities = {parse_sink(url).identity for url in urls}
        assert len(identities) == 1
        assert str(tmp_path.resolve()) in identities.pop()
    assert "hunter2" not in parse_sink("postgresql://u:hunter2@h/d").identity
