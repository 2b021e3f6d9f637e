"""Collapse a graph of steps to edges: each write is followed back to its reads."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.graph.cells import PLAIN_WAY, Way
from glueline_worker.lineage.graph.column_flow import (
    UNKNOWN_COLUMNS,
    ColumnSet,
    NumberedSchemas,
    is_excluded,
    make_dataset_columns,
    propagate,
)
from glueline_worker.lineage.graph.deciders import iterate_bits
from glueline_worker.lineage.graph.edge_parts import EdgeParts
from glueline_worker.lineage.graph.indirect_flow import IndirectWalk
from glueline_worker.lineage.graph.order import (
    get_column_key,
    get_edge_key,
    get_indirect_key,
    sort_datasets,
)
from glueline_worker.lineage.graph.strongly_connected import find_strongly_connected
from glueline_worker.lineage.model import Edge, Graph, Lineage, LineageContext, Node
from glueline_worker.lineage.naming import is_nameless
from glueline_worker.lineage.schemas import get_schema, is_catalog_table
from glueline_worker.lineage.surrogates import replace_graph_surrogates

EDGE_LIMIT = 50_000
"""Edges of one job; more are of no use to a reader."""
COLUMN_LIMIT = 1_000_000
"""Columns looked at in one job, over all its steps: bounds time and memory."""
_SHOWN = 3
"""Columns of one table that a warning names."""
INDIRECT_LIMIT = 200_000
"""Columns looked at in one job because they decide about others. A limit of their own, so that
they take nothing from the columns whose values pass."""


def collapse(graph: Graph, context: LineageContext) -> Lineage:
    """Return the lineage of one graph.

    Only datasets with a flow between them are joined; a table that is read and written keeps its
    edge to itself. Loops and chains of any length are followed in bounded time: past the limits,
    columns and then edges are left out with a warning.
    """
    graph = replace_graph_surrogates(graph)
    walk = _GraphWalk(graph, context)
    walk.run()
    found = walk.make_edges()
    edges = tuple(edge for edge in found if not _says_nothing(edge))
    gaps = tuple(dict.fromkeys((*graph.gaps, *walk.find_gaps())))
    if (more := len(found) - len(edges)) > 0:
        many = "1 edge is" if more == 1 else f"{more:,} edges are"
        gaps += (f"{many} left out: nothing is known of the names on either side",)
    return Lineage(
        inputs=sort_datasets(_iterate_datasets(graph.nodes, "read")),
        outputs=sort_datasets(_iterate_datasets(graph.nodes, "write")),
        edges=edges,
        warnings=tuple(dict.fromkeys((*graph.warnings, *gaps, *walk.iterate_warnings()))),
        gaps=gaps,
    )


def outline(graph: Graph) -> Lineage:
    """Return the lineage of one graph as ``collapse`` does, without its edges."""
    graph = replace_graph_surrogates(graph)
    return Lineage(
        inputs=sort_datasets(_iterate_datasets(graph.nodes, "read")),
        outputs=sort_datasets(_iterate_datasets(graph.nodes, "write")),
        warnings=graph.warnings,
        gaps=graph.gaps,
    )


def _says_nothing(edge: Edge) -> bool:
    """Tell whether both names are known only at run time: they may be any two, or one."""
    return is_nameless(edge.upstream) and is_nameless(edge.downstream)


class _GraphWalk:
    """One pass over a graph. Datasets are numbered, and sets of them are bits of one integer."""

    def __init__(self, graph: Graph, context: LineageContext) -> None:
        self._origin = graph.origin
        self._nodes: dict[str, Node] = {}
        for node in graph.nodes:
            self._nodes.setdefault(node.id, node)
        numbers: dict[Dataset, int] = {}
        self._numbers: dict[str, list[int]] = {}
        for node in graph.nodes:
            if node.datasets:
                found = [numbers.setdefault(dataset, len(numbers)) for dataset in node.datasets]
                self._numbers.setdefault(node.id, found)
        self._datasets = list(numbers)
        written = {d for node in graph.nodes if node.role == "write" for d in node.datasets}
        self._schemas = NumberedSchemas(
            {
                number: {column.lower(): column for column in columns if column}
                for dataset, number in numbers.items()
                if (columns := get_schema(dataset, context)) is not None
            },
            {numbers[dataset] for dataset in written},
        )
        self._upstream: dict[str, int] = {}
        self._columns: dict[str, ColumnSet] = {}
        self._indirect = IndirectWalk(self._schemas, INDIRECT_LIMIT)
        self._has_indirect = any(node.flow.indirect for node in graph.nodes)
        self._budget = COLUMN_LIMIT

    def run(self) -> None:
        inputs = {node.id: node.inputs for node in self._nodes.values()}
        writes = (node.id for node in self._nodes.values() if node.role == "write")
        for group in find_strongly_connected(inputs, writes):
            self._follow(group)

    def find_gaps(self) -> list[str]:
        """Return a sentence about the edges above the limit."""
        if len(self._datasets) ** 2 <= EDGE_LIMIT:
            return []  # not even if each flowed into each
        upstream: dict[int, int] = {}
        for node in self._nodes.values():
            for downstream in self._get_numbers(node) if node.role == "write" else ():
                known = upstream.get(downstream, 0)
                upstream[downstream] = known | self._upstream[node.id]
        more = sum(bits.bit_count() for bits in upstream.values()) - EDGE_LIMIT
        if more <= 0:
            return []
        return [f"the job has more than {EDGE_LIMIT:,} edges; {more:,} are left out"]

    def iterate_warnings(self) -> Iterator[str]:
        """Yield a sentence about each kind of columns above the limit."""
        if self._budget < 0:
            yield f"the job has more than {COLUMN_LIMIT:,} columns; some are left out"
        missing: dict[int, list[str]] = {}
        for dataset, column in self._schemas.missing:
            missing.setdefault(dataset, []).append(column)
        for dataset, names in missing.items():
            more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
            table = self._datasets[dataset].name.removeprefix("table/").replace("/", ".")
            yield f"{table} has no column {', '.join(names[:_SHOWN])}{more}, as its schema says"
        if self._indirect.is_exhausted:
            yield (
                f"the job has more than {INDIRECT_LIMIT:,} columns that decide about others; some "
                "are left out"
            )

    def make_edges(self) -> tuple[Edge, ...]:
        found: dict[tuple[int, int], EdgeParts] = {}
        for node in self._nodes.values():
            for downstream in self._get_numbers(node) if node.role == "write" else ():
                self._add_edges_into(downstream, node, found)
                if self._has_indirect:
                    self._add_indirect_into(downstream, node, found)
        edges = (
            Edge(
                self._datasets[up],
                self._datasets[down],
                (self._origin,),
                tuple(sorted(parts.make_columns(), key=get_column_key)),
                tuple(sorted(parts.make_indirect(), key=get_indirect_key)),
                line=parts.line,
                is_opaque=parts.is_opaque,
            )
            for (up, down), parts in found.items()
        )
        return tuple(sorted(edges, key=get_edge_key))

    def _follow(self, group: Sequence[str]) -> None:
        """Pass datasets and columns through one step, or around a loop."""
        bits = 0
        for name in group:
            node = self._nodes[name]
            if node.role == "read":
                for number in self._get_numbers(node):
                    bits |= 1 << number
            for source in node.inputs:
                bits |= self._upstream.get(source, 0)
        # The first pass through a loop knows only its inputs, the second its own columns too.
        for _ in range(2 if len(group) > 1 else 1):
            for name in group:
                self._upstream[name] = bits
                self._pass(self._nodes[name])

    def _pass(self, node: Node) -> None:
        """Pass columns through one step, and those that decide about them."""
        if (unchanged := self._find_unchanged(node)) is not None:
            self._columns[node.id] = unchanged
            if self._has_indirect:
                self._indirect.pass_rows(node)
            return
        inputs = {
            source: self._columns[source] for source in node.inputs if source in self._columns
        }
        line = node.line
        if node.role == "read":
            inputs = {node.id: make_dataset_columns(self._get_numbers(node)), **inputs}
            line = None  # a read makes no columns
        columns = self._propagate(node, inputs, line)
        if self._has_indirect:
            columns = self._indirect.follow(node, inputs, columns)
        self._columns[node.id] = columns

    def _find_unchanged(self, node: Node) -> ColumnSet | None:
        """Return the columns of a step that passes those of one input as they are, as most do."""
        flow, inputs = node.flow, node.inputs
        if flow.columns or flow.dropped or flow.indirect or not flow.rest or self._budget < 0:
            return None
        if node.role == "read":
            return None if inputs else make_dataset_columns(self._get_numbers(node))
        return self._columns.get(inputs[0]) if len(inputs) == 1 else None

    def _propagate(
        self, node: Node, inputs: Mapping[str, ColumnSet], line: int | None
    ) -> ColumnSet:
        if not self._spend(len(node.flow.columns)):
            return UNKNOWN_COLUMNS
        after = propagate(node.flow, inputs, self._schemas, line)
        for before in inputs.values():
            if after is before:
                break  # nothing was looked at
        else:
            self._spend(after.work)
        return after

    def _spend(self, work: int) -> bool:
        """Take ``work`` columns off the budget."""
        self._budget -= work
        return self._budget >= 0

    def _add_edges_into(
        self, downstream: int, node: Node, found: dict[tuple[int, int], EdgeParts]
    ) -> None:
        columns = self._columns[node.id]
        for upstream in iterate_bits(self._upstream[node.id]):
            pair = upstream, downstream
            if pair not in found:
                if len(found) >= EDGE_LIMIT:
                    return
                found[pair] = EdgeParts()
            found[pair].add_line(node.line)
            found[pair].is_opaque |= not columns.named and not columns.rest
        for upstream, column, name, way in self._iterate_columns(columns, downstream):
            if not self._spend(1):
                return
            if parts := found.get((upstream, downstream)):
                source, target = self._spell(upstream, column), self._spell(downstream, name)
                parts.add_column(source, target, (way[0], way[1] or node.line))

    def _add_indirect_into(
        self, downstream: int, node: Node, found: Mapping[tuple[int, int], EdgeParts]
    ) -> None:
        found_here = self._indirect.find(node.id, self._columns[node.id])
        for (upstream, column, effect, line), name in found_here:
            if parts := found.get((upstream, downstream)):
                target = None if name is None else self._spell(downstream, name)
                parts.add_indirect(self._spell(upstream, column), target, effect, line)

    def _iterate_columns(
        self, columns: ColumnSet, target: int
    ) -> Iterator[tuple[int, str, str, Way]]:
        """Yield the upstream dataset, its column, the column that is written, and the way."""
        for display, cells in columns.named.values():
            for (dataset, column), way in cells.items():
                yield dataset, column, display, way
        for stack in columns.rest:
            for dataset, left in stack.items():
                schema = self._schemas.get(dataset)
                taken: Container[str] = left
                if schema is None and len(columns.rest) == 1:
                    # All that is written and not named so far can only come from here.
                    schema = self._schemas.get(target, {})
                    taken = left.keys() | columns.named.keys()
                for key, column in (schema or {}).items():
                    if not is_excluded(key, taken):
                        yield dataset, column, column, PLAIN_WAY

    def _spell(self, dataset: int, column: str) -> str:
        """Return the column as the catalogue spells it: in lower case unless its schema differs."""
        key = column.lower()
        if (schema := self._schemas.get(dataset)) and key in schema:
            return schema[key]
        return key if is_catalog_table(self._datasets[dataset]) else column

    def _get_numbers(self, node: Node) -> Sequence[int]:
        return self._numbers.get(node.id, ())


def _iterate_datasets(nodes: Iterable[Node], role: str) -> Iterator[Dataset]:
    return (dataset for node in nodes if node.role == role for dataset in node.datasets)
