"""INSERTs as Hive and Spark write them."""

import pytest
from tests.unit.lineage.sql.columns import LAB, read_columns

from glueline_worker.lineage.sql import read_sql

FLAT = {"a": "orders.status", "b": "orders.region", "c": ""}
FORMS = {
    "from a subquery with an alias": (
        "FROM (SELECT status, region FROM lab.orders) q "
        "INSERT INTO lab.flat SELECT q.status, q.region, 'x'"
    ),
    "from a subquery of a subquery": (
        "FROM (FROM (SELECT * FROM lab.orders) o SELECT o.status, region) q "
        "INSERT OVERWRITE TABLE lab.flat SELECT q.*, 1"
    ),
    "from a CTE": (
        "WITH x AS (SELECT status, region FROM lab.orders) "
        "FROM x INSERT INTO lab.flat SELECT status, x.region, 1"
    ),
    "from a CTE with an alias and a lateral view": (
        "WITH x AS (SELECT status, region FROM lab.orders) "
        "FROM x y LATERAL VIEW explode(array(region)) e AS r "
        "INSERT INTO lab.flat SELECT y.status, r, 1 WHERE r > 'a'"
    ),
    "from a join": (
        "FROM lab.orders o JOIN lab.customers c ON o.customer_id = c.customer_id "
        "INSERT INTO lab.flat SELECT o.status, o.region, 1 GROUP BY o.status, o.region"
    ),
    "with schema evolution": (
        "INSERT WITH SCHEMA EVOLUTION INTO lab.flat SELECT status, region, 1 FROM lab.orders"
    ),
    "with schema evolution by name": (
        "INSERT WITH SCHEMA EVOLUTION INTO lab.flat BY NAME "
        "SELECT 1 AS c, region AS b, status AS a FROM lab.orders"
    ),
}


@pytest.mark.parametrize("dialect", ["spark", "hive"])
@pytest.mark.parametrize("form", FORMS)
def test_an_insert(form, dialect):
    reading = read_sql(FORMS[form], dialect=dialect, schemas=LAB)
    assert read_columns(FORMS[form], dialect) == FLAT
    assert reading.warnings == ()
    assert ("lab", "orders") in reading.statements[-1].reads
    assert all(table[0] == "lab" for table in reading.statements[-1].reads)


@pytest.mark.parametrize("dialect", ["spark", "hive"])
@pytest.mark.parametrize("query", ["SELECT b, c FROM lab.flat2", "(SELECT b, c FROM lab.flat2)"])
def test_a_partition_that_is_written_unless_it_exists(query, dialect):
    sql = f"INSERT OVERWRITE TABLE lab.flat PARTITION (c = 'x') IF NOT EXISTS {query}"
    assert read_columns(sql, dialect) == {"a": "flat2.b", "b": "flat2.c"}


def test_a_flow_is_its_insert():
    sql = "CREATE FLOW f AS INSERT INTO lab.flat BY NAME SELECT region AS b FROM STREAM lab.orders"
    assert read_columns(sql) == {"b": "orders.region"}


def test_several_inserts_share_a_source():
    sql = (
        "WITH x AS (SELECT * FROM lab.flat) FROM (SELECT a, b FROM x) q "
        "INSERT OVERWRITE DIRECTORY 's3://lake/out' SELECT q.b "
        "INSERT OVERWRITE TABLE lab.fx PARTITION (rate = 1) IF NOT EXISTS SELECT q.a WHERE q.b > 1"
    )
    first, second = read_sql(sql, schemas=LAB).statements
    assert (first.path_writes, dict(first.columns)) == (
        ("s3://lake/out",),
        {"b": ((("lab", "flat"), "b"),)},
    )
    assert (second.write, dict(second.columns)) == (
        ("lab", "fx"),
        {"currency": ((("lab", "flat"), "a"),)},
    )
    assert first.reads == second.reads == (("lab", "flat"),)


def test_a_merge_may_change_the_schema():
    sql = (
        "MERGE WITH SCHEMA EVOLUTION INTO lab.fx t USING lab.flat s ON t.currency = s.a "
        "WHEN MATCHED THEN UPDATE SET rate = s.b"
    )
    assert read_columns(sql) == {"rate": "flat.b"}


def test_a_query_that_does_not_fit_its_columns_makes_no_new_ones():
    reading = read_sql("INSERT INTO lab.fx (rate) SELECT a, b FROM lab.flat", schemas=LAB)
    assert not reading.statements[0].columns
    assert reading.warnings == (
        "line 1: the query has 2 columns and lab.fx takes 1: columns are known by name only",
    )


def test_a_script_that_transforms_rows_may_use_all_that_it_gets():
    sql = "INSERT INTO lab.fx SELECT TRANSFORM (a, b) USING 'x' AS (t INT, z) FROM lab.flat"
    assert read_columns(sql) == {"currency": "flat.a flat.b", "rate": "flat.a flat.b"}
    sql = "SELECT TRANSFORM (a) USING 'x' FROM lab.flat"
    assert read_columns(sql) == {"key": "flat.a", "value": "flat.a"}


def test_a_list_behind_map_holds_no_tables():
    sql = "FROM lab.flat MAP a, b USING 'x' AS t, z INSERT OVERWRITE TABLE lab.fx"
    assert read_sql(sql, dialect="hive").statements[0].reads == (("lab", "flat"),)
