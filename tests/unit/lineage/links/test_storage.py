import pytest

from glueline_worker.lineage.links.storage import StorageIndex
from glueline_worker.lineage.naming import name_location, name_s3_path

TABLES = [
    ("sales", "orders", "s3://lake/sales/orders/"),
    ("sales", "orders_old", "s3a://lake/sales/orders"),
    ("sales", "archive", "s3://lake/sales/orders/archive"),
    ("shop", "pg", "shop.public.orders"),
]


def index(context):
    return StorageIndex(TABLES, context)


def test_the_nearest_location_above_a_path_wins(context, name):
    found = index(context).find_tables(name_s3_path("s3://lake/sales/orders/archive/year=2024"))
    assert list(map(name, found)) == ["glue:sales/archive"]


def test_tables_may_share_a_location(context, name):
    found = index(context).find_tables(name_s3_path("s3://lake/sales/orders/2024"))
    assert list(map(name, found)) == ["glue:sales/orders", "glue:sales/orders_old"]


def test_a_prefix_ends_between_slashes(context):
    assert index(context).find_tables(name_s3_path("s3://lake/sales/orders_backup")) == ()
    assert index(context).find_tables(name_s3_path("s3://lake/sales")) == ()


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("feed/2025-01-01", ["feed"]),
        ("feed", ["feed"]),
        ("feed/{date}/part", ["feed"]),
        ("feed/special/x", ["special"]),
        ("feedback/2025", []),
        ("logs/eu/data/1", ["logs"]),
        ("logs/eu/other/1", []),
        ("logs/eu", ["logs"]),
        ("v/v2-2025", ["versions"]),
        ("v/v1-2025", []),
        ("v/v1-{date}", []),
        ("v/{arg:folder}", ["versions"]),
        ("logs/eu/{arg:kind}/1", []),
        ("odd/a[1]?/x", []),
        ("", []),
    ],
)
def test_a_wildcard_stands_for_the_values_of_partitions(context, name, path, found):
    tables = [
        ("db", "feed", "s3://lake/feed/*/"),
        ("db", "special", "s3a:///lake//feed/special"),
        ("db", "logs", "S3://lake/logs/*/data/*"),
        ("db", "versions", "s3://lake/v/v2-*/"),
        ("db", "odd", "s3://lake/odd/a[1]?/"),
    ]
    assert list(
        map(name, StorageIndex(tables, context).find_tables(name_s3_path(f"s3://lake/{path}")))
    ) == [f"glue:db/{table}" for table in found]


def test_what_stands_nearer_than_a_wildcard_wins(context, name):
    tables = [
        ("db", "all", "s3://lake/x"),
        ("db", "orders", "s3://lake/x/*/orders"),
        ("db", "eu", "s3://lake/x/eu"),
    ]
    index = StorageIndex(tables, context)
    found = {
        path: [
            name(table).rpartition("/")[2]
            for table in index.find_tables(name_s3_path(f"s3://lake/{path}"))
        ]
        for path in ("x", "x/us/orders/1", "x/us/returns", "x/eu/orders")
    }
    assert found == {
        "x": ["all"],
        "x/us/orders/1": ["orders"],
        "x/us/returns": ["all"],
        "x/eu/orders": ["eu"],
    }


def test_other_stores_than_s3_have_tables_too(context, name):
    index = StorageIndex([("db", "t", "hdfs://nn:8020/data/t/")], context)
    assert list(map(name, index.find_tables(name_location("hdfs://nn:8020/data/t/1")))) == [
        "glue:db/t"
    ]
