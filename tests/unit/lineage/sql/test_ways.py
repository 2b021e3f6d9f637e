"""How values pass, and which columns only decide."""

import pytest
from tests.unit.lineage.sql.columns import read_indirect, read_ways

WAYS = {
    "a": "identity",
    "upper(a)": "transformation",
    "CAST(a AS int)": "transformation",
    "(a)": "identity",
    "max(a)": "aggregation",
    "try_sum(a)": "aggregation",
    "sum(a) OVER (PARTITION BY b)": "aggregation",
    "md5(a)": "masking",
    "upper(sha2(concat(a, 'x'), 256))": "masking",
    "max(hash(a))": "masking",
    "round(sum(a), 2)": "aggregation",
    "(SELECT a)": "transformation",
}


@pytest.mark.parametrize(("expression", "way"), WAYS.items())
def test_way_of_an_expression(expression, way):
    assert read_ways(f"SELECT {expression} AS x FROM lab.flat") == {"x": {"flat.a": way}}


def test_ways_add_up_through_subqueries():
    sql = "SELECT y FROM (SELECT concat(x, b) AS y FROM (SELECT md5(a) AS x, b FROM lab.flat))"
    assert read_ways(sql) == {"y": {"flat.a": "masking", "flat.b": "transformation"}}


def test_a_value_that_is_also_seen_is_not_masked():
    sql = "SELECT concat(md5(a), a) AS x, concat(md5(a), sha(a)) AS y FROM lab.flat"
    assert read_ways(sql) == {"x": {"flat.a": "transformation"}, "y": {"flat.a": "masking"}}


INDIRECT = {
    "SELECT a FROM lab.flat WHERE b > 1": {"flat.b filter"},
    "SELECT f.a FROM lab.flat f JOIN lab.fx ON f.b = currency": {
        "flat.b join",
        "fx.currency join",
    },
    "SELECT f.a FROM lab.flat f JOIN lab.flat2 g USING (c)": {"flat.c join", "flat2.c join"},
    "SELECT a, count(*) FROM lab.flat GROUP BY a HAVING max(b) > 1 ORDER BY 1": {
        "flat.a group_by",
        "flat.b filter",
        "flat.a sort",
    },
    "SELECT a, max(b) AS m FROM lab.flat GROUP BY ALL ORDER BY m": {
        "flat.a group_by",
        "flat.b sort",
    },
    "SELECT CASE WHEN b = 1 THEN a END AS x FROM lab.flat": {"flat.b conditional x"},
    "SELECT if(b = 1, a, c) AS x FROM lab.flat": {"flat.b conditional x"},
    "SELECT sum(a) FILTER (WHERE b = 1) AS x FROM lab.flat": {"flat.b filter x"},
    "SELECT sum(a) OVER w AS x FROM lab.flat WINDOW w AS (PARTITION BY b ORDER BY c)": {
        "flat.b window x",
        "flat.c window x",
    },
    "SELECT a FROM lab.flat QUALIFY row_number() OVER (PARTITION BY b ORDER BY c) = 1": {
        "flat.b filter",
        "flat.c filter",
    },
    "SELECT a FROM lab.flat WHERE EXISTS (SELECT 1 FROM lab.fx WHERE currency = b)": {
        "fx.currency filter",
        "flat.b filter",
    },
    "SELECT a FROM lab.flat WHERE b IN (SELECT currency FROM lab.fx)": {
        "flat.b filter",
        "fx.currency filter",
    },
    "SELECT x FROM (SELECT CASE WHEN b = 1 THEN a END AS x FROM lab.flat)": {
        "flat.b conditional x"
    },
    "SELECT a FROM lab.flat EXCEPT SELECT b FROM lab.flat2": {"flat2.b filter"},
    "MERGE INTO lab.flat t USING lab.fx s ON t.a = s.currency "
    "WHEN MATCHED AND s.rate > 1 THEN DELETE": {"fx.currency join", "fx.rate filter"},
    "DELETE FROM lab.flat WHERE a IN (SELECT currency FROM lab.fx)": {"fx.currency filter"},
}


@pytest.mark.parametrize(("sql", "expected"), INDIRECT.items())
def test_columns_that_only_decide(sql, expected):
    assert read_indirect(sql) == expected


def test_a_rank_is_made_of_what_orders_the_rows():
    sql = "SELECT rank() OVER (ORDER BY a) AS r, row_number() OVER (ORDER BY b) AS n FROM lab.flat"
    assert read_ways(sql) == {"r": {"flat.a": "aggregation"}, "n": {}}
