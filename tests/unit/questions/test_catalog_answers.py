"""Answers about tables and jobs, from each kind of database."""

import pytest
from msgspec.structs import replace
from tests.unit.sinks.samples import (
    HERE,
    commit,
    database,
    edge,
    job,
    partition,
    partition_summary,
    run,
    store,
    table,
    wide_table,
)

from glueline.contract.errors import UsageError
from glueline.contract.lineage import Dataset
from glueline.contract.messages import encode
from glueline.contract.records import CatalogLink
from glueline_worker.questions.catalog_answers import (
    Scope,
    describe_job,
    describe_table,
    find_matching_tables,
)
from glueline_worker.questions.lineage_answers import find_neighbours
from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.sql.sink import SqlSink

ODD = [
    "a%b",
    "a_b",
    "a=b",
    "a/b",
    "..",
    "a'b",
    'a"b',
    "a\\b",
    "x" * 1000,
    "größe",
    "a*b",
    "[a]",
    "🙂",
]
ANYWHERE = Scope()


@pytest.fixture
async def held(sink: Sink) -> SqlSink:
    """A sink with tables of two databases, partitions, and a job."""
    assert isinstance(sink, SqlSink)
    await store(
        sink,
        run(),
        "database/sales",
        wide_table(),
        table("raw_orders", format="iceberg", owner="Data"),
        table("orders", "raw"),
    )
    await store(sink, run(), "partitions/sales/orders", partition_summary(7))
    await store(sink, run(), "partitions/sales/raw_orders", partition("1", table_name="raw_orders"))
    await store(sink, run(), "job/nightly", job("nightly"), edge("job/nightly"))
    await store(sink, run(), "job/hourly", job("hourly"), edge("job/hourly", "c", "d"))
    return sink


@pytest.mark.parametrize(
    ("globs", "expected"),
    [
        ([], ["raw.orders", "sales.orders", "sales.raw_orders"]),
        (["sales.*"], ["sales.orders", "sales.raw_orders"]),
        (["*.orders"], ["raw.orders", "sales.orders"]),
        (["RAW_*"], ["sales.raw_orders"]),
        (["raw?orders"], ["sales.raw_orders"]),
        (["raw.*", "*.raw_orders"], ["raw.orders", "sales.raw_orders"]),
        (["sales.[a-o]*"], ["sales.orders"]),
        (["[!s]*.orders"], ["raw.orders"]),
        (["order[", "raw_[o]rders"], ["sales.raw_orders"]),
        (["%"], []),
        (["order_"], []),
    ],
)
async def test_globs_choose_tables(held: SqlSink, globs: list[str], expected: list[str]):
    found = await find_matching_tables(held, globs)
    assert [f"{each.database}.{each.name}" for each in found] == expected


async def test_format_and_owner_narrow_the_list(held: SqlSink):
    assert [t.name for t in await find_matching_tables(held, [], table_format="ICEBERG")] == [
        "raw_orders"
    ]
    assert [t.name for t in await find_matching_tables(held, [], owner="data")] == ["raw_orders"]
    assert await find_matching_tables(held, ["raw.*"], owner="data") == []


async def test_a_table_has_its_record_and_the_number_of_its_partitions(held: SqlSink):
    answer = await describe_table(held, "sales.orders", ANYWHERE)
    assert answer.record["columns"][0]["comment"] == "the order"
    assert (answer.dataset.name, answer.partitions) == ("table/sales/orders", 7)
    assert (await describe_table(held, "Sales.Raw_Orders", ANYWHERE)).partitions == 1
    assert (await describe_table(held, "raw.orders", ANYWHERE)).partitions is None


@pytest.mark.parametrize("account", [f"{HERE['catalog_id']}:", ""])
@pytest.mark.parametrize("form", ["sales.orders", '"sales"."orders"', "sales/orders"])
async def test_a_table_is_named_as_for_lineage(held: SqlSink, account: str, form: str):
    answer = await describe_table(held, account + form, ANYWHERE)
    assert answer.record["database_name"] == "sales"


@pytest.mark.parametrize("name", ODD)
async def test_odd_names_are_found(held: SqlSink, name: str):
    await store(held, run(), "database/sales", table(name))
    of_job = replace(edge("job/odd"), process=f"job/{encode(name)}")
    await store(held, run(), "job/odd", job(name), of_job)
    assert (await describe_table(held, f"sales.{name}", ANYWHERE)).record["name"] == name
    answer = await describe_job(held, name, ANYWHERE)
    assert (answer.record["name"], len(answer.edges)) == (name, 1)
    assert await describe_job(held, f"job/{encode(name)}", ANYWHERE) == answer
    assert name in [each.name for each in await find_matching_tables(held, [f"sales.{name}"])]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("sales.ordres", "did you mean sales.orders"),
        ("seles.raw_orders", "did you mean sales.raw_orders"),
        ("sales.weather", "is known$"),
        ("orders", "can mean 2 tables: .*sales.orders"),
        ("sales.ord\udcff\0", "no table 'sales.ord"),
        ("'; DROP TABLE tables; --", "no table"),
        ("a." * 1999, "no table"),
        ("x" * 5000, "too long"),
        (" . ", "no table"),
        (" ", "name a thing"),
    ],
)
async def test_a_name_of_no_table_or_several_is_refused(held: SqlSink, name: str, error: str):
    with pytest.raises(UsageError, match=error):
        await describe_table(held, name, ANYWHERE)


async def test_one_source_of_several_can_be_chosen(held: SqlSink):
    other = run(source="other")
    await store(held, other, "database/sales", table("orders", source="other"))
    with pytest.raises(UsageError, match=r"can mean 2 tables: .*\(source other.*--source"):
        await describe_table(held, "sales.orders", ANYWHERE)
    answer = await describe_table(held, "sales.orders", Scope(source="other"))
    assert (answer.record["source"], answer.partitions) == ("other", None)
    with pytest.raises(UsageError, match=r"is not known there, but as .*source default"):
        await describe_table(held, "sales.orders", Scope(region="mars-1"))


async def test_what_was_deleted_is_not_found(held: SqlSink):
    await commit(held, run(2), "database/sales", "jobs", receipts={})
    with pytest.raises(
        UsageError, match=r"no table 'sales.orders' is known; did you mean raw.orders"
    ):
        await describe_table(held, "sales.orders", ANYWHERE)
    with pytest.raises(UsageError, match=r"no job 'nightly' is known$"):
        await describe_job(held, "nightly", ANYWHERE)
    assert [each.database for each in await find_matching_tables(held, ["orders"])] == ["raw"]


async def test_a_job_has_its_own_edges_with_their_lines(held: SqlSink):
    answer = await describe_job(held, "nightly", ANYWHERE)
    assert [found["process"] for found in answer.edges] == ["job/nightly"]
    assert answer.edges[0]["columns"][0]["line"] == 7
    assert (await describe_job(held, "job/hourly", ANYWHERE)).edges[0]["upstream"]["name"] == "c"


@pytest.mark.parametrize(
    ("name", "error"),
    [("nightyl", "did you mean nightly"), ("weather", "is known$"), ("NIGHTLY", "mean nightly")],
)
async def test_a_name_of_no_job_is_refused(held: SqlSink, name: str, error: str):
    with pytest.raises(UsageError, match=error):
        await describe_job(held, name, ANYWHERE)


async def test_a_table_read_through_a_link_has_the_lineage_of_its_owner(held: SqlSink):
    owner = CatalogLink(catalog_id="210987654321", database="sales", region="us-east-1")
    through = replace(table("items", "shared"), catalog_id="210987654321")
    report = Dataset(namespace="s3://lake", name="report")
    items = Dataset(namespace="arn:aws:glue:us-east-1:210987654321", name="table/sales/items")
    of_job = replace(edge("job/far"), upstream=items, downstream=report)
    await store(held, run(), "databases", database("shared", target=owner))
    await store(held, run(), "database/shared", through)
    await store(held, run(), "job/far", job("far"), of_job)
    answer = await describe_table(held, "shared.items", ANYWHERE)
    assert answer.dataset == items
    near = await find_neighbours(held, answer.dataset)
    assert report in [step.hop.downstream for step in near.steps["downstream"]]
