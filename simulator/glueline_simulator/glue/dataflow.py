"""GetDataflowGraph: the graph that the annotations of a classic script describe.

The annotations of a node are comment lines, ``## @type: …``, ``## @args: …``,
``## @return: …`` and ``## @inputs: …``. As in the real service, the code is not read.
"""

import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

import orjson

from glueline_simulator.errors import invalid_input_error
from glueline_simulator.glue.context import GlueContext

_ANNOTATION = re.compile(r"\s*##\s*@(type|args|return|inputs)\s*:\s*(.*?)\s*$")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_OPENING, _CLOSING = "([{", ")]}"


@dataclass
class _Node:
    kind: str
    line: int
    id: str = ""
    args: list[tuple[str, str]] = field(default_factory=list)
    inputs: list[tuple[str, str]] = field(default_factory=list)


def get_dataflow_graph(context: GlueContext) -> bytes:
    """Answer with the nodes and edges of a script; none without annotations."""
    script = context.parameters.get("PythonScript")
    if script is None:
        raise invalid_input_error("PythonScript must not be null")
    return orjson.dumps(make_dataflow_graph(script))


def make_dataflow_graph(script: str) -> dict[str, Any]:
    """Make the graph of a script, in an order that depends on its text only."""
    found = [node for node in _parse_nodes(script) if node.id]
    nodes = [
        {
            "Id": node.id,
            "NodeType": node.kind,
            "Args": [{"Name": n, "Value": v, "Param": False} for n, v in node.args],
            "LineNumber": node.line,
        }
        for node in found
    ]
    edges = [
        {"Source": source, "Target": node.id, "TargetParameter": parameter}
        for node in found
        for parameter, value in node.inputs
        for source in _IDENTIFIER.findall(value)
    ]
    # The service promises no order. Clients that rely on one must notice that.
    shuffle = Random(script).shuffle  # noqa: S311
    shuffle(nodes)
    shuffle(edges)
    return {"DagNodes": nodes, "DagEdges": edges}


def _parse_nodes(script: str) -> list[_Node]:
    nodes: list[_Node] = []
    for number, line in enumerate(script.splitlines(), start=1):
        match = _ANNOTATION.match(line)
        if match is None:
            continue
        word, text = match.groups()
        if word == "type":
            nodes.append(_Node(text, number))
        elif nodes:
            _annotate(nodes[-1], word, text)
    return nodes


def _annotate(node: _Node, word: str, text: str) -> None:
    if word == "return":
        node.id = text
    elif word == "args":
        node.args = _parse_assignments(text)
    else:
        node.inputs = _parse_assignments(text)


def _parse_assignments(text: str) -> list[tuple[str, str]]:
    """Parse ``[a = 1, b = {"c": 2}]`` into names and the source text of their values."""
    inner = text[1:-1] if text[:1] == "[" and text[-1:] == "]" else text
    pairs = (part.partition("=") for part in _split_at_commas(inner))
    return [(name.strip(), value.strip()) for name, equals, value in pairs if equals]


def _split_at_commas(text: str) -> list[str]:
    """Split at the commas outside of quotes and brackets."""
    parts, start, depth, quote, escaped = [], 0, 0, "", False
    for index, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote and not escaped else quote
            escaped = letter == "\\" and not escaped
        elif letter in "\"'":
            quote = letter
        elif letter in _OPENING:
            depth += 1
        elif letter in _CLOSING:
            depth -= 1
        elif letter == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]
