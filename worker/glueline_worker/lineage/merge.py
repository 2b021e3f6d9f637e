"""Several descriptions of one job become one lineage.

The code says what the job does, the others what somebody meant it to do. Where the code is
understood to the end, it is right and what contradicts it is left out. Where it is not, the
others fill in: a name that the code makes at run time, a dataset that it does not show.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from glueline.contract.lineage import Dataset, Origin
from glueline_worker.lineage.graph import column_order, edge_order, sorted_datasets
from glueline_worker.lineage.model import Edge, Lineage
from glueline_worker.lineage.naming import is_resolved

_ORDER = {origin: index for index, origin in enumerate(Origin)}
_PLACEHOLDER = re.compile(r"(\{[^{},]*\})")


def merge(others: Sequence[Lineage], code: Lineage | None = None) -> Lineage:
    """One lineage of a job's descriptions; ``code`` is what its script says.

    An edge that several tell is one edge with all their origins and columns.
    """
    if code is None or not (code.inputs or code.outputs):
        return _united([*others, code or Lineage()])
    told = _united(others)
    code = _filled(code, told)
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
        inputs=sorted_datasets(dataset for each in lineages for dataset in each.inputs),
        outputs=sorted_datasets(dataset for each in lineages for dataset in each.outputs),
        edges=tuple(sorted(edges.values(), key=edge_order)),
        warnings=tuple(dict.fromkeys(text for each in lineages for text in each.warnings)),
    )


def _joined(one: Edge, other: Edge) -> Edge:
    return replace(
        one,
        origins=tuple(sorted({*one.origins, *other.origins}, key=_ORDER.__getitem__)),
        columns=tuple(sorted({*one.columns, *other.columns}, key=column_order)),
        line=one.line or other.line,
    )


def _filled(code: Lineage, told: Lineage) -> Lineage:
    """The code's lineage with each name it leaves open that only one told name can mean."""
    names = {
        **_meant(code.inputs, told.inputs),
        **_meant(code.outputs, told.outputs),
    }
    if not names:
        return code

    def name(dataset: Dataset) -> Dataset:
        return names.get(dataset, dataset)

    return _united(
        [
            replace(
                code,
                inputs=tuple(map(name, code.inputs)),
                outputs=tuple(map(name, code.outputs)),
                edges=(),
            ),
            *(
                Lineage(
                    edges=(
                        replace(
                            edge, upstream=name(edge.upstream), downstream=name(edge.downstream)
                        ),
                    )
                )
                for edge in code.edges
            ),
        ]
    )


def _meant(coded: Sequence[Dataset], told: Iterable[Dataset]) -> Mapping[Dataset, Dataset]:
    candidates = [each for each in told if is_resolved(each) and each not in coded]
    found = {}
    for dataset in coded:
        matching = [each for each in candidates if _can_mean(dataset, each)]
        if len(matching) == 1:
            found[dataset] = matching[0]
    return found


def _can_mean(coded: Dataset, told: Dataset) -> bool:
    """Whether the code's open or shorter name can be the name that is told."""
    if not is_resolved(coded):
        return _pattern(_full_name(coded)).fullmatch(_full_name(told)) is not None
    # A connection's own database stands in visual nodes but seldom in code.
    return (
        coded.namespace == told.namespace
        and coded.namespace.startswith("glue-connection://")
        and told.name.endswith(f".{coded.name}")
    )


@lru_cache(maxsize=256)
def _pattern(name: str) -> re.Pattern[str]:
    """What the names look like that an open name can turn out to be."""
    parts = _PLACEHOLDER.split(name)
    # Neighbouring placeholders are one: ".+.+" would take quadratic time.
    text = "".join(".+" if index % 2 else re.escape(part) for index, part in enumerate(parts))
    return re.compile(re.sub(r"(?:\.\+)+", ".+", text), re.DOTALL)


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
    edges = tuple(
        edge
        for edge in told.edges
        if edge.upstream in inputs and edge.downstream in outputs and not _refutes(code, edge)
    )
    notes = tuple(
        f"{dataset.namespace} {dataset.name} is described but not used by the job's code"
        for dataset in dict.fromkeys(dropped)
    )
    return replace(told, inputs=tuple(inputs), outputs=tuple(outputs), edges=edges), notes


def _allowed(told: Sequence[Dataset], coded: Sequence[Dataset], code: Lineage) -> Sequence[Dataset]:
    """All that is told where the code leaves a question open, else what the code has too."""
    complete = _is_understood(code) and coded and all(map(is_resolved, coded))
    return [dataset for dataset in told if dataset in coded] if complete else told


def _refutes(code: Lineage, edge: Edge) -> bool:
    """Whether the code shows all that flows into the edge's downstream, and this does not."""
    shown = [each.upstream for each in code.edges if each.downstream == edge.downstream]
    complete = _is_understood(code) and shown and all(map(is_resolved, shown))
    return bool(complete) and edge.upstream not in shown


def _is_understood(code: Lineage) -> bool:
    return not code.warnings
