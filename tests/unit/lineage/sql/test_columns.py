"""Columns are resolved as the engine resolves them, by the schemas of the tables."""

import pytest
from tests.unit.lineage.sql.columns import LAB, read_columns

from glueline_worker.lineage.sql import read_sql

CASES = {
    # joins
    "a right join takes the right key": (
        "SELECT customer_id, name FROM lab.orders RIGHT JOIN lab.customers USING (customer_id)",
        {"customer_id": "customers.customer_id", "name": "customers.name"},
    ),
    "a full join takes the key of either side": (
        "SELECT customer_id FROM lab.orders FULL JOIN lab.customers USING (customer_id)",
        {"customer_id": "orders.customer_id customers.customer_id"},
    ),
    "a qualified key is that of its side": (
        "SELECT c.customer_id FROM lab.orders o JOIN lab.customers c USING (customer_id)",
        {"customer_id": "customers.customer_id"},
    ),
    "a star over USING has the key once": (
        "SELECT * FROM lab.fx JOIN (SELECT currency, 1 AS one FROM lab.fx) USING (currency)",
        {"currency": "fx.currency", "rate": "fx.rate", "one": ""},
    ),
    "a natural join merges all common columns": (
        "SELECT * FROM lab.flat NATURAL LEFT JOIN lab.flat2",
        {"a": "flat.a", "b": "flat.b", "c": "flat.c"},
    ),
    "a semi join passes its left side only": (
        "SELECT * FROM lab.fx LEFT SEMI JOIN lab.flat ON a = currency",
        {"currency": "fx.currency", "rate": "fx.rate"},
    ),
    "an anti join hides the columns that both sides have": (
        "SELECT region FROM lab.orders ANTI JOIN lab.customers USING (customer_id)",
        {"region": "orders.region"},
    ),
    "tables of one name in two databases are told apart": (
        (
            "SELECT lab.customers.name, lab2.customers.nick FROM lab.customers JOIN lab2.customers "
            "ON lab.customers.customer_id = lab2.customers.customer_id"
        ),
        {"name": "customers.name", "nick": "customers.nick"},
    ),
    "an alias may name the columns": (
        "SELECT x, z FROM lab.flat AS t (x, y, z)",
        {"x": "flat.a", "z": "flat.c"},
    ),
    # structs
    "a star of a struct yields its fields": (
        "SELECT ship.*, ship.geo.lat AS l FROM lab.orders",
        {"city": "orders.ship", "geo": "orders.ship", "l": "orders.ship"},
    ),
    "a struct column beats a table alias of its name": (
        "SELECT ship.city AS c FROM lab.orders AS ship",
        {"c": "orders.ship"},
    ),
    "a struct that is built and taken apart keeps its fields apart": (
        "SELECT s.x AS x FROM (SELECT struct(a AS x, b AS y) AS s FROM lab.flat)",
        {"x": "flat.a"},
    ),
    "fields stay apart in lists, the first of which is taken": (
        "SELECT l[0].y AS y FROM (SELECT collect_list(named_struct('x', a, 'y', b)) l FROM lab.flat)",
        {"y": "flat.b"},
    ),
    "a struct of all columns has all sources": (
        "SELECT struct(*) AS s, to_json(struct(f.*)) AS j FROM lab.flat f",
        {"s": "flat.a flat.b flat.c", "j": "flat.a flat.b flat.c"},
    ),
    "exploded structs are taken apart": (
        (
            "SELECT i.sku, qty FROM lab.orders LATERAL VIEW explode(items) t AS i "
            "LATERAL VIEW inline(items) u"
        ),
        {"sku": "orders.items", "qty": "orders.items"},
    ),
    # generators
    "Spark names what it explodes": (
        "SELECT col, pos FROM lab.orders LATERAL VIEW posexplode(items) t",
        {"col": "orders.items", "pos": "orders.items"},
    ),
    "the columns of stack come in turn": (
        "SELECT stack(2, 'q1', q1, 'q2', q2) AS (q, v) FROM lab.quarterly",
        {"q": "", "v": "quarterly.q1 quarterly.q2"},
    ),
    "json_tuple names its columns by number": (
        "SELECT c1 FROM lab.flat LATERAL VIEW json_tuple(a, 'x', 'y') t",
        {"c1": "flat.a"},
    ),
    "a lateral query sees the items before it": (
        "SELECT l.s FROM lab.orders o, LATERAL (SELECT o.amount + rate AS s FROM lab.fx) l",
        {"s": "orders.amount fx.rate"},
    ),
    # pivots
    "a pivot groups by what it does not name": (
        (
            "SELECT * FROM (SELECT region, status, amount FROM lab.orders) "
            "PIVOT (sum(amount) AS s, count(*) AS n FOR status IN ('new' AS fresh, 'old'))"
        ),
        {
            "region": "orders.region",
            "fresh_s": "orders.amount",
            "fresh_n": "",
            "old_s": "orders.amount",
            "old_n": "",
        },
    ),
    "a pivot by several columns has their values in its names": (
        (
            "SELECT * FROM (SELECT region, status, amount FROM lab.orders) "
            "PIVOT (sum(amount) FOR (region, status) IN (('x', 'y'), ('z', 'w') AS zw))"
        ),
        {"{x, y}": "orders.amount", "zw": "orders.amount"},
    ),
    "an unpivot stacks columns into one": (
        "SELECT u.id, q, v FROM lab.quarterly UNPIVOT (v FOR q IN (q1, q2)) AS u",
        {"id": "quarterly.id", "q": "", "v": "quarterly.q1 quarterly.q2"},
    ),
    "an unpivot of groups stacks them side by side": (
        "SELECT x, y FROM lab.quarterly UNPIVOT ((x, y) FOR h IN ((q1, q2) AS a, (q3, q4) AS b))",
        {"x": "quarterly.q1 quarterly.q3", "y": "quarterly.q2 quarterly.q4"},
    ),
    # sets
    "a union goes by position": (
        "SELECT * FROM lab.flat UNION ALL SELECT * FROM lab.flat2",
        {"a": "flat.a flat2.c", "b": "flat.b flat2.b", "c": "flat.c flat2.a"},
    ),
    "the right side of EXCEPT passes nothing": (
        "SELECT a FROM lab.flat EXCEPT SELECT b FROM lab.flat2",
        {"a": "flat.a"},
    ),
    # subqueries and names
    "a scalar subquery is read with the tables around it": (
        "SELECT (SELECT max(rate) FROM lab.fx WHERE currency = a) AS m FROM lab.flat",
        {"m": "fx.rate"},
    ),
    "EXISTS and IN pass nothing of their queries": (
        (
            "SELECT EXISTS (SELECT 1 FROM lab.fx) AS e, a IN (SELECT b FROM lab.flat2) AS i "
            "FROM lab.flat"
        ),
        {"e": "", "i": "flat.a"},
    ),
    "an inner CTE shadows an outer one": (
        (
            "WITH x AS (SELECT a AS v FROM lab.flat), "
            "y AS (WITH x AS (SELECT b AS v FROM lab.flat2) SELECT v FROM x) "
            "SELECT x.v, y.v AS w FROM x, y"
        ),
        {"v": "flat.a", "w": "flat2.b"},
    ),
    "a lambda's variable is no column, others in its body are": (
        "SELECT transform(items, a -> a.qty * amount) AS t FROM lab.orders",
        {"t": "orders.items orders.amount"},
    ),
    "a column goes before an alias": (
        "SELECT status AS region, region AS r FROM lab.orders",
        {"region": "orders.status", "r": "orders.region"},
    ),
    "stars leave out, replace and choose columns": (
        "SELECT * EXCEPT (a), f.* ILIKE 'A%' FROM lab.flat f",
        {"b": "flat.b", "c": "flat.c", "a": "flat.a"},
    ),
    "several rows of VALUES are one column": (
        "SELECT col1, col2 FROM VALUES (1, 'a'), (2, 'b')",
        {"col1": "", "col2": ""},
    ),
    "MATCH_RECOGNIZE yields its keys and measures": (
        (
            "SELECT * FROM lab.flat MATCH_RECOGNIZE (PARTITION BY a ORDER BY b "
            "MEASURES LAST(x.c) AS m ONE ROW PER MATCH PATTERN (x+) DEFINE x AS c > 1)"
        ),
        {"a": "flat.a", "m": "flat.c"},
    ),
}


@pytest.mark.parametrize(("sql", "expected"), CASES.values(), ids=CASES)
def test_columns(sql, expected):
    assert read_columns(sql) == expected


WRITES = {
    "an insert goes by position": (
        "INSERT INTO lab.flat SELECT name, region, customer_id FROM lab.customers",
        {"a": "customers.name", "b": "customers.region", "c": "customers.customer_id"},
    ),
    "an insert BY NAME keeps the names": (
        "INSERT INTO lab.flat BY NAME SELECT name AS B, region AS a FROM lab.customers",
        {"b": "customers.name", "a": "customers.region"},
    ),
    "a fixed partition is filled by no column": (
        (
            "INSERT INTO lab.parts PARTITION (day = '1', country) "
            "SELECT order_id, status, region FROM lab.orders"
        ),
        {"id": "orders.order_id", "note": "orders.status", "country": "orders.region"},
    ),
    "a table's rows are inserted": (
        "INSERT INTO lab.flat2 TABLE lab.flat",
        {"c": "flat.a", "b": "flat.b", "a": "flat.c"},
    ),
    "rows that replace others are inserted": (
        "INSERT INTO lab.flat REPLACE WHERE a = 'x' SELECT c, b, a FROM lab.flat2",
        {"a": "flat2.c", "b": "flat2.b", "c": "flat2.a"},
    ),
    "a merge with stars goes by the target's names": (
        (
            "MERGE INTO lab.flat t USING lab.flat2 s ON t.a = s.a "
            "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
        ),
        {"c": "flat2.c", "b": "flat2.b", "a": "flat2.a"},
    ),
    "a view's own names go before those of its query": (
        "CREATE VIEW lab.v (x, y) AS SELECT a, a FROM lab.flat",
        {"x": "flat.a", "y": "flat.a"},
    ),
}


@pytest.mark.parametrize(("sql", "expected"), WRITES.values(), ids=WRITES)
def test_written_columns(sql, expected):
    assert read_columns(sql) == expected


def test_a_query_that_does_not_fit_its_target_names_no_column_that_is_not_there():
    reading = read_sql("INSERT INTO lab.fx SELECT a AS rate, b, c FROM lab.flat", schemas=LAB)
    assert list(reading.statements[0].columns) == ["rate"]
    assert reading.warnings == (
        "line 1: the query has 3 columns and lab.fx takes 2: columns are known by name only",
    )


@pytest.mark.parametrize("dialect", ["athena", "trino", "hive", "postgres"])
def test_other_engines_have_no_aliases_of_aliases(dialect):
    assert read_columns("SELECT x AS b, b + 1 AS c FROM t", dialect, {})["c"] == "t.b"


@pytest.mark.parametrize("dialect", ["spark", "redshift", "snowflake"])
def test_these_engines_have_aliases_of_aliases(dialect):
    assert read_columns("SELECT x AS b, b + 1 AS c FROM t", dialect, {})["c"] == "t.x"


def test_a_position_is_no_column_of_the_table():
    sql = "SELECT x, n FROM t CROSS JOIN UNNEST(t.arr) WITH ORDINALITY AS u (x, n)"
    assert read_columns(sql, "trino", {}) == {"x": "t.arr", "n": ""}


def test_a_column_that_no_known_table_has_is_left_out_and_its_neighbours_stay():
    sql = "SELECT a, nowhere, upper(b) AS u FROM lab.flat JOIN lab.fx ON a = currency"
    assert read_columns(sql) == {"a": "flat.a", "u": "flat.b"}


def test_a_column_that_either_of_two_unknown_tables_may_have_is_left_out():
    sql = "SELECT x, t.y FROM some.t JOIN other.u ON t.id = u.id"
    assert read_columns(sql) == {"y": "t.y"}


def test_an_exploded_map_can_be_called_by_key_and_value():
    sql = "SELECT key AS k, value AS v FROM (SELECT explode(m) FROM some.t)"
    assert read_columns(sql, schemas={}) == {"k": "t.m", "v": "t.m"}


def test_a_key_of_three_unknown_tables_is_that_of_the_side_that_surely_has_it():
    sql = "SELECT x, y FROM some.a JOIN some.b USING (x) JOIN some.c USING (y)"
    assert read_columns(sql, schemas={}) == {"x": "a.x", "y": "c.y"}


def test_a_branch_of_a_table_has_its_columns():
    sql = "SELECT * FROM lab.flat.branch_audit"
    assert read_columns(sql) == {
        "a": "branch_audit.a",
        "b": "branch_audit.b",
        "c": "branch_audit.c",
    }


def test_a_table_may_be_called_as_metadata_is():
    schemas = {"lab/history": ("a", "b")}
    assert read_columns("SELECT * FROM cat.lab.history", schemas=schemas) == {
        "a": "history.a",
        "b": "history.b",
    }
    assert read_columns("SELECT a FROM glue_catalog.lab.history") == {"a": "history.a"}


def test_metadata_of_a_table_has_columns_of_its_own():
    assert read_columns("SELECT a, snapshot_id FROM cat.lab.flat.snapshots") == {}


@pytest.mark.parametrize("dialect", ["redshift", "bigquery"])
def test_an_array_of_an_earlier_table_is_no_table(dialect):
    sql = "SELECT i.sku, o.status FROM lab.orders o, o.items i"
    assert read_columns(sql, dialect) == {"sku": "orders.items", "status": "orders.status"}
    assert read_sql(sql, dialect=dialect, schemas=LAB).statements[0].reads == (("lab", "orders"),)


def test_a_merge_may_insert_values_by_position():
    sql = (
        "MERGE INTO lab.fx USING lab.flat s ON fx.currency = s.a "
        "WHEN NOT MATCHED THEN INSERT VALUES (s.a, upper(s.b))"
    )
    assert read_columns(sql, "redshift") == {"currency": "flat.a", "rate": "flat.b"}
