"""Scripts with frames of known tables: their columns are those of Spark's own analysed plans.

``spark_columns`` has a file for each topic. A case is its name behind ``###``, the end of a script,
and the direct edges between columns behind ``=``.
"""

import json
from pathlib import Path

import pytest

from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.script import read_script

FOLDER = Path(__file__).parent / "spark_columns"
CONTEXT = LineageContext(
    schemas={
        key: tuple(names)
        for key, names in json.loads((FOLDER / "schemas.json").read_text()).items()
    }
)
START = """\
from pyspark.sql import SparkSession, functions as F
from pyspark.sql.window import Window
spark = SparkSession.builder.getOrCreate()
o = spark.table("lab.orders")
c = spark.table("lab.customers")
"""


def read_cases():
    for path in sorted(FOLDER.glob("*.txt")):
        for block in path.read_text().split("### ")[1:]:
            name, _, text = block.partition("\n")
            yield pytest.param(text, id=f"{path.stem}: {name}")


def name(dataset):
    return dataset.name.removeprefix("table/").replace("/", ".")


@pytest.mark.parametrize("text", list(read_cases()))
def test_columns_are_those_of_spark(text):
    lines = text.strip().splitlines()
    expected = {line[2:].lower() for line in lines if line.startswith("= ")}
    script = "\n".join(line for line in lines if not line.startswith("= "))
    lineage = collapse(read_script(START + script, CONTEXT), CONTEXT)
    found = {
        f"{name(edge.upstream)}.{column.upstream} > {name(edge.downstream)}.{column.downstream}"
        for edge in lineage.edges
        for column in edge.columns
    }
    assert {edge.lower() for edge in found} == expected
    assert lineage.gaps == ()
