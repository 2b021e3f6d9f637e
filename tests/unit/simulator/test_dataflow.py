"""GetDataflowGraph reads annotations, and nothing but annotations."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from glueline_simulator.glue.dataflow import make_dataflow_graph

SCRIPT = """import sys
## @type: DataSource
## @args: [database = "sales", table_name = "or,ders", options = {"a": [1, 2], "b": (3, "]")}]
## @return: source
## @inputs: []
source = None
## @type: my own kind
## @args: [path = "s3://" + env + "-out/", flag = true, note = "say \\"a, b\\""]
## @return: sink
## @inputs: [frame1 = source, frame2 = other]
sink = None
"""


def by_id(graph: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {node["Id"]: node for node in graph["DagNodes"]}


def test_nodes_carry_type_line_and_source_text() -> None:
    nodes = by_id(make_dataflow_graph(SCRIPT))
    assert nodes["source"]["NodeType"] == "DataSource"
    assert nodes["source"]["LineNumber"] == 2
    assert {arg["Name"]: arg["Value"] for arg in nodes["source"]["Args"]} == {
        "database": '"sales"',
        "table_name": '"or,ders"',
        "options": '{"a": [1, 2], "b": (3, "]")}',
    }
    assert nodes["sink"]["NodeType"] == "my own kind"
    assert nodes["sink"]["LineNumber"] == 7
    values = {arg["Name"]: arg["Value"] for arg in nodes["sink"]["Args"]}
    assert values["path"] == '"s3://" + env + "-out/"'
    assert values["flag"] == "true"
    assert values["note"] == '"say \\"a, b\\""'


def test_edges_carry_the_parameter_they_enter_by() -> None:
    edges = make_dataflow_graph(SCRIPT)["DagEdges"]
    assert sorted((e["Source"], e["Target"], e["TargetParameter"]) for e in edges) == [
        ("other", "sink", "frame2"),
        ("source", "sink", "frame1"),
    ]


def test_a_script_without_annotations_has_an_empty_graph(glue: Any) -> None:
    answer = glue.get_dataflow_graph(PythonScript="print('no annotations')")
    assert answer["DagNodes"] == []
    assert answer["DagEdges"] == []


def test_the_service_answers_with_the_graph_of_a_generated_script(glue: Any, s3: Any) -> None:
    jobs = glue.get_jobs()["Jobs"]
    seen = set()
    for job in jobs:
        bucket, _, key = job["Command"]["ScriptLocation"].removeprefix("s3://").partition("/")
        script = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        compile(script, job["Name"], "exec")
        graph = glue.get_dataflow_graph(PythonScript=script)
        seen.add((len(graph["DagNodes"]), len(graph["DagEdges"])))
    assert seen == {(0, 0), (5, 4)}


@given(st.text())
def test_any_text_has_a_graph(text: str) -> None:
    annotated = f"## @type: X\n## @args: {text}\n## @return: x\n## @inputs: {text}\n"
    make_dataflow_graph(text)
    assert make_dataflow_graph(annotated)["DagNodes"][0]["Id"] == "x"
