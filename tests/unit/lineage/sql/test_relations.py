"""Relations made anew: recursive CTEs, PIVOT behind joins, tables given to functions, patterns."""

import pytest
from tests.unit.lineage.sql.columns import LAB, read_columns, read_indirect

from glueline_worker.lineage.sql import read_sql

CASES = {
    # recursive CTEs
    "a recursive query may swap columns": (
        (
            "WITH RECURSIVE r(p, q, n) AS (SELECT a, b, 1 FROM lab.flat "
            "UNION ALL SELECT q, p, n + 1 FROM r WHERE n < 3) SELECT p, q FROM r"
        ),
        {"p": "flat.a flat.b", "q": "flat.b flat.a"},
    ),
    "a value may wander through all columns": (
        (
            "WITH RECURSIVE r AS (SELECT a, b, c FROM lab.flat UNION ALL SELECT b, c, c FROM r) "
            "SELECT a FROM r"
        ),
        {"a": "flat.a flat.b flat.c"},
    ),
    "a recursive query may join itself to a table": (
        (
            "WITH RECURSIVE r(k, path) AS (SELECT a, b FROM lab.flat UNION ALL "
            "SELECT f.a, concat(r.path, f.c) FROM lab.flat f JOIN r ON f.b = r.k) SELECT * FROM r"
        ),
        {"k": "flat.a", "path": "flat.b flat.c"},
    ),
    # pivots
    "a pivot takes the whole join before it": (
        (
            "SELECT * FROM lab.fx x JOIN lab.flat f ON x.currency = f.a "
            "PIVOT (max(rate) AS m, min(f.c) AS n FOR b IN ('u' AS u))"
        ),
        {"currency": "fx.currency", "a": "flat.a", "u_m": "fx.rate", "u_n": "flat.c"},
    ),
    "a pivot takes both sides of a cross join": (
        "SELECT u FROM lab.fx x CROSS JOIN lab.flat f PIVOT (max(rate) FOR b IN ('u' AS u))",
        {"u": "fx.rate"},
    ),
    "an unpivot takes the key of USING once": (
        "SELECT * FROM lab.parts JOIN lab.quarterly USING (id) UNPIVOT (v FOR q IN (q1, q2)) AS u",
        {
            "id": "parts.id",
            "note": "parts.note",
            "day": "parts.day",
            "country": "parts.country",
            "q3": "quarterly.q3",
            "q4": "quarterly.q4",
            "q": "",
            "v": "quarterly.q1 quarterly.q2",
        },
    ),
    "a pivot behind a join may be joined by its alias": (
        (
            "SELECT p.u, c.name FROM lab.fx x JOIN lab.flat f ON x.currency = f.a "
            "PIVOT (max(rate) FOR b IN ('u' AS u)) p JOIN lab.customers c ON c.region = p.currency"
        ),
        {"u": "fx.rate", "name": "customers.name"},
    ),
    # names
    "a table may be called by more parts than FROM names": (
        "SELECT lab.flat.a, spark_catalog.lab.fx.rate FROM flat CROSS JOIN lab.fx",
        {"a": "flat.a", "rate": "fx.rate"},
    ),
    "a star may be called by more parts than FROM names": (
        "SELECT spark_catalog.lab.fx.* FROM lab.fx CROSS JOIN lab.flat",
        {"currency": "fx.currency", "rate": "fx.rate"},
    ),
    # patterns
    "a pattern stands for all columns that it fits": (
        "SELECT `(a|b)` FROM lab.flat",
        {"a": "flat.a", "b": "flat.b"},
    ),
    "a pattern may leave out columns": (
        "SELECT f.`(A)?+.+`, rate FROM lab.flat f CROSS JOIN lab.fx",
        {"b": "flat.b", "c": "flat.c", "rate": "fx.rate"},
    ),
    "a name that looks like a pattern is a name if there is one": (
        "SELECT `max(a)` AS x FROM (SELECT max(a), b FROM lab.flat GROUP BY b)",
        {"x": "flat.a"},
    ),
    # structs
    "a list in parentheses is a struct": (
        "SELECT p.b AS x, p.col3 AS y FROM (SELECT (a, b, concat(c, 1)) AS p FROM lab.flat)",
        {"x": "flat.b", "y": "flat.c"},
    ),
    "a struct's fields without a name are counted": (
        "SELECT s.col1 AS x FROM (SELECT struct(a || 'x', b) AS s FROM lab.flat)",
        {"x": "flat.a"},
    ),
    # tables as arguments
    "a function may take a table": (
        "SELECT q FROM some_rows(TABLE(lab.fx)) AS t(q)",
        {"q": "fx.currency fx.rate"},
    ),
    "a table argument may be ordered": (
        "SELECT q FROM f(5, TABLE(lab.fx) PARTITION BY (currency) ORDER BY rate, 'x') AS t(q)",
        {"q": "fx.currency fx.rate"},
    ),
}


@pytest.mark.parametrize(("sql", "expected"), CASES.values(), ids=CASES)
def test_relation(sql, expected):
    assert read_columns(sql, schemas={**LAB, "flat": LAB["lab/flat"]}) == expected
    assert read_sql(sql, schemas=LAB).warnings == ()


@pytest.mark.parametrize("dialect", ["athena", "trino"])
def test_columns_may_be_excluded_by_a_function(dialect):
    sql = (
        "SELECT * FROM TABLE(exclude_columns(input => TABLE(lab.flat), "
        "columns => DESCRIPTOR(b, c)))"
    )
    assert read_columns(sql, dialect) == {"a": "flat.a"}


def test_a_table_given_to_a_function_is_read():
    (statement,) = read_sql("SELECT * FROM f(TABLE(db.t))").statements
    assert statement.reads == (("db", "t"),)


def test_the_column_that_a_pivot_turns_decides():
    sql = (
        "SELECT u FROM lab.fx x JOIN lab.flat f ON x.currency = f.a "
        "PIVOT (max(rate) FOR b IN ('u' AS u))"
    )
    assert read_indirect(sql) == {"fx.currency join", "flat.a join", "flat.b conditional u"}


@pytest.mark.parametrize("pattern", ["(a+)+", "a{900}", "(?=a)a", "[[a]]", "(", "a*a*a*a*b", "\\w"])
def test_a_costly_or_broken_pattern_is_a_name(pattern):
    assert read_columns(f"SELECT `{pattern}`, b FROM lab.flat") == {"b": "flat.b"}


def test_recursive_queries_within_one_another_come_to_an_end():
    inner = "SELECT a, b FROM lab.flat"
    for number in range(12):
        inner = (
            f"WITH RECURSIVE r{number}(a, b) AS (SELECT a, b FROM ({inner}) "
            f"UNION ALL SELECT b, a FROM r{number}) SELECT a, b FROM r{number}"
        )
    assert read_columns(inner)["a"] == "flat.a flat.b"
