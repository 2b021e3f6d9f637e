"""Lone surrogates in names: a script can spell them, and UTF-8 cannot encode them."""

import re
from collections.abc import Iterator
from itertools import filterfalse

from msgspec.structs import replace

from glueline.contract.lineage import Dataset
from glueline_worker.catalog.values import replace_surrogates
from glueline_worker.lineage.model import ColumnRef, Flow, Graph, Node

_SURROGATE = re.compile("[\ud800-\udfff]")


def replace_text_surrogates(text: str) -> str:
    """Return ``text`` with each lone surrogate as U+FFFD, which Python can parse."""
    return _SURROGATE.sub("\ufffd", text)


def replace_graph_surrogates(graph: Graph) -> Graph:
    """Return ``graph`` with each lone surrogate as ``?``.

    This comes before the graph is followed, so that equal names are one.
    """
    if not any(map(_has_surrogates, filterfalse(str.isascii, _iterate_texts(graph)))):
        return graph
    return replace(
        graph,
        nodes=tuple(map(_replace_in_node, graph.nodes)),
        warnings=tuple(map(replace_surrogates, graph.warnings)),
        gaps=tuple(map(replace_surrogates, graph.gaps)),
    )


def _has_surrogates(text: str) -> bool:
    return replace_surrogates(text) != text


def _iterate_texts(graph: Graph) -> Iterator[str]:
    yield from graph.warnings
    yield from graph.gaps
    for node in graph.nodes:
        for dataset in node.datasets:
            yield from (dataset.namespace, dataset.name)
        yield from node.flow.dropped
        for column, sources in node.flow.columns.items():
            yield column
            yield from (source.column for source in sources)
        for each in node.flow.indirect:
            yield from (each.ref.column, each.column or "")


def _replace_in_node(node: Node) -> Node:
    datasets = tuple(
        Dataset(namespace=replace_surrogates(each.namespace), name=replace_surrogates(each.name))
        for each in node.datasets
    )
    return replace(node, datasets=datasets, flow=_replace_in_flow(node.flow))


def _replace_in_flow(flow: Flow) -> Flow:
    columns = {
        replace_surrogates(column): tuple(map(_replace_in_ref, sources))
        for column, sources in flow.columns.items()
    }
    indirect = tuple(
        replace(
            each,
            ref=_replace_in_ref(each.ref),
            column=None if each.column is None else replace_surrogates(each.column),
        )
        for each in flow.indirect
    )
    dropped = frozenset(map(replace_surrogates, flow.dropped))
    return replace(flow, columns=columns, dropped=dropped, indirect=indirect)


def _replace_in_ref(ref: ColumnRef) -> ColumnRef:
    return replace(ref, column=replace_surrogates(ref.column))
