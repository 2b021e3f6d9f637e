"""Read Glue Studio's graph: sources, transforms and targets, joined by their ``Inputs``."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from glueline.contract.lineage import Origin
from glueline_worker.lineage.model import (
    OPAQUE,
    ColumnRef,
    Flow,
    Graph,
    IndirectRef,
    LineageContext,
    Node,
    Role,
)
from glueline_worker.lineage.naming import name_s3_path
from glueline_worker.lineage.schemas import get_schema
from glueline_worker.lineage.state_machines import resolve_expressions
from glueline_worker.lineage.visual.conditions import read_join_keys
from glueline_worker.lineage.visual.datasets import find_node_datasets, has_query
from glueline_worker.lineage.visual.fields import (
    Fields,
    read_fields,
    read_items,
    read_output_columns,
    read_text,
    read_text_list,
)
from glueline_worker.lineage.visual.sql import read_sql_transform
from glueline_worker.lineage.visual.step import VisualStep
from glueline_worker.lineage.visual.transforms import get_flow, is_transform

CustomCode = Callable[[str, str], Graph]
"""Reads the code of a custom transform, given its class name and its text."""

_SEMI_JOINS = frozenset({"leftsemi", "leftanti"})


def read_visual(
    nodes: Mapping[str, Any],
    context: LineageContext,
    *,
    custom_code: CustomCode | None = None,
) -> Graph:
    """Return the graph of ``CodeGenConfigurationNodes``, with warnings for unreadable parts."""
    return _Reader(resolve_expressions(nodes), context, custom_code).read()


class _Reader:
    def __init__(self, nodes: Any, context: LineageContext, custom_code: CustomCode | None) -> None:
        self._context = context
        self._custom_code = custom_code
        self._warnings: list[str] = []
        self._gaps: list[str] = []
        self._nodes: dict[str, tuple[str, Fields]] = {}
        if not isinstance(nodes, Mapping):
            self._leave_out("the visual nodes are no object")
            return
        for name, node in nodes.items():
            kinds = [
                (kind, content)
                for kind, content in _iterate_kinds(node)
                if isinstance(content, Mapping)
            ]
            if kinds:
                self._nodes[str(name)] = kinds[0][0], read_fields(kinds[0][1])
            else:
                self._leave_out(f"the visual node {name} has no kind")

    def read(self) -> Graph:
        found = tuple(node for name in self._nodes for node in self._read(name))
        return Graph(Origin.VISUAL, found, tuple(self._warnings), tuple(self._gaps))

    def _leave_out(self, sentence: str) -> None:
        """Warn about a part that was not read."""
        self._warnings.append(sentence)
        self._gaps.append(sentence)

    def _read(self, name: str) -> Iterable[Node]:
        kind, node = self._nodes[name]
        role = _find_role(kind)
        inputs = self._find_inputs(name, node) if role != "read" else ()
        step = Node(name, role, inputs, label=read_text(node.get("name")) or kind)
        if role == "transform" and (inputs or is_transform(kind)):
            return self._read_transform(step, kind, node)
        datasets = find_node_datasets(kind, node, role, self._context)
        if not datasets and not has_query(node):
            self._leave_out(f"the visual node {step.label} ({kind}) names no dataset")
        step = replace(step, datasets=datasets)
        # A node that is no transform and has no inputs is a source of an unknown kind.
        return (step if role == "write" else self._add_columns(replace(step, role="read"), node),)

    def _find_inputs(self, name: str, node: Fields) -> tuple[str, ...]:
        named = read_text_list(node.get("inputs"))
        for missing in (source for source in named if source not in self._nodes):
            self._leave_out(f"the visual node {name} has an input {missing} that is missing")
        return tuple(dict.fromkeys(source for source in named if source in self._nodes))

    def _add_columns(self, step: Node, node: Fields) -> Node:
        """Add Glue Studio's columns to a source where the catalogue has none."""
        columns = read_output_columns(node)
        if any(get_schema(dataset, self._context) for dataset in step.datasets):
            columns = []
        named = {column: (ColumnRef(step.id, column),) for column in columns}
        return replace(step, flow=Flow(named, rest=True))

    def _read_transform(self, step: Node, kind: str, node: Fields) -> Iterable[Node]:
        visual = VisualStep(node, step.inputs, lambda name: self._nodes[name])
        match kind.lower():
            case "sparksql" | "sqlcode":
                return self._read_sql(step, node)
            case "customcode":
                return self._read_custom(step, node)
            case "join" if read_text(node.get("jointype")) in _SEMI_JOINS and step.inputs:
                return _read_semi_join(step, read_join_keys(visual, "filter"))
        done = replace(step, flow=get_flow(kind, visual))
        return (done, *self._read_publishing(step, node))

    def _read_publishing(self, step: Node, node: Fields) -> Iterable[Node]:
        """Read where the results of EvaluateDataQuality go, besides what flows on."""
        options = read_fields(node.get("publishingoptions"))
        place = read_text(options.get("resultss3prefix"))
        if place and step.inputs:
            found = (name_s3_path(place, self._context),)
            yield Node(f"{step.id}/results", "write", step.inputs, found, OPAQUE, step.label)

    def _read_sql(self, step: Node, node: Fields) -> Iterable[Node]:
        entries = [read_fields(entry) for entry in read_items(node.get("sqlaliases"))]
        aliases = {read_text(entry.get("alias")): read_text(entry.get("from")) for entry in entries}
        found = read_sql_transform(step, read_text(node.get("sqlquery")), aliases, self._context)
        self._warnings += (f"{step.label}: {warning}" for warning in found.warnings)
        self._gaps += (f"{step.label}: {gap}" for gap in found.gaps)
        return found.nodes

    def _read_custom(self, step: Node, node: Fields) -> Iterable[Node]:
        """Read a custom transform: all inputs flow on, and so do the reads of its own code."""
        step = replace(step, flow=OPAQUE)
        code = node.get("code")
        if self._custom_code is None or not isinstance(code, str):
            return (step,)
        found = self._custom_code(read_text(node.get("classname")), code)
        self._warnings += (f"{step.label}: {warning}" for warning in found.warnings)
        self._gaps += (f"{step.label}: {gap}" for gap in found.gaps)
        inner = [_nest_node(step, inner) for inner in found.nodes]
        reads = tuple(node.id for node in inner if node.role == "read")
        return (replace(step, inputs=step.inputs + reads), *inner)


def _iterate_kinds(node: Any) -> Iterable[tuple[str, Any]]:
    return (
        ((str(key), content) for key, content in node.items()) if isinstance(node, Mapping) else ()
    )


def _find_role(kind: str) -> Role:
    if kind.lower().endswith("source"):
        return "read"
    return "write" if kind.lower().endswith(("target", "sink")) else "transform"


def _nest_node(step: Node, inner: Node) -> Node:
    """Return a node of a custom transform's code, with its own id and the transform's inputs."""

    def name(node_id: str) -> str:
        return f"{step.id}/{node_id}"

    if inner.role == "write":
        # The frames that the code is given are not followed, so any of them may be written.
        inputs = (*map(name, inner.inputs), *step.inputs)
        return replace(inner, id=name(inner.id), inputs=inputs, flow=OPAQUE)

    def nest(ref: ColumnRef) -> ColumnRef:
        return replace(ref, node=name(ref.node))

    columns = {column: tuple(map(nest, refs)) for column, refs in inner.flow.columns.items()}
    indirect = tuple(replace(each, ref=nest(each.ref)) for each in inner.flow.indirect)
    whole = tuple(map(name, inner.flow.whole))
    flow = replace(inner.flow, columns=columns, whole=whole, indirect=indirect)
    return replace(inner, id=name(inner.id), inputs=tuple(map(name, inner.inputs)), flow=flow)


def _read_semi_join(step: Node, keys: tuple[IndirectRef, ...]) -> Iterable[Node]:
    """Read a semi join: the right side decides on the rows, and none of its columns pass."""
    return (replace(step, flow=Flow(whole=step.inputs[:1], indirect=keys)),)
