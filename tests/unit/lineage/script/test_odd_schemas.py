"""Scripts and schemas that contradict each other: bounded, and never a column that is not there."""

import random
import time

import pytest

from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.script import read_script

NAMES = ("id", "ID", "name", "a.b", "amount", "day", "x y", "", "s", "m", "größe", "`q`")
STEPS = (
    'df = df.withColumn("{0}", F.col("{1}"))',
    'df = df.withColumn("{0}", F.concat("{1}", "{2}"))',
    'df = df.withColumn("{0}", F.when(F.col("{1}") > 0, F.col("{2}")).otherwise(df["{3}"]))',
    'df = df.select("{0}", "{1}", F.upper("{2}").alias("{3}"))',
    "df = df.select(*[F.trim(c).alias(c) for c in df.columns])",
    'df = df.select([c for c in df.columns if c.startswith("{0}") or unknown(c)])',
    'df = df.selectExpr("*", "sum(`{0}`) as `{1}`")',
    'df = df.withColumnRenamed("{0}", "{1}")',
    'df = df.drop("{0}", "{1}")',
    'df = df.toDF(*["{0}"] * len(df.columns))',
    'df = df.join(u, "{0}", "left")',
    'df = df.join(u, df["{0}"] == u["{1}"])',
    'df = df.alias("d").join(u.alias("u"), F.col("d.{0}") == F.col("u.{1}")).select("d.*", "u.{2}")',
    "df = df.union(u)",
    "df = df.unionByName(u, allowMissingColumns=True)",
    'df = df.groupBy("{0}").agg(F.sum("{1}").alias("{2}"), F.max("{3}"))',
    'df = df.filter("`{0}` > 1").orderBy("{1}")',
    'df = df.select("{0}", F.explode("{1}"))',
    'df = df.select("{0}.*", "{1}.{2}")',
    'df = df.select(F.struct("*").alias("s"), F.col("{0}")).select("s.{1}", "s.*")',
    'df.createOrReplaceTempView("v"); df = spark.sql("select `{0}` as `{1}`, * from v")',
    'df = spark.sql("select t.*, u.`{0}` from db.t t join db.u u on t.`{1}` = u.`{2}`")',
    'df = df.unpivot(["{0}"], ["{1}", "{2}"], "{3}", "v")',
    'for c in df.columns:\n    if c != "{0}":\n        df = df.withColumn(c + "_1", df[c])',
    "if unknown():\n    df = df.drop(*df.columns[:2])",
    'df.write.insertInto("db.z")',
)
ENDS = (
    'df.write.saveAsTable("db.z")',
    'df.write.insertInto("db.z")',
    'df.createOrReplaceTempView("w"); spark.sql("insert into db.z select * from w")',
)


def make_schemas(rng):
    schemas = {}
    for table in ("t", "u", "z"):
        if rng.random() < 0.9:
            schemas[f"db/{table}"] = tuple(rng.choices(NAMES, k=rng.randrange(9)))
        for column in rng.choices(NAMES, k=2):
            schemas[f"db/{table}/{column.lower()}"] = tuple(rng.choices(NAMES, k=rng.randrange(3)))
    return schemas


def make_script(rng):
    lines = ['df = spark.table("db.t")', 'u = spark.table("db.u")']
    lines += (
        step.format(*rng.choices((*NAMES, "new", "c1", "nope"), k=4))
        for step in rng.choices(STEPS, k=rng.randrange(7))
    )
    return "\n".join(("from pyspark.sql import functions as F", *lines, rng.choice(ENDS)))


def read(script, schemas):
    context = LineageContext(schemas=schemas)
    return collapse(read_script(script, context), context)


@pytest.mark.parametrize("seed", range(8))
def test_no_edge_comes_from_a_column_that_its_table_does_not_have(seed):
    rng = random.Random(seed)
    for _ in range(60):
        script, schemas = make_script(rng), make_schemas(rng)
        lineage = read(script, schemas)
        assert not [gap for gap in lineage.gaps if "defect" in gap], script
        for edge in lineage.edges:
            key = edge.upstream.name.removeprefix("table/")
            if key not in schemas or key == "db/z":
                continue
            known = {name.lower() for name in schemas[key]}
            for column in (*edge.columns, *edge.indirect):
                top = column.upstream.lower()
                while top not in known and "." in top:
                    top = top.rpartition(".")[0]
                assert top in known, (column, schemas, script)
                assert column.downstream != ""


def test_a_column_that_a_table_does_not_have_is_a_warning():
    script = 'spark.table("db.t").select("id", "gone").write.saveAsTable("db.z")'
    lineage = read(script, {"db/t": ("id", "name")})

    (edge,) = lineage.edges
    assert [(each.upstream, each.downstream) for each in edge.columns] == [("id", "id")]
    assert lineage.warnings == ("db.t has no column gone, as its schema says",)


def test_a_table_that_the_job_writes_may_get_new_columns():
    script = (
        "from pyspark.sql import functions as F\n"
        'spark.table("db.t").withColumn("new", F.lit(1)).write.saveAsTable("db.u")\n'
        'spark.table("db.u").select("new").write.saveAsTable("db.z")\n'
    )
    lineage = read(script, {"db/t": ("id",), "db/u": ("id",)})

    found = {(c.upstream, c.downstream) for e in lineage.edges for c in e.columns}
    assert ("new", "new") in found


@pytest.mark.parametrize(
    "write", ['df.write.insertInto("db.z")', 'df.select("c1", "c2").write.insertInto("db.z")']
)
def test_an_insert_of_thirty_thousand_columns_is_bounded(write):
    wide = tuple(f"c{number}" for number in range(30_000))
    script = f'df = spark.table("db.t")\n{write}\n'
    before = time.process_time()
    lineage = read(script, {"db/t": wide, "db/z": wide})

    assert time.process_time() - before < 10
    (edge,) = lineage.edges
    assert len(edge.columns) in {0, 30_000}
    assert edge.columns or lineage.warnings
