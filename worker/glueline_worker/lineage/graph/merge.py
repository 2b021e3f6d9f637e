"""Several descriptions of one job become one lineage.

The code says what the job does, the others what somebody meant it to do. Where the code is
understood to the end, it is right and what contradicts it is left out. Where it is not, the
others fill in: a name that the code makes at run time, a dataset that it does not show.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from glueline.contract.lineage import Dataset, Origin
from glueline_worker.lineage.graph.collapse import column_order, edge_order, sort_datasets
from glueline_worker.lineage.model import Edge, Lineage
from glueline_worker.lineage.naming import is_resolved

_ORDER = {origin: index for index, origin in enumerate(Origin)}
_PLACEHOLDER = re.compile(r"\{[^{},]*\}")


def merge_lineages(others: Sequence[Lineage], code: Lineage | None = None) -> Lineage:
    """One lineage of a job's descriptions; ``code`` is what its script says.

    An edge that several tell is one edge with all their origins and columns.
    """
    if code is None or not (code.inputs or code.outputs):
        return _united([*others, code or Lineage()])
    told = _united(others)
    code = _renamed(code, _meant(code, told, is_resolved))
    told = _renamed(told, _meant(told, code, lambda _: True))
    told, notes = _fitting(told, code)
    merged = _united([code, told])
    return replace(merged, warnings=merged.warnings + notes)


def _united(lineages: Iterable[Lineage]) -> Lineage:
    lineages = list(lineages)
    edges: dict[tuple[Dataset, Dataset], Edge] = {}
    for edge in (edge for lineage in lineages for edge in lineage.edges):
        pair = edge.upstream, edge.downstream
        edges[pair] = _joined(edges[pair], edge) if pair in edges else edge
    return Lineage(
        inputs=sort_datasets(dataset for each in lineages for dataset in each.inputs),
        outputs=sort_datasets(dataset for each in lineages for dataset in each.outputs),
        edges=tuple(sorted(edges.values(), key=edge_order)),
        warnings=tuple(dict.fromkeys(text for each in lineages for text in each.warnings)),
        gaps=tuple(dict.fromkeys(text for each in lineages for text in each.gaps)),
        failures=tuple(dict.fromkeys(text for each in lineages for text in each.failures)),
    )


def _joined(one: Edge, other: Edge) -> Edge:
    return replace(
        one,
        origins=tuple(sorted({*one.origins, *other.origins}, key=_ORDER.__getitem__)),
        columns=tuple(sorted({*one.columns, *other.columns}, key=column_order)),
        line=one.line or other.line,
    )


def _renamed(lineage: Lineage, names: Mapping[Dataset, Dataset]) -> Lineage:
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
    return _united([renamed]) if names else lineage


def _meant(
    lineage: Lineage, other: Lineage, admits: Callable[[Dataset], bool]
) -> dict[Dataset, Dataset]:
    """For each name that ``lineage`` leaves open, the only one of ``other`` that it can mean."""
    found = {}
    for ours, theirs in ((lineage.inputs, other.inputs), (lineage.outputs, other.outputs)):
        candidates = [each for each in theirs if each not in ours and admits(each)]
        for dataset in ours:
            matching = [each for each in candidates if _can_mean(dataset, each)]
            if len(matching) == 1:
                found[dataset] = matching[0]
    return found


def _can_mean(open_name: Dataset, other: Dataset) -> bool:
    """Whether a name that is open or shorter than the other can turn out to be it."""
    if not is_resolved(open_name):
        return _fits(_PLACEHOLDER.split(_full_name(open_name)), _full_name(other))
    # A connection's own database stands in visual nodes but seldom in code.
    return (
        open_name.namespace == other.namespace
        and open_name.namespace.startswith("glue-connection://")
        and other.name.endswith(f".{open_name.name}")
    )


def _fits(literals: Sequence[str], text: str) -> bool:
    """Whether ``text`` is the literals in their order with something between each two."""
    first, *between, last = literals
    at = len(first)
    for literal in between:
        found = text.find(literal, at + 1)
        if found < 0:
            return False
        at = found + len(literal)
    return text.startswith(first) and text.endswith(last) and len(text) - len(last) > at


def _full_name(dataset: Dataset) -> str:
    return f"{dataset.namespace}/{dataset.name}".rstrip("/")


def _fitting(told: Lineage, code: Lineage) -> tuple[Lineage, tuple[str, ...]]:
    """What the others tell without contradicting the code, and a sentence about the rest."""
    inputs = _allowed(told.inputs, code.inputs, code)
    outputs = _allowed(told.outputs, code.outputs, code)
    dropped = [
        dataset
        for names, kept in ((told.inputs, inputs), (told.outputs, outputs))
        for dataset in names
        if dataset not in kept
    ]
    refuted = _refuted(code)
    edges = tuple(
        edge
        for edge in told.edges
        if edge.upstream in inputs and edge.downstream in outputs and not refuted(edge)
    )
    notes = tuple(
        f"{dataset.namespace} {dataset.name} is described but not used by the job's code"
        for dataset in dict.fromkeys(dropped)
    )
    return replace(told, inputs=inputs, outputs=outputs, edges=edges), notes


def _allowed(
    told: tuple[Dataset, ...], coded: tuple[Dataset, ...], code: Lineage
) -> tuple[Dataset, ...]:
    """All that is told where the code leaves a question open, else what the code has too."""
    complete = _is_understood(code) and coded and all(map(is_resolved, coded))
    return tuple(dataset for dataset in told if dataset in coded) if complete else told


def _refuted(code: Lineage) -> Callable[[Edge], bool]:
    """Tells whether the code shows all that flows into an edge's downstream, and not this."""
    shown: dict[Dataset, set[Dataset]] = {}
    for edge in code.edges if _is_understood(code) else ():
        shown.setdefault(edge.downstream, set()).add(edge.upstream)
    complete = {down: ups for down, ups in shown.items() if all(map(is_resolved, ups))}
    return lambda edge: edge.upstream not in complete.get(edge.downstream, {edge.upstream})


def _is_understood(code: Lineage) -> bool:
    return not code.warnings
