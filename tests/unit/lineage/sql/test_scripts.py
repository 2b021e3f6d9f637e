"""Texts of several statements, placeholders, and where the reader gives up."""

import pytest
from tests.unit.lineage.sql.sentences import describe_sql

from glueline_worker.lineage.sql import read_sql


def test_statements_are_split_at_semicolons_outside_strings_and_comments():
    sql = """
    -- first; not here
    SELECT ';' AS x FROM shop.orders; /* nor ; here */
    ;
    INSERT INTO loose.sink SELECT id FROM shop.orders;
    """
    assert [statement.kind for statement in read_sql(sql).statements] == ["select", "insert"]


def test_statements_know_their_lines():
    sql = "SELECT 1;\n\n-- a comment\nSELECT id\nFROM shop.orders;\nUSE shop"
    assert [statement.line for statement in read_sql(sql).statements] == [1, 4, 6]


def test_an_odd_statement_spoils_no_other():
    assert describe_sql(
        "SELECT id FROM shop.orders; GIBBERISH HERE; SELECT name FROM shop.customers"
    ) == [
        "select <- shop.orders: id=shop.orders.id",
        "select <- shop.customers: name=shop.customers.name",
        "! line 1: no SQL statement",
    ]


def test_the_block_around_statements_is_left_out():
    assert describe_sql("BEGIN INSERT INTO loose.sink SELECT id FROM shop.orders; COMMIT; END") == [
        "insert loose.sink <- shop.orders: id=shop.orders.id",
        "other",
    ]


def test_a_table_is_named_once_and_where_it_first_appears():
    sql = "SELECT * FROM loose.b WHERE x IN (SELECT x FROM loose.a JOIN loose.b USING (x))"
    assert read_sql(sql).statements[0].reads == (("loose", "b"), ("loose", "a"))


def test_a_name_without_a_database_looks_for_its_schema_by_the_table_alone():
    schemas = {"orders": ("id",), "shop/orders": ("total",)}
    columns = read_sql("SELECT * FROM ORDERS", schemas=schemas).statements[0].columns
    assert columns == {"id": ((("ORDERS",), "id"),)}


def test_a_name_with_a_database_is_no_table_of_another_one():
    schemas = {"orders": ("id", "total")}
    statement = read_sql("SELECT * FROM Shop.ORDERS", schemas=schemas).statements[0]
    assert statement.columns == {}
    assert statement.rest == (("Shop", "ORDERS"),)


def test_columns_are_found_in_any_case():
    assert describe_sql("SELECT O.TOTAL FROM shop.orders o") == [
        "select <- shop.orders: TOTAL=shop.orders.total"
    ]


def test_an_unknown_dialect_means_spark():
    assert describe_sql("SELECT `id` FROM shop.orders", "klingon") == [
        "select <- shop.orders: id=shop.orders.id"
    ]


def test_another_dialect_is_tried_for_what_the_own_one_refuses():
    assert describe_sql('SELECT "name" FROM "shop"."customers" AS "c"', "mysql") == [
        "select <- shop.customers: name=shop.customers.name"
    ]


@pytest.mark.parametrize(
    "hole",
    ["{arg:env}", "{unknown}", "{date}", "${env}", "{{ env }}", "{}", "{0}", "%(env)s", "$env"],
)
def test_a_placeholder_is_part_of_a_name(hole):
    sql = f"INSERT INTO db_{hole}.t SELECT a.id FROM {hole}.orders_{hole} a"
    statement = read_sql(sql).statements[0]
    assert statement.write == (f"db_{hole}", "t")
    assert statement.reads == ((hole, f"orders_{hole}"),)
    assert statement.columns == {"id": (((hole, f"orders_{hole}"), "id"),)}


def test_a_name_that_looks_like_the_stand_in_of_a_placeholder_is_kept():
    statement = read_sql("SELECT zq0z FROM zq1z JOIN {x} ON true").statements[0]
    assert statement.reads == (("zq1z",), ("{x}",))


def test_jdbc_escapes_are_no_placeholders():
    assert describe_sql("SELECT id FROM shop.orders WHERE d > {ts '2024-01-01 00:00:00'}") == [
        "select <- shop.orders: id=shop.orders.id"
    ]


def test_prose_has_no_statements_but_a_warning():
    reading = read_sql("Hello, world. Select wisely.")
    assert reading.statements == ()
    assert reading.warnings == ("line 1: no SQL statement",)


def test_nothing_is_said_of_nothing():
    assert describe_sql(" ;\n-- only a comment\n;") == []


def test_a_warning_never_quotes_the_text():
    reading = read_sql("SELECT * FROM t WHERE password = 'hunter2' AND ??? )))")
    assert reading.warnings
    assert "hunter2" not in " ".join(reading.warnings)


def test_a_long_chain_of_unions_is_followed():
    sql = " UNION ALL ".join(f"SELECT id FROM loose.t{index}" for index in range(1_000))
    assert len(read_sql(sql).statements[0].reads) == 1_000


def test_a_long_chain_of_ctes_is_followed():
    ctes = ", ".join(f"c{index + 1} AS (SELECT * FROM c{index})" for index in range(500))
    sql = f"WITH c0 AS (SELECT id FROM shop.orders), {ctes} SELECT * FROM c500"
    assert describe_sql(sql) == ["select <- shop.orders: id=shop.orders.id"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "(" * 5_000 + "1" + ")" * 5_000 + " FROM loose.t",
        "SELECT * FROM " + "(SELECT * FROM " * 300 + "loose.t" + ")" * 300,
        "SELECT * FROM loose.t " + " ".join(f"JOIN j{index}" for index in range(300)),
        "SELECT " + "CASE WHEN a THEN " * 500 + "1" + " END" * 500 + " FROM loose.t",
        "SELECT CAST(a AS " + "ARRAY<" * 500 + "INT" + ">" * 500 + ") FROM loose.t",
        "SELECT " + "NOT " * 5_000 + "a FROM loose.t",
    ],
    ids=["parentheses", "subqueries", "joins", "cases", "types", "nots"],
)
def test_tables_are_found_where_the_parser_would_not_end(sql):
    assert ("loose", "t") in read_sql(sql).statements[0].reads


@pytest.mark.parametrize("size", [100_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_a_long_script_of_sql_is_read_to_its_end(size):
    insert = (
        "INSERT INTO loose.t{} SELECT a.id, b.name FROM loose.a a JOIN loose.b b ON a.id = b.id;\n"
    )
    sql = "".join(insert.format(index) for index in range(size // 100))[:size]
    assert len(read_sql(sql).statements) == sql.count("INSERT")
