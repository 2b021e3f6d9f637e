"""How values pass from column to column in scripts, what decides about them, and what is unknown."""

import time

import pytest

from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.script import read_script
from glueline_worker.lineage.script.models.spark.function_table import SIGNATURES

CONTEXT = LineageContext(
    schemas={
        "db/t": ("id", "name", "amount", "day", "extra"),
        "db/u": ("id", "label"),
        "db/target": ("a", "b"),
    }
)
START = """\
from pyspark.sql import functions as F
from pyspark.sql.window import Window
t = spark.table("db.t")
u = spark.table("db.u")
"""


def read(script, context=CONTEXT):
    return collapse(read_script(START + script, context), context)


def list_ways(lineage):
    return {
        (column.upstream, column.downstream, column.transformation)
        for edge in lineage.edges
        for column in edge.columns
    }


def list_deciders(lineage):
    return {
        (column.upstream, column.downstream, column.effect)
        for edge in lineage.edges
        for column in edge.indirect
    }


@pytest.mark.parametrize(
    ("expression", "way"),
    [
        ('F.col("amount")', "identity"),
        ("t.amount", "identity"),
        ('F.col("amount").cast("int")', "transformation"),
        ("t.amount + 1", "transformation"),
        ('F.expr("amount * 2")', "transformation"),
        ("F.sum(t.amount)", "aggregation"),
        ('F.expr("max(amount)")', "aggregation"),
        ('F.round(F.sum("amount"), 2)', "aggregation"),
        ('F.md5("amount")', "masking"),
        ('F.upper(F.sha2("amount", 256))', "masking"),
        ('F.sum("amount").over(Window.partitionBy("id"))', "aggregation"),
    ],
)
def test_an_expression_says_what_it_makes_of_values(expression, way):
    lineage = read(f't.select(({expression}).alias("x")).write.saveAsTable("db.z")')
    assert ("amount", "x", way) in list_ways(lineage)


def test_conditions_decide_about_one_column():
    lineage = read(
        't.select(F.when(t.day > "x", t.amount).otherwise(0).alias("x"),'
        ' F.lag("name").over(Window.partitionBy("id").orderBy("day")).alias("y"))'
        '.write.saveAsTable("db.z")'
    )
    assert list_ways(lineage) == {
        ("amount", "x", "transformation"),
        ("name", "y", "aggregation"),
    }
    assert list_deciders(lineage) == {
        ("day", "x", "conditional"),
        ("id", "y", "window"),
        ("day", "y", "window"),
    }


def test_filters_joins_groups_and_orders_decide_about_all_rows():
    lineage = read(
        't.filter("extra = 1").join(u, t.id == u.id).groupBy("label")'
        '.agg(F.sum("amount").alias("s")).orderBy("s").write.saveAsTable("db.z")'
    )
    assert list_deciders(lineage) == {
        ("extra", None, "filter"),
        ("id", None, "join"),
        ("label", None, "group_by"),
        ("amount", None, "sort"),
    }


def test_a_semi_join_filters():
    lineage = read('t.select("id", "name").join(u, "id", "left_semi").write.saveAsTable("db.z")')
    assert {way[:2] for way in list_ways(lineage)} == {("id", "id"), ("name", "name")}
    assert list_deciders(lineage) == {("id", None, "filter")}


def test_a_pivot_is_decided_by_its_column():
    lineage = read(
        't.groupBy("id").pivot("name", ["x"]).agg(F.sum("amount")).write.saveAsTable("db.z")'
    )
    assert list_ways(lineage) == {("id", "id", "identity"), ("amount", "x", "aggregation")}
    assert ("name", "x", "conditional") in list_deciders(lineage)


def test_a_pivot_without_values_keeps_its_keys_and_warns():
    lineage = read('t.groupBy("id").pivot("name").sum("amount").write.saveAsTable("db.z")')
    assert list_ways(lineage) == {("id", "id", "identity")}
    assert any("pivot" in warning for warning in lineage.warnings)


def test_no_function_costs_its_neighbours():
    names = [*SIGNATURES, "made_up_in_a_later_version"]
    lost = []
    for name in names:
        lineage = read(
            f't.select("id", F.{name}("amount", "day").alias("x"), "name").write.parquet("s3://b/k")'
        )
        found = {way[:2] for way in list_ways(lineage)}
        wrong = any(down != "x" for _, down in found - {("id", "id"), ("name", "name")})
        if wrong or not {("id", "id"), ("name", "name")} <= found:
            lost.append(name)
    assert lost == []


def test_a_column_of_unknown_sources_hides_the_one_of_its_name():
    lineage = read(
        'from helpers import mystery\nt.withColumn("name", mystery()).write.saveAsTable("db.z")'
    )
    assert "name" not in {down for _, down, _ in list_ways(lineage)}
    assert "id" in {down for _, down, _ in list_ways(lineage)}


def test_an_insert_by_position_of_unknown_columns_has_none():
    lineage = read('spark.read.parquet("s3://b/k").write.insertInto("db.target")')
    assert list_ways(lineage) == set()
    assert any("by position" in warning for warning in lineage.warnings)


def test_an_insert_into_an_unknown_table_keeps_the_names():
    lineage = read('t.select("id", "name").write.insertInto("db.unknown")')
    assert {way[:2] for way in list_ways(lineage)} == {("id", "id"), ("name", "name")}


def test_a_merge_names_the_columns_that_it_sets():
    lineage = read(
        "from delta.tables import DeltaTable\n"
        'DeltaTable.forName(spark, "db.target").alias("old").merge(t.alias("new"),'
        ' "old.a = new.id").whenMatchedUpdate(set={"b": "upper(new.name)"})'
        '.whenNotMatchedInsert(values={"a": "new.id", "b": F.col("new.name")}).execute()'
    )
    assert {way[:2] for way in list_ways(lineage)} == {("id", "a"), ("name", "b")}
    assert list_deciders(lineage) == {("id", None, "join")}


def test_a_merge_of_all_columns_takes_those_of_the_source():
    lineage = read(
        "from delta.tables import DeltaTable\n"
        'DeltaTable.forName(spark, "db.target").merge(u, "a = id").whenMatchedUpdateAll()'
        ".whenNotMatchedInsertAll().execute()"
    )
    assert {way[:2] for way in list_ways(lineage)} == {("id", "id"), ("label", "label")}


def test_an_sql_function_of_one_statement_is_known_to_the_next():
    lineage = read(
        'spark.sql("CREATE TEMPORARY FUNCTION best() RETURNS INT'
        ' RETURN (SELECT max(label) FROM db.u)")\n'
        'spark.sql("SELECT id, best() AS b FROM db.t").write.saveAsTable("db.z")'
    )
    assert {way[:2] for way in list_ways(lineage)} == {("id", "id"), ("label", "b")}


def test_a_frame_stands_in_a_query_by_the_name_of_an_argument():
    lineage = read('spark.sql("SELECT id AS x FROM {rows}", rows=t).write.saveAsTable("db.z")')
    assert {way[:2] for way in list_ways(lineage)} == {("id", "x")}


def test_conditions_of_the_run_do_not_multiply_a_frame():
    steps = "".join(
        f'if spark.conf.get("c{at}"):\n    t = t.filter(t.amount > {at})\n'
        f'if spark.conf.get("d{at}"):\n    t = t.withColumn("name", F.upper("name"))\n'
        for at in range(8)
    )
    lineage = read(f'{steps}t.write.saveAsTable("db.z")')
    assert lineage.gaps == ()
    assert {way[:2] for way in list_ways(lineage)} == {
        (name, name) for name in CONTEXT.schemas["db/t"]
    }


@pytest.mark.parametrize(
    "script",
    [
        'for c in t.columns:\n    t = t.withColumnRenamed(c, "x" + c)\n',
        "for c in t.columns:\n    t = t.withColumn(c, F.upper(c))\n",
        pytest.param(
            'for c in t.columns:\n    t = t.filter(F.concat(*u.columns) == "x")\n',
            marks=pytest.mark.slow,
        ),
        'for c in range(50):\n    t = t.filter(F.concat(*u.columns) == "x")\n',
        pytest.param(
            'for c in t.columns:\n    t = t.select(F.struct("*").alias("s"), *u.columns)\n',
            marks=pytest.mark.slow,
        ),
        'for c in range(12):\n    t = t.join(t, "c1")\n',
        't = t.select(t.colRegex("`(c*)*x`"))\n',
        pytest.param("for c in t.columns:\n    t = t.union(u)\n", marks=pytest.mark.slow),
    ],
)
def test_wide_tables_stay_within_bounds(script):
    wide = tuple(f"c{at}" for at in range(500))
    context = LineageContext(schemas={"db/t": wide, "db/u": wide})
    started = time.process_time()
    read(f'{script}t.write.saveAsTable("db.z")', context)
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "step",
    [
        "x = x + x",
        "x = F.concat(x, x)",
        'x = F.struct(x.alias("a"), x.alias("b"))',
        "x = F.when(x > x, x).otherwise(x)",
        "x = F.array(x, x)[x]",
        'x = x["a" * 1000]',
        'x = x.alias("y" * 3000)',
    ],
)
def test_expressions_that_double_stay_small(step):
    started = time.process_time()
    read(
        f'x = F.col("id")\nfor _ in range(60):\n    {step}\n'
        't.select(x.alias("z"), x).select("z.*", "z.a.b.a").write.saveAsTable("db.z")'
    )
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "schemas",
    [
        {"db/t": ()},
        {"db/t": ("", ".", "a.b", "`", "A", "a")},
        {"db/t": ("id", "id"), "db/t/id": ("x", "x")},
        {"db/t": tuple(f"c{at}" for at in range(30_000))},
    ],
)
def test_odd_schemas_end_in_a_result(schemas):
    read(
        't.select("*", "id.x", "id.*", t.a, "`a.b`").drop("id").toDF("a", "b")'
        '.join(t, "id").write.insertInto("db.t")',
        LineageContext(schemas=schemas),
    )


@pytest.mark.parametrize(
    ("column", "ways"),
    [
        ("F.concat(t.name, F.md5(t.name))", {("name", "transformation")}),
        ('F.expr("concat(name, md5(name))")', {("name", "transformation")}),
        ('F.expr("concat(md5(name), day)")', {("name", "masking"), ("day", "transformation")}),
        ("F.concat(F.md5(t.name), t.day)", {("name", "masking"), ("day", "transformation")}),
        ("F.concat(F.md5(t.name), F.sha1(t.name))", {("name", "masking")}),
        ("F.md5(F.concat(t.name, t.day))", {("name", "masking"), ("day", "masking")}),
    ],
)
def test_a_column_is_masked_only_if_each_way_masks_it(column, ways):
    query = column.removeprefix('F.expr("').removesuffix('")')
    scripts = [f't.select({column}.alias("x")).write.saveAsTable("db.z")']
    if query != column:
        scripts.append(f'spark.sql("SELECT {query} AS x FROM db.t").write.saveAsTable("db.z")')
    for script in scripts:
        assert list_ways(read(script)) == {(source, "x", way) for source, way in ways}
