"""Edges whose columns could have been known and are not are named in one sentence."""

import pytest

from glueline.contract.lineage import ColumnEdge, Dataset, IndirectEdge, Origin
from glueline_worker.lineage.job import read_job_lineage
from glueline_worker.lineage.lost_columns import describe_lost_columns
from glueline_worker.lineage.model import Edge, Lineage, LineageContext
from glueline_worker.lineage.naming import name_catalog_table

CONTEXT = LineageContext(
    region="eu-west-1", account="123456789012", schemas={"shop/orders": ("id", "day")}
)
ORDERS = name_catalog_table("shop", "orders", CONTEXT)
OTHER = name_catalog_table("shop", "other", CONTEXT)
LAKE = Dataset(namespace="s3://lake", name="out")


def edge(upstream=ORDERS, downstream=LAKE, *, line=3, is_opaque=True, **more):
    return Edge(upstream, downstream, (Origin.SCRIPT,), line=line, is_opaque=is_opaque, **more)


def describe(*edges):
    return describe_lost_columns(Lineage(edges=edges), CONTEXT)


def test_an_edge_without_any_column_of_a_known_table_is_named_with_its_line():
    (sentence,) = describe(edge())
    assert "shop.orders to s3://lake/out (line 3)" in sentence
    assert "explicit list of columns" in sentence


def test_direct_or_indirect_columns_are_enough():
    direct = (ColumnEdge(upstream="id", downstream="id"),)
    indirect = (IndirectEdge(upstream="day", downstream=None, effect="filter"),)
    assert describe(edge(columns=direct), edge(indirect=indirect)) == ()


def test_a_table_whose_columns_are_not_known_is_no_loss():
    assert describe(edge(OTHER), edge(LAKE, ORDERS)) == ()


def test_columns_that_are_known_to_be_none_are_no_loss():
    assert describe(edge(is_opaque=False)) == ()


@pytest.mark.parametrize(
    ("script", "is_lost"),
    [
        (
            'spark.sql("SELECT count(*) AS n FROM shop.orders").write.parquet("s3://lake/out")',
            False,
        ),
        ('spark.table("shop.orders").write.parquet("s3://lake/out")', False),
        (
            'spark.table("shop.orders").where("day = 1").select("id").write.csv("s3://lake/x")',
            False,
        ),
        ('import a\na.mix(spark.table("shop.orders").rdd).write.csv("s3://lake/x")', True),
    ],
)
def test_scripts_lose_columns_only_where_nothing_says_which(script, is_lost):
    lineage = read_job_lineage({}, script.encode(), None, CONTEXT)
    assert lineage.edges
    assert bool(describe_lost_columns(lineage, CONTEXT)) == is_lost


def test_three_pairs_are_named_and_the_others_counted():
    outs = [Dataset(namespace="s3://lake", name=f"out{number}") for number in range(1_005)]
    (sentence,) = describe(*(edge(downstream=out, line=None) for out in outs))
    assert sentence.count("shop.orders to") == 3
    assert "and 1,002 more" in sentence
