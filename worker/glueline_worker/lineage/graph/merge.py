"""Merge several descriptions of one job into one lineage.

The code is what the job does; the other descriptions are what its authors meant it to do. Where the
code is fully understood, it is right and contradictions to it are left out. Elsewhere the others
fill in: a name that the code makes at run time, a dataset that it does not show.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec.structs import replace

from glueline.contract.lineage import ColumnEdge, Dataset, IndirectEdge, Origin
from glueline_worker.lineage.graph.order import (
    get_column_key,
    get_edge_key,
    get_indirect_key,
    sort_datasets,
)
from glueline_worker.lineage.model import Edge, Lineage
from glueline_worker.lineage.naming import format_short_name, is_resolved

_ORDER = {origin: index for index, origin in enumerate(Origin)}
_PLACEHOLDER = re.compile(r"\{[^{},]*\}")


def merge_lineages(others: Sequence[Lineage], code: Lineage | None = None) -> Lineage:
    """Return one lineage of a job's descriptions; ``code`` is the lineage of its script.

    An edge of several descriptions becomes one edge with all their origins and columns.
    """
    if not others or code is None or not (code.inputs or code.outputs):
        return _unite([*others, code or Lineage()])
    described = _unite(others)
    code = _rename(code, _match_names(code, described, is_resolved))
    described = _rename(described, _match_names(described, code, lambda _: True))
    described, notes = _drop_contradictions(described, code)
    merged = _unite([code, described])
    return replace(merged, warnings=merged.warnings + notes)


def _unite(lineages: Iterable[Lineage]) -> Lineage:
    lineages = list(lineages)
    if len(lineages) == 1:
        return lineages[0]  # in order already, as `collapse` makes it
    edges: dict[tuple[Dataset, Dataset], Edge] = {}
    for edge in (edge for lineage in lineages for edge in lineage.edges):
        pair = edge.upstream, edge.downstream
        edges[pair] = _join(edges[pair], edge) if pair in edges else edge
    return Lineage(
        inputs=sort_datasets(dataset for each in lineages for dataset in each.inputs),
        outputs=sort_datasets(dataset for each in lineages for dataset in each.outputs),
        edges=tuple(sorted(edges.values(), key=get_edge_key)),
        warnings=tuple(dict.fromkeys(text for each in lineages for text in each.warnings)),
        gaps=tuple(dict.fromkeys(text for each in lineages for text in each.gaps)),
        failures=tuple(dict.fromkeys(text for each in lineages for text in each.failures)),
    )


def _join(one: Edge, other: Edge) -> Edge:
    """Join two descriptions of one edge; ``one`` is right about what both tell."""
    return replace(
        one,
        origins=tuple(sorted({*one.origins, *other.origins}, key=_ORDER.__getitem__)),
        columns=_join_columns(one.columns, other.columns),
        indirect=_join_indirect(one.indirect, other.indirect),
        line=one.line or other.line,
        is_opaque=one.is_opaque and other.is_opaque,
    )


def _join_columns(one: Iterable[ColumnEdge], other: Iterable[ColumnEdge]) -> tuple[ColumnEdge, ...]:
    found: dict[tuple[str, str], ColumnEdge] = {}
    for each in (*one, *other):
        pair = each.upstream, each.downstream
        if pair not in found or found[pair].transformation is None:
            found[pair] = each
    return tuple(sorted(found.values(), key=get_column_key))


def _join_indirect(
    one: Iterable[IndirectEdge], other: Iterable[IndirectEdge]
) -> tuple[IndirectEdge, ...]:
    found: dict[tuple[str, str | None, str], IndirectEdge] = {}
    for each in (*one, *other):
        found.setdefault((each.upstream, each.downstream, each.effect), each)
    return tuple(sorted(found.values(), key=get_indirect_key))


def _rename(lineage: Lineage, names: Mapping[Dataset, Dataset]) -> Lineage:
    if not names:
        return lineage

    def name(dataset: Dataset) -> Dataset:
        return names.get(dataset, dataset)

    edges = (
        replace(edge, upstream=name(edge.upstream), downstream=name(edge.downstream))
        for edge in lineage.edges
    )
    renamed = replace(
        lineage,
        inputs=tuple(map(name, lineage.inputs)),
        outputs=tuple(map(name, lineage.outputs)),
        edges=tuple(edges),
    )
    return _unite([renamed, Lineage()])  # two names may be one now


def _match_names(
    lineage: Lineage, other: Lineage, admits: Callable[[Dataset], bool]
) -> dict[Dataset, Dataset]:
    """Return the only name of ``other`` that each open name of ``lineage`` can mean."""
    found = {}
    for ours, theirs in ((lineage.inputs, other.inputs), (lineage.outputs, other.outputs)):
        candidates = [each for each in theirs if each not in ours and admits(each)]
        for dataset in ours:
            matching = [each for each in candidates if _can_mean(dataset, each)]
            if len(matching) == 1:
                found[dataset] = matching[0]
    return found


def _can_mean(open_name: Dataset, other: Dataset) -> bool:
    """Tell whether a name that is open or shorter than the other can turn out to be it."""
    if not is_resolved(open_name):
        return _fits(_PLACEHOLDER.split(_get_full_name(open_name)), _get_full_name(other))
    # A connection's own database stands in visual nodes but seldom in code.
    return (
        open_name.namespace == other.namespace
        and open_name.namespace.startswith("glue-connection://")
        and other.name.endswith(f".{open_name.name}")
    )


def _fits(literals: Sequence[str], text: str) -> bool:
    """Tell whether ``text`` is the literals in their order with text between each two."""
    first, *between, last = literals
    at = len(first)
    for literal in between:
        found = text.find(literal, at + 1)
        if found < 0:
            return False
        at = found + len(literal)
    return text.startswith(first) and text.endswith(last) and len(text) - len(last) > at


def _get_full_name(dataset: Dataset) -> str:
    return f"{dataset.namespace}/{dataset.name}".rstrip("/")


def _drop_contradictions(described: Lineage, code: Lineage) -> tuple[Lineage, tuple[str, ...]]:
    """Drop the descriptions that contradict the code, with a sentence about each dataset."""
    inputs = _filter_allowed(described.inputs, code.inputs, code)
    outputs = _filter_allowed(described.outputs, code.outputs, code)
    dropped = [
        dataset
        for names, kept in ((described.inputs, inputs), (described.outputs, outputs))
        for dataset in names
        if dataset not in kept
    ]
    refuted = _make_refutation(code)
    edges = tuple(
        edge
        for edge in described.edges
        if edge.upstream in inputs and edge.downstream in outputs and not refuted(edge)
    )
    notes = tuple(
        f"{format_short_name(dataset)} is described but not used by the job's code"
        for dataset in dict.fromkeys(dropped)
    )
    return replace(described, inputs=inputs, outputs=outputs, edges=edges), notes


def _filter_allowed(
    described: tuple[Dataset, ...], in_code: tuple[Dataset, ...], code: Lineage
) -> tuple[Dataset, ...]:
    """Return all described datasets if the code leaves questions open, else those in the code."""
    complete = _is_understood(code) and in_code and all(map(is_resolved, in_code))
    return tuple(dataset for dataset in described if dataset in in_code) if complete else described


def _make_refutation(code: Lineage) -> Callable[[Edge], bool]:
    """Return a test for edges that the code refutes: it shows the target's other sources."""
    shown: dict[Dataset, set[Dataset]] = {}
    for edge in code.edges if _is_understood(code) else ():
        shown.setdefault(edge.downstream, set()).add(edge.upstream)
    complete = {down: ups for down, ups in shown.items() if all(map(is_resolved, ups))}
    return lambda edge: edge.upstream not in complete.get(edge.downstream, {edge.upstream})


def _is_understood(code: Lineage) -> bool:
    return not code.warnings
