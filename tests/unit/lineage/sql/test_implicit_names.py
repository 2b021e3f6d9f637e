"""Columns without an alias are called as Spark calls them."""

import pytest

from glueline_worker.lineage.sql import read_expressions, read_sql

NAMES = {
    "SUM( amount )": "sum(amount)",
    "count(*)": "count(1)",
    "count(DISTINCT a, b)": "count(DISTINCT a, b)",
    "amount + 1": "(amount + 1)",
    "a+b * 2": "(a + (b * 2))",
    "-a": "(- a)",
    "-1": "-1",
    "a <> 1": "(NOT (a = 1))",
    "not a > 1": "(NOT (a > 1))",
    "a is not null": "(a IS NOT NULL)",
    "a in ('x', 'y')": "(a IN (x, y))",
    "a not between 1 and 2": "(NOT between(a, 1, 2))",
    "a like 'x%'": "a LIKE x%",
    "a rlike 'x'": "RLIKE(a, x)",
    "a || 'x'": "concat(a, x)",
    "a and b or c": "((a AND b) OR c)",
    "ship.city": "city",
    "items[0]": "items[0]",
    "items[0].sku": "items[0].sku",
    "attrs['k']": "attrs[k]",
    "cast(a as int)": "a",
    "a::string": "a",
    "cast(a + 1 as decimal(10, 2))": "CAST((a + 1) AS DECIMAL(10,2))",
    "cast(ship.zip as int)": "CAST(ship.zip AS INT)",
    "int(a)": "a",
    "case when a > 1 then 'x' else b end": "CASE WHEN (a > 1) THEN x ELSE b END",
    "case a when 1 then 'x' end": "CASE WHEN (a = 1) THEN x END",
    "if(a > 1, b, c)": "(IF((a > 1), b, c))",
    "split(a, ',')": "split(a, ,, -1)",
    "regexp_replace(a, 'x', 'y')": "regexp_replace(a, x, y, 1)",
    "ceil(a)": "CEIL(a)",
    "trim(both 'x' from a)": "TRIM(BOTH x FROM a)",
    "position('x' in a)": "locate(x, a, 1)",
    "extract(year from d)": "extract(year FROM d)",
    "d > date '2024-01-01'": "(d > DATE '2024-01-01')",
    "1e3": "1000.0",
    "current_date": "current_date()",
    "sum(a) filter (where b > 1)": "sum(a) FILTER (WHERE (b > 1))",
    "row_number() over (partition by a order by b desc)": (
        "row_number() OVER (PARTITION BY a ORDER BY b DESC NULLS LAST "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    ),
    "transform(xs, x -> x.y + z)": (
        "transform(xs, lambdafunction((namedlambdavariable().y + z), namedlambdavariable()))"
    ),
    "substr(a, 2)": "substr(a, 2, 2147483647)",
    "lpad(a, 3)": "lpad(a, 3,  )",
    "log(a)": "LOG(E(), a)",
    "from_json(a, 'x INT')": "from_json(a)",
    "ltrim('x', a)": "TRIM(LEADING x FROM a)",
    "a like any ('x%', 'y%')": "likeany(a)",
    "window(t, '1 day').start": "window.start",
    "(a, b + 1)": "named_struct(a, a, col2, (b + 1))",
    "concat(a, '''s', 'x' 'y')": "concat(a, 's, xy)",
    "1L + a": "(1 + a)",
    # intervals
    "t - interval '2' hours": "t - INTERVAL '02' HOUR",
    "interval 90 minutes + t": "t + INTERVAL '90' MINUTE",
    "t + interval '1 2' day to hour": "t + INTERVAL '1 02' DAY TO HOUR",
    "t + interval '1.50' second": "t + INTERVAL '01.5' SECOND",
    "t + interval '-5 minutes'": "t + INTERVAL '-05' MINUTE",
    "t + interval 1 day 2 hours": "t + INTERVAL '1 02' DAY TO HOUR",
    "t + interval 2 months": "t + INTERVAL '2' MONTH",
    "t - interval '1-2' year to month": "t - INTERVAL '1-2' YEAR TO MONTH",
    "t >= now() - interval 1 week": "(t >= now() - INTERVAL '7' DAY)",
    # frames
    "avg(a) over (order by t rows between 2 preceding and current row)": (
        "avg(a) OVER (ORDER BY t ASC NULLS FIRST ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)"
    ),
    "avg(a) over (order by t rows 3 preceding)": (
        "avg(a) OVER (ORDER BY t ASC NULLS FIRST ROWS BETWEEN 3 PRECEDING AND CURRENT ROW)"
    ),
    "sum(a) over (order by n range between 1 preceding and unbounded following)": (
        "sum(a) OVER (ORDER BY n ASC NULLS FIRST "
        "RANGE BETWEEN (- 1) FOLLOWING AND UNBOUNDED FOLLOWING)"
    ),
    "sum(a) over (order by t range between interval 3 hours preceding and current row)": (
        "sum(a) OVER (ORDER BY t ASC NULLS FIRST "
        "RANGE BETWEEN INTERVAL '03' HOUR PRECEDING AND CURRENT ROW)"
    ),
    "lag(a, 2, 0) over (order by n)": (
        "lag(a, 2, 0) OVER (ORDER BY n ASC NULLS FIRST ROWS BETWEEN -2 FOLLOWING AND -2 FOLLOWING)"
    ),
}


@pytest.mark.parametrize(("expression", "name"), NAMES.items())
def test_name_of_an_expression(expression, name):
    assert read_expressions(expression)[0].name == name


@pytest.mark.parametrize(
    "text",
    [
        "d + interval 1 day",  # a date has another name than a time
        "t + interval 1 month 2 days",
        "t + interval '99999999999' hour",
        "t + interval 'x' hour",
        "t + interval '1 2 3' day to hour",
        "sum(a) over (order by n rows between x)",
    ],
)
def test_a_name_that_is_not_sure_is_not_given(text):
    assert read_expressions(text)[0].name is None


def test_a_lateral_alias_is_named_as_such():
    sql = "SELECT upper(a) AS n, b, length(n), length(b) FROM lab.flat"
    (statement,) = read_sql(sql, schemas={"lab/flat": ("a", "b")}).statements
    assert list(statement.columns) == [
        "n",
        "b",
        "length(lateralAliasReference(n))",
        "length(b)",
    ]


def test_names_in_a_query_leave_out_the_table():
    sql = "SELECT upper(o.status), o.ship.city, sum(o.amount) FROM lab.orders o"
    (statement,) = read_sql(sql).statements
    assert list(statement.columns) == ["upper(status)", "city", "sum(amount)"]


def test_an_implicit_name_can_be_called():
    sql = "SELECT `sum((a * 2))` AS s FROM (SELECT sum(a * 2), b FROM db.t GROUP BY b)"
    (statement,) = read_sql(sql).statements
    assert statement.columns == {"s": ((("db", "t"), "a"),)}


@pytest.mark.parametrize("text", ["", "((", "a b c", "SELECT", "'", "x -> "])
def test_what_is_no_expression_is_not_known(text):
    assert [item.is_known for item in read_expressions(text)] == [False]


def test_an_expression_says_what_it_takes_and_what_decides():
    first, second = read_expressions("CASE WHEN t.x > 1 THEN y END AS z, md5(a.b)")
    assert (first.name, first.sources, first.indirect) == ("z", ("y",), (("t.x", "conditional"),))
    assert (second.sources, second.ways) == (("a.b",), ("masking",))


def test_a_generator_names_several_columns():
    (item,) = read_expressions("posexplode(xs) AS (p, x)")
    assert (item.name, item.names, item.sources) == (None, ("p", "x"), ("xs",))


@pytest.mark.parametrize(("text", "before"), [("*", ()), ("t.*", ("t",))])
def test_a_star_is_no_column(text, before):
    (item,) = read_expressions(text)
    assert (item.is_star, item.sources) == (True, before)


def test_a_placeholder_is_known_at_run_time_only():
    assert not read_expressions("{arg:column} + 1")[0].is_known
