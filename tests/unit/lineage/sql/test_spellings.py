"""Spark's own spellings: pipes, TABLE, IDENTIFIER, streams, scripts, functions and variables."""

import pytest
from tests.unit.lineage.sql.columns import LAB, read_columns

from glueline_worker.lineage.sql import read_sql
from glueline_worker.lineage.sql.session import SqlSession

SPELLINGS = {
    "TABLE lab.fx": {"currency": "fx.currency", "rate": "fx.rate"},
    "SELECT x.a FROM (TABLE lab.flat) x": {"a": "flat.a"},
    "FROM lab.flat SELECT b WHERE a = 1": {"b": "flat.b"},
    "SELECT a FROM IDENTIFIER('lab.flat')": {"a": "flat.a"},
    "SELECT IDENTIFIER('a') AS x FROM IDENTIFIER('lab' || '.`flat`')": {"x": "flat.a"},
    "SELECT a FROM STREAM lab.flat": {"a": "flat.a"},
    "SELECT s.a FROM STREAM(lab.flat) AS s": {"a": "flat.a"},
    "SELECT a FROM lab.flat@v12": {"a": "flat.a"},
    "SELECT a FROM lab.flat VERSION AS OF 3": {"a": "flat.a"},
    "FROM lab.flat |> WHERE a > 1 |> SELECT b AS x": {"x": "flat.b"},
    "FROM lab.flat |> SET a = upper(b) |> DROP c": {"a": "flat.b", "b": "flat.b"},
    "FROM lab.flat |> AS f |> EXTEND f.a || f.b AS ab |> SELECT ab": {"ab": "flat.a flat.b"},
    "FROM (SELECT a AS x FROM lab.flat) AS f |> EXTEND f.x || 1 AS y |> WHERE y > 1 |> DROP x": {
        "y": "flat.a"
    },
    "FROM lab.flat f |> JOIN lab.fx x ON f.a = x.currency |> SELECT f.b, x.rate": {
        "b": "flat.b",
        "rate": "fx.rate",
    },
    "FROM lab.orders |> AGGREGATE sum(amount) AS s GROUP BY upper(region) AS r": {
        "r": "orders.region",
        "s": "orders.amount",
    },
    "SELECT a FROM lab.flat |> UNION ALL (SELECT b FROM lab.flat2) |> LIMIT 1": {
        "a": "flat.a flat2.b"
    },
    "FROM lab.orders |> SELECT upper(region) AS r, status, amount |> AGGREGATE sum(amount) AS s "
    "GROUP BY 1, 2 AS t": {"r": "orders.region", "t": "orders.status", "s": "orders.amount"},
    "FROM lab.flat |> SELECT a, sum(b) OVER w AS s WINDOW w AS (PARTITION BY c)": {
        "a": "flat.a",
        "s": "flat.b",
    },
    "SELECT a FROM lab.flat FOR SYSTEM_VERSION AS OF 7": {"a": "flat.a"},
    "FROM lab.quarterly |> UNPIVOT (v FOR q IN (q1, q2)) |> SELECT v": {
        "v": "quarterly.q1 quarterly.q2"
    },
    "INSERT INTO lab.fx FROM lab.flat |> SELECT a, b": {"currency": "flat.a", "rate": "flat.b"},
}


@pytest.mark.parametrize(("sql", "expected"), SPELLINGS.items())
def test_spelling(sql, expected):
    assert read_columns(sql) == expected


def test_a_table_called_stream_is_a_table():
    assert read_sql("SELECT x FROM stream WHERE x > 1").statements[0].reads == (("stream",),)


def test_a_table_called_stream_may_have_an_alias():
    assert read_sql("SELECT s.x FROM stream s").statements[0].reads == (("stream",),)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE q (table STRING, x INT)",
        "INSERT INTO q SELECT table FROM x",
        "SELECT count(table) FROM x",
        "DESCRIBE TABLE x",
        "ANALYZE TABLE x COMPUTE STATISTICS",
    ],
)
def test_the_word_table_is_no_query_elsewhere(sql):
    reading = read_sql(sql)
    assert not reading.warnings
    assert all(one.rest == () for one in reading.statements)


def test_a_name_of_the_run_is_known_in_part():
    (statement,) = read_sql("SELECT a FROM IDENTIFIER(:db || '.orders')").statements
    assert statement.reads == ((":db", "orders"),)


SCRIPT = """BEGIN
  DECLARE factor INT DEFAULT 2;
  DECLARE target STRING DEFAULT 'lab.' || 'fx';
  outer: WHILE factor > 0 DO
    IF factor > 1 THEN
      INSERT INTO lab.fx SELECT a, b * factor FROM lab.flat;
    ELSEIF EXISTS (SELECT 1 FROM lab.flat) THEN
      DELETE FROM lab.flat WHERE a = 'x';
    ELSE
      EXECUTE IMMEDIATE 'INSERT INTO lab.flat2 SELECT a, b, c FROM lab.flat';
    END IF;
    SET factor = factor - 1;
  END WHILE outer;
  INSERT INTO IDENTIFIER(target) SELECT c, a FROM lab.flat2;
END"""


def test_statements_within_blocks_are_read_with_their_lines():
    reading = read_sql(SCRIPT, schemas=LAB)
    found = [(one.kind, one.write, one.line) for one in reading.statements if one.kind != "other"]
    assert found == [
        ("insert", ("lab", "fx"), 6),
        ("delete", ("lab", "flat"), 8),
        ("insert", ("lab", "flat2"), 10),
        ("insert", ("lab", "fx"), 14),
    ]
    assert reading.warnings == ()


def test_a_condition_of_sql_server_has_no_then():
    sql = "IF EXISTS (SELECT 1 FROM lab.fx) BEGIN INSERT INTO lab.fx SELECT a, b FROM lab.flat"
    assert read_columns(sql, "tsql") == {"currency": "flat.a", "rate": "flat.b"}
    assert read_sql("IF @x > 1 DROP TABLE lab.fx", dialect="tsql").warnings == ()


def test_a_variable_of_a_script_is_no_column():
    assert read_sql(SCRIPT).statements[2].columns["a"] == ((("lab", "flat"), "a"),)
    sources = [sources for one in read_sql(SCRIPT).statements for sources in one.columns.values()]
    assert all(column != "factor" for found in sources for _, column in found)


def test_a_column_goes_before_a_variable():
    sql = "DECLARE VARIABLE a INT DEFAULT 1; SELECT a + 1 AS x, session.a AS y FROM lab.flat"
    assert read_columns(sql) == {"x": "flat.a", "y": ""}


def test_a_text_that_only_the_run_knows_is_a_gap():
    reading = read_sql("EXECUTE IMMEDIATE query USING 1")
    assert reading.gaps == ("line 1: EXECUTE IMMEDIATE of a text that is known at run time",)


IMMEDIATE = {
    "EXECUTE IMMEDIATE 'INSERT INTO lab.fx SELECT a, ? FROM lab.flat' USING 5": {
        "currency": "flat.a",
        "rate": "",
    },
    "EXECUTE IMMEDIATE 'INSERT INTO IDENTIFIER(:t) SELECT :x, a FROM lab.flat' "
    "USING (now() AS x, 'lab.fx' AS t)": {"currency": "", "rate": "flat.a"},
    "DECLARE t STRING DEFAULT 'lab.' || 'fx'; "
    "EXECUTE IMMEDIATE 'INSERT INTO IDENTIFIER(?) SELECT a, b FROM lab.flat' USING t": {
        "currency": "flat.a",
        "rate": "flat.b",
    },
}


@pytest.mark.parametrize(("sql", "expected"), IMMEDIATE.items())
def test_arguments_of_a_text_are_values(sql, expected):
    assert read_columns(sql) == expected


def test_a_name_that_is_an_argument_of_the_run_stays_open():
    sql = "EXECUTE IMMEDIATE 'INSERT INTO IDENTIFIER(:t) SELECT a FROM lab.flat' USING f() AS t"
    assert read_sql(sql).statements[0].write == (":t",)


LOOPS = """BEGIN
  FOR x AS SELECT a, upper(b) AS b FROM lab.flat DO
    FOR y AS SELECT currency AS n FROM lab.fx DO
      INSERT INTO lab.flat2 VALUES (x.a, b, y.n);
    END FOR;
    UPDATE lab.fx SET currency = x.b WHERE rate = 1;
  END FOR;
  rows: FOR SELECT name FROM lab.customers DO
    INSERT INTO lab.fx VALUES (name, 1);
  END FOR rows;
  INSERT INTO lab.fx SELECT x.a, name FROM lab.parts x;
END"""


def test_the_row_of_a_loop_has_columns():
    found = [
        {name: [source[1] for source in sources] for name, sources in one.columns.items()}
        for one in read_sql(LOOPS, schemas=LAB).statements
        if one.write
    ]
    assert found == [
        {"c": ["a"], "b": ["b"], "a": ["currency"]},
        {"currency": ["b"]},
        {"currency": ["name"], "rate": []},
        {},
    ]


def test_a_table_whose_row_is_used_is_read():
    first, *_ = [one for one in read_sql(LOOPS, schemas=LAB).statements if one.write]
    assert first.reads == (("lab", "flat"), ("lab", "fx"))
    assert first.transformations == {("b", (("lab", "flat"), "b")): "transformation"}


FUNCTION = (
    "CREATE TEMPORARY FUNCTION to_eur(a DECIMAL(12,2), c STRING) RETURNS DOUBLE "
    "RETURN a * (SELECT max(rate) FROM lab.fx WHERE fx.currency = c)"
)


def test_a_sql_function_passes_what_its_body_takes():
    sql = f"{FUNCTION}; SELECT to_eur(amount, region) AS e FROM lab.orders"
    assert read_columns(sql) == {"e": "orders.amount fx.rate"}
    assert read_sql(sql).statements[-1].reads == (("lab", "fx"), ("lab", "orders"))


def test_a_sql_function_may_return_a_table():
    sql = (
        "CREATE FUNCTION of_customer(c INT) RETURNS TABLE (oid INT, amt INT) "
        "RETURN SELECT order_id, amount FROM lab.orders WHERE customer_id = c; "
        "SELECT name, f.amt FROM lab.customers u, LATERAL of_customer(u.customer_id) f"
    )
    assert read_columns(sql) == {"name": "customers.name", "amt": "orders.amount"}


def test_functions_that_call_one_another_come_to_an_end():
    sql = "CREATE FUNCTION f(a INT) RETURNS INT RETURN f(a) + f(a + 1); SELECT f(a) x FROM lab.flat"
    assert read_sql(sql, schemas=LAB).statements


def test_a_later_text_knows_the_functions_of_an_earlier_one():
    session = read_sql(FUNCTION).session
    assert isinstance(session, SqlSession)
    reading = read_sql("SELECT to_eur(a, b) AS e FROM lab.flat", schemas=LAB, session=session)
    assert reading.statements[0].columns["e"] == (
        (("lab", "flat"), "a"),
        (("lab", "fx"), "rate"),
    )


METRICS = """version: 1.1
source: lab.orders
filter: status = 'new'
joins:
  - name: c
    source: lab.customers
    using: [customer_id]
dimensions:
- name: Client
  expr: upper(c.name)
measures:
  - name: total
    expr: >-
      sum(amount)
      * 2
  - name: half
    expr: "measure(total) / 2"
"""


def test_a_metric_view_is_its_expressions_over_its_source():
    assert read_columns(METRICS) == {
        "Client": "customers.name",
        "total": "orders.amount",
        "half": "orders.amount",
    }
    (statement,) = read_sql(METRICS, schemas=LAB).statements
    assert {source[1] for source, effect, _ in statement.indirect if effect == "filter"} == {
        "status"
    }


@pytest.mark.parametrize("text", ["version: 1", "version: 1\nsource:\n- x", "version:\n- name: a"])
def test_a_metric_view_without_columns_is_no_statement(text):
    assert read_sql(text).statements == ()
