"""Odd SQL ends soon, whatever it is."""

import time

import pytest

from glueline_worker.lineage.sql import read_expressions, read_sql
from glueline_worker.lineage.sql.parse import clear_parsed

WIDE = {"db/wide": tuple(f"c{number}" for number in range(30_000))}
LONG = {
    "a chain of conditions": "SELECT a FROM t WHERE " + " OR ".join(["a = b"] * 5_000),
    "a chain of subqueries": "SELECT a FROM " + "(SELECT * FROM " * 50 + "db.wide" + ") x" * 50,
    "doubling CTEs": "WITH c0 AS (SELECT * FROM db.wide), "
    + ", ".join(f"c{n} AS (SELECT a.*, b.* FROM c{n - 1} a, c{n - 1} b)" for n in range(1, 30))
    + " SELECT * FROM c29",
    "doubling columns": "WITH c0 AS (SELECT c0 AS x, c1 AS y FROM db.wide), "
    + ", ".join(f"c{n} AS (SELECT x + y AS x, y + x AS y FROM c{n - 1})" for n in range(1, 200))
    + " SELECT x FROM c199",
    "nested cases": "SELECT " + "CASE WHEN a THEN " * 40 + "b" + " END" * 40 + " FROM t",
    "nested functions": "SELECT " + "coalesce(a, max(" * 25 + "b" + "))" * 25 + " FROM t",
    "many structs": "SELECT " + "struct(a, " * 40 + "b" + ")" * 40 + " AS s FROM t",
    "structs of all": "SELECT struct(*, struct(*, struct(*))) FROM db.wide, db.wide w",
    "many pipes": "FROM db.wide " + "|> EXTEND c0 + 1 AS d " * 45,
    "open pipes": "FROM t " + "|> (" * 300,
    "many values": "INSERT INTO t VALUES " + ", ".join(["(1, 2)"] * 10_000),
    "many joins": "SELECT * FROM db.wide w0 "
    + " ".join(f"JOIN db.wide w{n} USING (c0, c1)" for n in range(1, 11)),
    "texts within texts": "EXECUTE IMMEDIATE " + "'EXECUTE IMMEDIATE " * 50,
    "open blocks": "BEGIN IF x THEN " * 3_000,
    "many inserts": "FROM (SELECT * FROM db.wide) q " + "INSERT INTO x SELECT * " * 2_000,
    "many loops": "BEGIN "
    + "FOR r AS SELECT a FROM db.t DO " * 2_000
    + "INSERT INTO x VALUES (r.a); " * 2_000,
    "many tables": "TABLE t " * 50_000,
    "many patterns": "SELECT " + ", ".join(["`c.*1.*`"] * 3_000) + " FROM db.wide",
    "a recursive query that rotates": "WITH RECURSIVE r AS (SELECT "
    + ", ".join(f"c{n}" for n in range(300))
    + " FROM db.wide UNION ALL SELECT "
    + ", ".join(f"c{(n + 1) % 300}" for n in range(300))
    + " FROM r) SELECT * FROM r",
    "a script for many columns": "SELECT TRANSFORM (*) USING 'x' AS ("
    + ", ".join(f"d{n}" for n in range(3_000))
    + ") FROM db.wide",
    "open comments": "/* " * 300_000,
    "many pivots": "SELECT * FROM db.wide PIVOT (max(c0) FOR c1 IN ("
    + ", ".join(f"'v{n}'" for n in range(3_000))
    + "))",
}


@pytest.mark.parametrize("sql", LONG.values(), ids=LONG)
def test_the_time_is_bounded(sql):
    clear_parsed()
    start = time.process_time()
    read_sql(sql, schemas=WIDE)
    read_expressions(sql)
    assert time.process_time() - start < 10


def test_a_second_reading_gives_the_same():
    sql = (
        "FROM db.s INSERT INTO db.a SELECT x INSERT INTO db.b SELECT y; "
        "SELECT struct(a.*).x, count(*) FROM db.t a PIVOT (max(q) FOR p IN (1, 2)) GROUP BY ALL"
    )
    clear_parsed()
    first = read_sql(sql)
    assert first == read_sql(sql) == read_sql(sql)


def test_schemas_may_be_lazy():
    class Lazy(dict):
        def __iter__(self):
            raise AssertionError

        def get(self, key, default=None):
            return ("x", "y") if key == "db/t" else default

    (statement,) = read_sql("SELECT * FROM db.t", schemas=Lazy()).statements
    assert list(statement.columns) == ["x", "y"]
