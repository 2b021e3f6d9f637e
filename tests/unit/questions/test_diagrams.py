"""Lineage as text of Mermaid and Graphviz."""

import re
import warnings

import pydot
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glueline.contract.lineage import Dataset
from glueline_worker.commands.lineage_diagrams import make_diagram
from glueline_worker.lineage.links.column_walk import ColumnStep
from glueline_worker.lineage.links.walk import Hop, LineageStep
from glueline_worker.questions.lineage_answers import LineageAnswer

SPACE = "arn:aws:glue:eu-west-1:{}"
NODE = re.compile(r'  (n\d+)\["([^"]*)"\]')
ARROW = re.compile(r'  (n\d+) (-->|-\.->)\|"([^"]*)"\| (n\d+)')
ODD = [
    'a"b',
    "a\\",
    "a\\nb",
    "end",
    "x]--> n9",
    "%%{init}%%",
    "#quot;",
    "&amp;",
    "<b>",
    "`md`",
    "ä|ö",
]


def table(name: str, account: str = "1" * 12) -> Dataset:
    return Dataset(namespace=SPACE.format(account), name=f"table/sales/{name}")


def answer(*hops: Hop, start: Dataset) -> LineageAnswer:
    steps = {"downstream": [LineageStep(hop, 1) for hop in hops]}
    return LineageAnswer(start, None, steps, {}, {}, [])


def read_mermaid(text: str) -> tuple[dict[str, str], list[tuple[str, str, str, str]]]:
    """The boxes and arrows, with numbers of signs turned back; fails on any other line."""
    first, *lines, last = text.split("\n")
    assert (first, last) == ("flowchart LR", "  style n0 stroke-width:3px")
    boxes, arrows = {}, []
    for line in lines:
        if match := NODE.fullmatch(line):
            boxes[match[1]] = decode(match[2])
        else:
            match = ARROW.fullmatch(line)
            assert match, line
            arrows.append((match[1], match[2], decode(match[3]), match[4]))
    return boxes, arrows


def decode(text: str) -> str:
    return re.sub(r"#(\d+);", lambda match: chr(int(match[1])), text)


def read_dot(text: str) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    with warnings.catch_warnings():  # pydot calls the old names of pyparsing
        warnings.simplefilter("ignore", DeprecationWarning)
        (graph,) = pydot.graph_from_dot_data(text)
    boxes = {
        node.get_name(): unquote(node.get("label"))
        for node in graph.get_nodes()
        if node.get_name() != "node"
    }
    arrows = [
        (edge.get_source(), unquote(edge.get("label")), edge.get_destination())
        for edge in graph.get_edges()
    ]
    return boxes, arrows


def unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]).replace("&amp;", "&")


@pytest.mark.parametrize("name", ODD)
def test_odd_names_stay_what_they_are(name: str):
    start, end = table(name), table("end")
    hop = Hop(start, end, f"job/{name}")
    shown = answer(hop, start=start)
    expected = {"n0": f"sales.{name}", "n1": "sales.end"}
    if name == "end":
        expected = {"n0": "sales.end"}
    last = f"n{len(expected) - 1}"
    assert read_mermaid(make_diagram(shown, "mermaid")) == (
        expected,
        [("n0", "-->", f"job/{name}", last)],
    )
    assert read_dot(make_diagram(shown, "dot")) == (expected, [("n0", f"job/{name}", last)])


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"]), min_size=1))
def test_any_name_is_one_box(name: str):
    dataset = Dataset(namespace="s3://b", name=name.strip("/") or "x")
    boxes, _ = read_mermaid(make_diagram(answer(start=dataset), "mermaid"))
    assert boxes == {"n0": f"s3://b/{dataset.name}"}


def test_tables_of_one_name_in_two_accounts_are_two_boxes():
    here, there = table("orders"), table("orders", "2" * 12)
    boxes, arrows = read_dot(make_diagram(answer(Hop(there, here, "link"), start=here), "dot"))
    assert len(set(boxes.values())) == 2
    assert arrows == [("n1", "link", "n0")]


def test_jobs_between_the_same_tables_share_an_arrow():
    here, there = table("a"), table("b")
    hops = [Hop(here, there, process) for process in ("job/x", "job/y")]
    _, arrows = read_mermaid(make_diagram(answer(*hops, start=here), "mermaid"))
    assert arrows == [("n0", "-->", "job/x, job/y", "n1")]


def test_columns_have_boxes_and_what_only_decides_is_dashed():
    hop = Hop(table("a"), table("b"), "job/x")
    steps = [
        ColumnStep(hop, 1, "total", "total", "sum", "aggregation", 7),
        ColumnStep(hop, 1, "total", "TOTAL", None, "filter", 8, is_direct=False),
    ]
    shown = LineageAnswer(table("a"), "Total", {"downstream": []}, {}, {"downstream": steps}, [])
    boxes, arrows = read_mermaid(make_diagram(shown, "mermaid"))
    assert boxes == {
        "n0": "sales.a.total",
        "n1": "sales.b.sum",
        "n2": "sales.b (all columns)",
    }
    assert arrows == [
        ("n0", "-->", "aggregation job/x:7", "n1"),
        ("n0", "-.->", "filter job/x:8", "n2"),
    ]
