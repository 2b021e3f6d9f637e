"""The parser's short way for plain columns gives the trees of sqlglot's own parser."""

import pytest
from sqlglot import parse_one
from sqlglot.errors import SqlglotError

from glueline_worker.lineage.sql.parse import parse_statement

QUERIES = (
    "SELECT a, b FROM t",
    "SELECT a, t.b, db.t.c AS d, a b, a, b + c, (a), -a, NOT a FROM t WHERE a = b",
    "SELECT DISTINCT a, b, date, year, first, `left` FROM t",
    "SELECT DISTINCT a, values, b FROM t",
    "SELECT current_date, CURRENT_TIMESTAMP, null, true, a FROM t",
    "SELECT count(a, b), f(a, b), x -> x, struct(a, b), a[0], a.b.c FROM t",
    "SELECT interval, row, map, array, date FROM t ORDER BY a, b",
    "INSERT INTO t (a, b) SELECT a, b FROM s GROUP BY a, b",
)


@pytest.mark.parametrize("dialect", ["spark", "hive", "trino", "redshift", "snowflake", "tsql"])
@pytest.mark.parametrize("sql", QUERIES)
def test_trees_are_those_of_sqlglot(sql: str, dialect: str) -> None:
    found = parse_statement(sql, dialect)
    try:
        expected = parse_one(sql, read=dialect)
    except SqlglotError:
        expected = None
    assert repr(found) == repr(expected)
