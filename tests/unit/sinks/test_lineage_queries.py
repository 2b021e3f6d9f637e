"""The queries for lineage: links, the places of data, partitions elsewhere."""

from msgspec.structs import replace
from tests.unit.sinks.samples import (
    HERE,
    commit,
    database,
    edge,
    job,
    partition,
    run,
    store,
    table,
    wide_table,
)

from glueline.contract.lineage import Dataset
from glueline.contract.records import CatalogLink, Storage
from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.sql.lineage_queries import (
    select_column_names,
    select_columns_into,
    select_databases,
    select_partitions_elsewhere,
    select_tables,
)
from glueline_worker.sinks.sql.sink import SqlSink

OWNER = CatalogLink(catalog_id="210987654321", database="sales", region="us-east-1")


async def test_databases_say_what_they_link_to(sink: Sink):
    assert isinstance(sink, SqlSink)
    await store(sink, run(), "databases", database("own"), database("shared", target=OWNER))
    found = {each.name: each.target for each in await sink.read(select_databases)}
    assert found == {"own": None, "shared": OWNER}


async def test_tables_say_where_their_data_stands(sink: Sink):
    assert isinstance(sink, SqlSink)

    def stored(*places: str) -> Storage:
        return Storage(location="s3://lake/t", data_locations=places)

    records = [
        table("here", storage=stored("s3://lake/t", "s3://old/t")),
        table("unknown", storage=stored()),
        table("older", storage=Storage(location="s3://lake/o")),
        table("view", storage=Storage(data_locations=())),
        table("link"),
    ]
    await store(sink, run(), "database/sales", *records)
    found = {each.name: each.data_locations for each in await sink.read(select_tables)}
    assert found == {
        "here": ("s3://lake/t", "s3://old/t"),
        "unknown": (),
        "older": ("s3://lake/o",),
        "view": None,
        "link": None,
    }


async def test_partitions_elsewhere_are_those_not_below_their_table(sink: Sink):
    assert isinstance(sink, SqlSink)
    await store(
        sink, run(), "database/sales", table("orders", storage=Storage(location="s3://lake/t_/"))
    )
    places = {
        "below": "s3://lake/t_/dt=1",
        "beside": "s3://lake/t_2/dt=2",
        "alike": "s3://lake/tx/dt=3",
        "away": "s3://old/dt=4",
    }
    parts = [partition(day, storage=Storage(location=place)) for day, place in places.items()]
    await store(sink, run(), "partitions/sales/orders", *parts, partition("none"))
    found = await sink.read(select_partitions_elsewhere)
    assert {each.location for each in found} == {places[day] for day in ("beside", "alike", "away")}
    assert {(each.database, each.table, each.catalog_id) for each in found} == {
        ("sales", "orders", HERE["catalog_id"])
    }


async def test_a_partition_is_compared_with_the_table_of_its_own_catalogue(sink: Sink):
    assert isinstance(sink, SqlSink)
    for catalog, root in (("123456789012", "s3://lake/t"), ("123456789012:inner", "s3://inner/t")):
        at = {"catalog_id": catalog}
        orders = replace(table("orders", storage=Storage(location=root)), **at)
        below = replace(partition("1", storage=Storage(location=f"{root}/dt=1")), **at)
        await store(sink, run(), f"table/{catalog}", orders, below)
    assert len(await sink.read(select_tables)) == 2
    assert not await sink.read(select_partitions_elsewhere)


async def test_edges_into_datasets_come_with_both_kinds_of_columns(sink: Sink):
    assert isinstance(sink, SqlSink)
    await store(sink, run(), "job/j", edge("job/j"), edge("job/j", downstream="c"))
    into = [Dataset(namespace="s3://lake", name="b"), Dataset(namespace="s3://other", name="c")]
    [found] = await sink.read(lambda connection: list(select_columns_into(connection, into)))
    assert (found.edge.process, found.edge.downstream) == ("job/j", into[0])
    assert [(each["upstream"], each["transformation"], each["line"]) for each in found.direct] == [
        ("x", "transformation", 7)
    ]
    assert [(each["upstream"], each["downstream"], each["effect"]) for each in found.indirect] == [
        ("k", None, "filter"),
        ("z", "y", "conditional"),
    ]
    await store(sink, run(2), "job/j", job("j"))
    await commit(sink, run(2), "job/j")
    assert await sink.read(lambda connection: list(select_columns_into(connection, into))) == []


async def test_a_table_tells_its_columns_and_partition_keys(sink: Sink):
    assert isinstance(sink, SqlSink)
    await store(sink, run(), "database/sales", wide_table(), table("orders2"))
    names = await sink.read(lambda connection: select_column_names(connection, "Sales", "Orders"))
    assert names == {"id", "price", "day"}
