"""Frames of thousands of columns that each step changes a little."""

import pytest

from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.script import read_script

START = """\
from pyspark.sql import SparkSession, functions as F
spark = SparkSession.builder.getOrCreate()
df = spark.table("db.t")
"""
END = 'df.write.saveAsTable("db.z")\n'


def read(body, count):
    context = LineageContext(schemas={"db/t": tuple(f"c{number}" for number in range(count))})
    lineage = collapse(read_script(START + body + END, context), context)
    assert lineage.warnings == ()
    (edge,) = lineage.edges
    return edge


def pairs(edge):
    return {(each.upstream, each.downstream, each.transformation) for each in edge.columns}


def plain(numbers):
    return {(f"c{number}", f"c{number}", "identity") for number in numbers}


@pytest.mark.parametrize("count", [40, 1_200, 2_000])
def test_a_loop_that_changes_every_column_keeps_all_edges(count):
    edge = read("for c in df.columns:\n    df = df.withColumn(c, F.trim(F.col(c)))\n", count)

    assert pairs(edge) == {(f"c{n}", f"c{n}", "transformation") for n in range(count)}


def test_a_loop_that_renames_every_column_keeps_all_edges():
    edge = read('for c in df.columns:\n    df = df.withColumnRenamed(c, "x" + c)\n', 1_200)

    assert pairs(edge) == {(f"c{n}", f"xc{n}", "identity") for n in range(1_200)}


def test_columns_are_renamed_changed_and_dropped_in_one_loop():
    body = (
        "for c in df.columns:\n"
        '    df = df.withColumnRenamed(c, c + "_old")\n'
        '    df = df.withColumn(c, F.upper(c + "_old")).drop(c + "_old")\n'
    )
    edge = read(body, 700)

    assert pairs(edge) == {(f"c{n}", f"c{n}", "transformation") for n in range(700)}


def test_columns_are_dropped_and_made_anew():
    body = (
        "names = df.columns[:200]\n"
        "for c in names:\n    df = df.drop(c)\n"
        "for c in names:\n    df = df.withColumn(c, F.lit(0))\n"
    )
    edge = read(body, 1_000)

    assert pairs(edge) == plain(range(200, 1_000))


def test_conditions_of_many_columns_are_kept():
    body = 'for c in df.columns:\n    df = df.withColumn(c, F.when(F.col("c0") > 0, F.col(c)))\n'
    edge = read(body, 1_000)

    assert len(edge.columns) == 1_000
    decided = {each.downstream for each in edge.indirect if each.effect == "conditional"}
    assert decided == {f"c{n}" for n in range(1_000)}


def test_many_steps_over_thousands_of_columns_keep_all_edges():
    body = (
        "for n in range(150):\n"
        '    df = df.withColumn(f"c{n}", df[f"c{n}"].cast("int")).filter(df[f"c{n + 1}"] > 0)\n'
    )
    edge = read(body, 2_000)

    assert len(edge.columns) == 2_000
    assert {each.upstream for each in edge.indirect} == {f"c{n}" for n in range(1, 151)}


def test_a_column_that_a_name_stands_for_twice_is_dropped_twice():
    body = 'df = df.select("c0", "c1", F.col("c2").alias("C1")).drop("c1")\n'

    assert pairs(read(body, 3)) == plain([0])


def test_withcolumn_replaces_all_columns_of_its_name():
    body = 'df = df.select("c0", "c1", F.col("c2").alias("c1")).withColumn("c1", F.col("c0"))\n'

    assert pairs(read(body, 3)) == {("c0", "c0", "identity"), ("c0", "c1", "identity")}
