"""A map counts as a struct of its keys and values."""

import pytest
from tests.unit.lineage.sql.columns import read_columns

SCHEMAS = {
    "db/t": ("id", "m", "ms", "tags", "rows", "st"),
    "db/t/m": ("key", "value"),
    "db/t/ms": ("key", "value"),
    "db/t/ms/value": ("a", "b"),
    "db/t/tags": ("key", "value"),  # an array of structs
    "db/t/tags/[]": (),
    "db/t/rows": ("p", "q"),
    "db/t/st": ("x", "y"),
}
CASES = {
    "SELECT explode(m) FROM db.t": {"key": "t.m", "value": "t.m"},
    "SELECT posexplode_outer(m) FROM db.t": {"pos": "t.m", "key": "t.m", "value": "t.m"},
    "SELECT explode(tags) FROM db.t": {"col": "t.tags"},
    "SELECT col.* FROM (SELECT explode(tags) FROM db.t)": {"key": "t.tags", "value": "t.tags"},
    "SELECT key, value.a FROM (SELECT explode(ms) FROM db.t)": {"key": "t.ms", "a": "t.ms"},
    "SELECT v.* FROM db.t LATERAL VIEW explode(ms) AS k, v": {"a": "t.ms", "b": "t.ms"},
    "SELECT m.k AS x, m['k'] AS y, ms['k'].a AS z FROM db.t": {"x": "t.m", "y": "t.m", "z": "t.ms"},
    "SELECT ms['k'].* FROM db.t": {"a": "t.ms", "b": "t.ms"},
    "SELECT z.* FROM (SELECT ms[id] AS z FROM db.t)": {"a": "t.ms t.id", "b": "t.ms t.id"},
    "SELECT z.* FROM (SELECT rows[0] AS z FROM db.t)": {"p": "t.rows", "q": "t.rows"},
    "SELECT st['x'] AS x FROM db.t": {"x": "t.st"},
    "SELECT s['x'] AS x FROM (SELECT struct(id AS x, m AS y) AS s FROM db.t)": {"x": "t.id"},
}


@pytest.mark.parametrize(("sql", "expected"), CASES.items())
def test_map(sql, expected):
    assert read_columns(sql, schemas=SCHEMAS) == expected


@pytest.mark.parametrize("dialect", ["athena", "trino"])
def test_unnest_gives_each_value_its_columns(dialect):
    sql = "SELECT k, v, p, q FROM db.t CROSS JOIN UNNEST(m, rows) AS x(k, v, p, q)"
    expected = {"k": "t.m", "v": "t.m", "p": "t.rows", "q": "t.rows"}
    assert read_columns(sql, dialect, SCHEMAS) == expected
    sql = "SELECT k, v, i FROM db.t CROSS JOIN UNNEST(m, id) AS x(k, v, i)"
    assert read_columns(sql, dialect, SCHEMAS) == {"k": "t.m", "v": "t.m", "i": "t.id"}


def test_brackets_within_brackets_are_read_once():
    sql = "SELECT " + "m[" * 50 + "id" + "]" * 50 + " AS x, m" + "['k']" * 50 + " AS y FROM db.t"
    assert read_columns(sql, schemas=SCHEMAS) == {"x": "t.m t.id", "y": "t.m"}
