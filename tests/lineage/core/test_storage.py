from glueline.contract.lineage import Origin
from glueline_worker.lineage.model import Edge, Lineage
from glueline_worker.lineage.naming import catalog_table, s3
from glueline_worker.lineage.storage import StorageIndex, extend

TABLES = [
    ("sales", "orders", "s3://lake/sales/orders/"),
    ("sales", "orders_old", "s3a://lake/sales/orders"),
    ("sales", "archive", "s3://lake/sales/orders/archive"),
    ("shop", "pg", "shop.public.orders"),
]


def index(around, **fields):
    return StorageIndex(TABLES, around, **fields)


def test_the_nearest_location_above_a_path_wins(around, name):
    found = index(around).tables_on(s3("s3://lake/sales/orders/archive/year=2024"))
    assert list(map(name, found)) == ["glue:sales/archive"]


def test_tables_may_share_a_location(around, name):
    found = index(around).tables_on(s3("s3://lake/sales/orders/2024"))
    assert list(map(name, found)) == ["glue:sales/orders", "glue:sales/orders_old"]


def test_a_prefix_ends_between_slashes(around):
    assert index(around).tables_on(s3("s3://lake/sales/orders_backup")) == ()
    assert index(around).tables_on(s3("s3://lake/sales")) == ()


def test_what_is_written_on_a_path_arrives_in_its_table(around, say):
    source, target = s3("s3://in/x"), s3("s3://lake/sales/orders/archive/")
    lineage = Lineage((source,), (target,), (Edge(source, target, (Origin.SCRIPT,)),))
    extended = extend(lineage, index(around))
    assert say(extended) == [
        "s3://in/x -> s3://lake/sales/orders/archive",
        "s3://lake/sales/orders/archive -> glue:sales/archive",
    ]
    assert [edge.origins for edge in extended.edges] == [(Origin.SCRIPT,), (Origin.CATALOG,)]


def test_what_is_read_from_a_path_comes_from_its_table(around, say):
    lineage = Lineage(inputs=(s3("s3://lake/sales/orders/archive/2024"),))
    assert say(extend(lineage, index(around))) == [
        "glue:sales/archive -> s3://lake/sales/orders/archive/2024"
    ]


def test_a_resource_link_leads_to_its_target(around, say):
    link = catalog_table("shared", "orders", around)
    target = catalog_table("sales", "orders", around, "210987654321")
    found = index(around, links=[(link, target)])
    assert say(extend(Lineage(inputs=(link,)), found)) == [
        "arn:aws:glue:eu-west-1:210987654321/table/sales/orders -> glue:shared/orders"
    ]
    assert say(extend(Lineage(outputs=(link,)), found)) == [
        "glue:shared/orders -> arn:aws:glue:eu-west-1:210987654321/table/sales/orders"
    ]
