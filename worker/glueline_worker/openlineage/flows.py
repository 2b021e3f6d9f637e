"""Split the edges of a process into flows in which each input reaches each output.

Readers of a RunEvent multiply its inputs by its outputs, so an event must hold nothing else.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from msgspec.structs import replace

from glueline.contract.lineage import Dataset
from glueline.contract.records import LineageRecord

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class EventFlow:
    """Inputs that all reach all outputs, and the edges between them.

    Without edges, it is what a process reads, or what it writes, where the other end is unknown.
    """

    inputs: tuple[Dataset, ...]
    outputs: tuple[Dataset, ...]
    edges: tuple[LineageRecord, ...] = ()

    @property
    def links(self) -> int:
        """The pairs of an input and an output."""
        return len(self.inputs) * len(self.outputs)

    def halve(self) -> "tuple[EventFlow, EventFlow] | None":
        """Return two flows with the same edges between them; None where that is not possible.

        Outputs are divided first, because one event should tell all that reaches an output.
        """
        if len(self.outputs) > 1:
            first, second = _halve(self.outputs)
            return self._of_outputs(first), self._of_outputs(second)
        if len(self.inputs) > 1:
            first, second = _halve(self.inputs)
            return self._of_inputs(first), self._of_inputs(second)
        if len(self.edges) == 1 and len(self.edges[0].columns) + len(self.edges[0].indirect) > 1:
            return self._halve_columns(self.edges[0])
        return None

    def _of_outputs(self, outputs: tuple[Dataset, ...]) -> "EventFlow":
        wanted = set(outputs)
        return EventFlow(
            self.inputs, outputs, tuple(e for e in self.edges if e.downstream in wanted)
        )

    def _of_inputs(self, inputs: tuple[Dataset, ...]) -> "EventFlow":
        wanted = set(inputs)
        return EventFlow(inputs, self.outputs, tuple(e for e in self.edges if e.upstream in wanted))

    def _halve_columns(self, edge: LineageRecord) -> "tuple[EventFlow, EventFlow]":
        direct, indirect = edge.columns, edge.indirect
        middle = (len(direct) + len(indirect)) // 2
        border = max(middle - len(direct), 0)
        halves = (direct[:middle], indirect[:border]), (direct[middle:], indirect[border:])
        first, second = (
            EventFlow(self.inputs, self.outputs, (replace(edge, columns=each, indirect=deciding),))
            for each, deciding in halves
        )
        return first, second


def make_flows(
    edges: Iterable[LineageRecord],
    inputs: Iterable[Dataset] = (),
    outputs: Iterable[Dataset] = (),
) -> list[EventFlow]:
    """Return the flows of one process, in an order that depends on its content only.

    Outputs with the same inputs share a flow. ``inputs`` and ``outputs`` without an edge follow as
    flows without a far end.
    """
    known = sorted(edges, key=lambda edge: (_name(edge.downstream), _name(edge.upstream)))
    flows = list(_group(known))
    alone = _sort(set(inputs) - {edge.upstream for edge in known})
    flows += [EventFlow(tuple(alone), ())] * bool(alone)
    ends = _sort(set(outputs) - {edge.downstream for edge in known})
    flows += [EventFlow((), tuple(ends))] * bool(ends)
    return flows


def _group(edges: Sequence[LineageRecord]) -> Iterator[EventFlow]:
    by_inputs: dict[tuple[Dataset, ...], list[LineageRecord]] = {}
    for _, into in groupby(edges, key=lambda edge: edge.downstream):
        found = list(into)
        sources = tuple(dict.fromkeys(edge.upstream for edge in found))
        by_inputs.setdefault(sources, []).extend(found)
    for sources, found in by_inputs.items():
        yield EventFlow(sources, tuple(dict.fromkeys(e.downstream for e in found)), tuple(found))


def _halve(items: tuple[_T, ...]) -> tuple[tuple[_T, ...], tuple[_T, ...]]:
    middle = len(items) // 2
    return items[:middle], items[middle:]


def _sort(datasets: Iterable[Dataset]) -> list[Dataset]:
    return sorted(datasets, key=_name)


def _name(dataset: Dataset) -> tuple[str, str]:
    return dataset.namespace, dataset.name
