from glueline.contract.lineage import Dataset
from glueline_worker.lineage.links.storage import StorageIndex
from glueline_worker.lineage.links.walk import STORAGE_PROCESS, Hop, LineageGraph
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.naming import name_catalog_table, name_s3_path

HERE = LineageContext(region="eu-west-1", account="123456789012")
ORDERS = name_catalog_table("sales", "orders", HERE)
REPORT = name_catalog_table("finance", "report", HERE)
FOLDER = name_s3_path("s3://lake/sales/orders/dt=1")
INDEX = StorageIndex(
    [("sales", "everything", "s3://lake/"), ("sales", "orders", "s3a://lake/sales/orders/")], HERE
)


def walked(
    hops: LineageGraph, start: Dataset, direction: str, depth: int = 9
) -> list[tuple[str, int]]:
    return [(step.hop.process, step.depth) for step in hops.walk(start, direction, depth)]


def test_what_is_written_to_a_path_continues_at_the_table_with_the_longest_prefix():
    raw = name_s3_path("s3://raw/x")
    hops = LineageGraph([Hop(raw, FOLDER, "job/load"), Hop(ORDERS, REPORT, "job/report")], [INDEX])
    assert walked(hops, REPORT, "upstream") == [
        ("job/report", 1),
        (STORAGE_PROCESS, 2),
        ("job/load", 3),
    ]
    assert walked(hops, raw, "downstream") == [
        ("job/load", 1),
        (STORAGE_PROCESS, 2),
        ("job/report", 3),
    ]


def test_what_is_read_from_a_path_comes_from_the_table_on_it():
    hops = LineageGraph([Hop(FOLDER, REPORT, "job/report")], [INDEX])
    assert hops.walk(REPORT, "upstream", 9)[-1].hop == Hop(ORDERS, FOLDER, STORAGE_PROCESS)


def test_a_path_beside_a_table_is_not_on_it():
    index = StorageIndex([("sales", "orders", "s3://lake/sales/orders")], HERE)
    beside = name_s3_path("s3://lake/sales/orders_old")
    hops = LineageGraph([Hop(name_s3_path("s3://raw/x"), beside, "job/load")], [index])
    assert walked(hops, beside, "downstream") == []


def test_circles_end_and_depth_bounds_the_walk():
    a, b, c = (name_catalog_table("d", name, HERE) for name in "abc")
    hops = LineageGraph([Hop(a, b, "1"), Hop(b, c, "2"), Hop(c, a, "3")])
    assert walked(hops, a, "downstream") == [("1", 1), ("2", 2), ("3", 3)]
    assert walked(hops, a, "downstream", depth=2) == [("1", 1), ("2", 2)]
