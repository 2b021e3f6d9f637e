"""Half surrogate pairs in names: a script can spell them, and UTF-8 cannot hold them."""

from collections.abc import Iterator
from dataclasses import replace

from glueline.contract.lineage import Dataset
from glueline_worker.catalog.values import replace_surrogates
from glueline_worker.lineage.model import ColumnRef, Flow, Graph, Node


def without_halves(graph: Graph) -> Graph:
    """``graph`` with each half as ``?``; before it is followed, so that equal names are one."""
    if all(text.isascii() or replace_surrogates(text) == text for text in _texts(graph)):
        return graph
    return replace(
        graph,
        nodes=tuple(map(_node, graph.nodes)),
        warnings=tuple(map(replace_surrogates, graph.warnings)),
        gaps=tuple(map(replace_surrogates, graph.gaps)),
    )


def _texts(graph: Graph) -> Iterator[str]:
    yield from graph.warnings
    yield from graph.gaps
    for node in graph.nodes:
        for dataset in node.datasets:
            yield from (dataset.namespace, dataset.name)
        yield from node.flow.dropped
        for column, sources in node.flow.columns.items():
            yield column
            yield from (source.column for source in sources)


def _node(node: Node) -> Node:
    datasets = tuple(
        Dataset(namespace=replace_surrogates(each.namespace), name=replace_surrogates(each.name))
        for each in node.datasets
    )
    return replace(node, datasets=datasets, flow=_flow(node.flow))


def _flow(flow: Flow) -> Flow:
    columns = {
        replace_surrogates(column): tuple(
            ColumnRef(each.node, replace_surrogates(each.column)) for each in sources
        )
        for column, sources in flow.columns.items()
    }
    return replace(flow, columns=columns, dropped=frozenset(map(replace_surrogates, flow.dropped)))
