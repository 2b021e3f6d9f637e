"""Stored lineage joined across linked databases and the places of data."""

from glueline.contract.lineage import Dataset
from glueline.contract.records import CatalogLink
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.naming import name_catalog_table, name_s3_path
from glueline_worker.questions.dataset_names import find_datasets, get_full_name
from glueline_worker.questions.stored_lineage import StoredLineage, join_lineage
from glueline_worker.sinks.sql.lineage_queries import (
    StoredDatabase,
    StoredEdge,
    StoredPartition,
    StoredTable,
)

REGION, CONSUMER, OWNER = "eu-west-1", "123456789012", "210987654321"


def named(text: str, account: str = CONSUMER, region: str = REGION) -> Dataset:
    database, table = text.split(".")
    return name_catalog_table(database, table, LineageContext(region=region, account=account))


def edge(upstream: Dataset | str, downstream: Dataset | str, process: str = "job/j") -> StoredEdge:
    up, down = (named(end) if isinstance(end, str) else end for end in (upstream, downstream))
    return StoredEdge(process, up, down)


def link(
    name: str,
    target: str,
    owner: str | None = OWNER,
    region: str | None = None,
    account: str = CONSUMER,
) -> StoredDatabase:
    pointer = CatalogLink(catalog_id=owner, database=target, region=region)
    return StoredDatabase("consumer", REGION, account, name, pointer)


def own(name: str, account: str = OWNER, region: str = REGION) -> StoredDatabase:
    return StoredDatabase("producer", region, account, name, None)


def stored_table(
    text: str, *places: str, account: str = OWNER, source: str = "producer"
) -> StoredTable:
    database, name = text.split(".")
    location = places[0] if places else "s3://lake/x-__PLACEHOLDER__"
    return StoredTable(source, REGION, account, database, name, location, places)


def upstream(stored: StoredLineage, start: Dataset) -> set[Dataset]:
    return {step.hop.upstream for step in stored.hops.walk(start, "upstream", 9)}


def downstream(stored: StoredLineage, start: Dataset) -> set[Dataset]:
    return {step.hop.downstream for step in stored.hops.walk(start, "downstream", 9)}


def test_what_is_read_through_a_linked_database_comes_from_its_owner():
    raw = name_s3_path("s3://raw/orders")
    edges = [edge("shared.orders", "reports.daily"), edge(raw, named("sales.orders", OWNER))]
    stored = join_lineage(edges, [link("shared", "sales"), own("sales")], [])
    found = upstream(stored, named("reports.daily"))
    assert found == {named("shared.orders"), named("sales.orders", OWNER), raw}
    assert stored.warnings(found) == []
    # A table of the consumer that has the owner's name is another one.
    assert upstream(stored, named("sales.orders")) == set()


def test_what_is_written_through_a_link_arrives_at_the_owners_table_and_on_its_path():
    edges = [
        edge("reports.daily", "shared.orders"),
        edge(named("sales.orders", OWNER), named("board.kpi", OWNER)),
    ]
    stored = join_lineage(edges, [link("shared", "sales"), own("sales")], [])
    assert named("board.kpi", OWNER) in downstream(stored, named("reports.daily"))
    assert upstream(stored, named("board.kpi", OWNER)) >= {named("reports.daily")}


def test_a_link_of_the_same_name_and_one_across_regions():
    edges = [edge("sales.orders", "a.x"), edge("far.orders", "a.y")]
    links = [link("sales", "sales"), link("far", "sales", region="us-east-1")]
    stored = join_lineage(edges, [*links, own("sales"), own("sales", region="us-east-1")], [])
    assert upstream(stored, named("a.x")) == {named("sales.orders"), named("sales.orders", OWNER)}
    assert upstream(stored, named("a.y")) == {
        named("far.orders"),
        named("sales.orders", OWNER, "us-east-1"),
    }


def test_links_of_links_lead_to_the_end_and_circles_end():
    edges = [edge("one.t", "a.x"), edge("round.t", "a.y"), edge("self.t", "a.z")]
    databases = [
        link("one", "two", CONSUMER),
        link("two", "sales"),
        link("round", "about", CONSUMER),
        link("about", "round", None),
        link("self", "self", None),
        own("sales"),
    ]
    stored = join_lineage(edges, databases, [stored_table("sales.t", "s3://lake/t")])
    assert upstream(stored, named("a.x")) == {
        named("one.t"),
        named("two.t"),
        named("sales.t", OWNER),
    }
    assert upstream(stored, named("a.y")) == {named("round.t"), named("about.t")}
    assert upstream(stored, named("a.z")) == {named("self.t")}
    assert downstream(stored, named("sales.t", OWNER)) >= {named("two.t"), named("one.t")}


def test_a_link_into_a_nested_catalogue():
    databases = [link("lake", "ns", f"{OWNER}:s3tablescatalog/b1")]
    stored = join_lineage([edge("lake.t", "a.x")], databases, [])
    nested = name_catalog_table(
        "ns", "t", LineageContext(REGION, OWNER), f"{OWNER}:s3tablescatalog/b1"
    )
    assert nested in upstream(stored, named("a.x"))


def test_a_link_whose_owner_is_not_in_the_sink_is_a_warning():
    stored = join_lineage([edge("shared.orders", "a.x")], [link("shared", "sales")], [])
    (warning,) = stored.warnings([named("a.x"), named("shared.orders"), named("shared.orders")])
    assert warning.startswith(
        "database shared is a resource link to database sales of 210987654321, which this sink "
        "does not hold"
    )
    assert named("shared.more") in stored.links.find_tables("Shared.more")


def test_a_table_read_through_a_link_is_the_owners():
    table = stored_table("shared.orders", "s3://lake/orders", account=OWNER, source="consumer")
    path = name_s3_path("s3://lake/orders/dt=1")
    stored = join_lineage([edge(path, "a.x")], [link("shared", "sales")], [table])
    assert upstream(stored, named("a.x")) == {path, named("sales.orders", OWNER)}
    assert stored.warnings([named("shared.orders")]) == []


def test_every_place_of_a_table_is_joined_and_the_nearest_of_all_catalogues_wins():
    tables = [
        stored_table("sales.orders", "s3://lake/orders", "s3://old/orders"),
        stored_table("board.all", "s3://lake", account=CONSUMER, source="consumer"),
    ]
    partition = StoredPartition("producer", REGION, OWNER, "sales", "orders", "s3://cold/2019")
    places = [
        name_s3_path(f"s3://{place}/f") for place in ("lake/orders", "old/orders", "cold/2019")
    ]
    edges = [edge("raw.r", place) for place in places]
    stored = join_lineage(edges, [], tables, [partition])
    assert upstream(stored, named("sales.orders", OWNER)) == {*places, named("raw.r")}
    assert upstream(stored, named("board.all")) == set()


def test_a_table_whose_data_stands_nobody_knows_where_is_a_warning():
    stored = join_lineage([], [], [stored_table("sales.orders")])
    (warning,) = stored.warnings([named("sales.orders", OWNER)])
    assert "the catalogue does not say where its data is" in warning


def test_names_find_tables_of_nested_catalogues_and_accounts():
    nested = name_catalog_table(
        "ns", "orders", LineageContext(REGION, CONSUMER), "s3tablescatalog/b1"
    )
    mine, theirs = named("sales.orders"), named("sales.orders", OWNER)
    path = name_s3_path("s3://lake/sales.orders")
    known = {nested, mine, theirs, path}
    for text in (
        "ns.orders",
        "NS/orders",
        "s3tablescatalog/b1.ns.orders",
        '"s3tablescatalog/b1"."ns"."orders"',
        f"{CONSUMER}:s3tablescatalog/b1.ns.orders",
        get_full_name(nested),
    ):
        assert find_datasets(text, known) == [nested], text
    assert find_datasets("sales.orders", known) == [mine, theirs]
    assert find_datasets(f"{OWNER}.sales.orders", known) == [theirs]
    assert find_datasets(f"arn:aws:glue:{REGION}:{OWNER}:table/sales/orders", known) == [theirs]
    assert find_datasets("s3://lake/sales.orders/", known) == [path]
    assert find_datasets("lake/sales.ord", known) == [path]
