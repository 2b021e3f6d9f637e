"""Scala scripts: what flows where, and with which columns."""

from pathlib import Path

import pytest

from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.scala import read_scala

CASES = Path(__file__).parent / "cases"
CONTEXT = LineageContext(
    region="eu-west-1",
    account="123456789012",
    arguments={"stage": "prod"},
    schemas={"shop/orders": ("id", "total"), "shop/customers": ("id", "name")},
)


def _describe(code):
    """``glue:shop/orders -> s3://lake/out id>key``: an edge a line, then what stands alone."""
    lineage = collapse(read_scala(code, CONTEXT), CONTEXT)
    found = []
    for edge in lineage.edges:
        columns = [f"{each.upstream}>{each.downstream}" for each in edge.columns]
        found.append(" ".join([_short(edge.upstream), "->", _short(edge.downstream), *columns]))
    joined = {dataset for edge in lineage.edges for dataset in (edge.upstream, edge.downstream)}
    found += [f"reads {_short(each)}" for each in lineage.inputs if each not in joined]
    return found + [f"writes {_short(each)}" for each in lineage.outputs if each not in joined]


def _short(dataset):
    if dataset.namespace == "arn:aws:glue:eu-west-1:123456789012":
        return f"glue:{dataset.name.removeprefix('table/')}"
    return f"{dataset.namespace}/{dataset.name.lstrip('/')}"


@pytest.mark.parametrize("name", sorted(path.stem for path in CASES.glob("*.scala")))
def test_script_yields_the_lineage_at_its_end(name):
    code, _, expected = (CASES / f"{name}.scala").read_text().partition("//= ")
    assert _describe(code) == expected.replace("//= ", "").strip().split("\n")


def test_a_script_is_said_to_be_less_certain():
    graph = read_scala("val x = 1", CONTEXT)
    assert graph.warnings == (
        "the script is Scala: its lineage is less certain than a Python script's",
    )


def test_lines_are_those_of_the_scala_script():
    code = '\n\nval a = spark.read.parquet("s3://a")\n\na.write\n  .parquet("s3://b")\n'
    graph = read_scala(code, CONTEXT)
    assert [(node.role, node.line) for node in graph.nodes] == [("read", 3), ("write", 5)]


def test_bytes_are_read_as_text():
    assert _describe(b'\xef\xbb\xbfspark.read.csv("s3://a").write.csv("s3://b")') == [
        "s3://a/ -> s3://b/"
    ]


def test_deep_nesting_ends_in_a_warning():
    graph = read_scala("val x = " + "(" * 5_000 + "1" + ")" * 5_000, CONTEXT)
    assert "the script is nested too deeply to be read" in graph.warnings


def test_a_very_long_script_is_cut_with_a_warning():
    graph = read_scala('spark.read.csv("s3://a")\n' + "// x\n" * 100_000, CONTEXT)
    assert len(graph.nodes) == 1
    sentence = "200,026 of the script's 500,025 characters were not read"
    assert sentence in graph.warnings
    assert graph.gaps == (sentence,)
