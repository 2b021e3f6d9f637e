"""The facets that say how columns reach columns."""

from collections.abc import Iterable, Mapping
from typing import Any

from openlineage.client.generated.column_lineage_dataset import (
    ColumnLineageDatasetFacet,
    Fields,
    InputField,
)
from openlineage.client.generated.column_lineage_dataset import Transformation as ColumnChange
from openlineage.client.generated.lineage import (
    LineageDatasetEntry,
    LineageDatasetInput,
    LineageFieldEntry,
    LineageJobFacet,
    LineageTransformation,
)

from glueline.contract.lineage import ColumnEdge, Dataset, IndirectEdge
from glueline.contract.records import LineageRecord

_DIRECT = {"masking": "TRANSFORMATION"}
"""Subtypes by our word, where they differ: OpenLineage marks masking beside."""

_Change = tuple[str, str, bool]
"""Type, subtype, and whether values are hidden."""
_Changes = dict[tuple[Dataset, str], dict[_Change, None]]
"""The changes by column of an upstream dataset."""


class ColumnChanges:
    """The columns that reach one dataset: those of each of its columns, and those of all."""

    def __init__(self, edges: Iterable[LineageRecord]) -> None:
        """Collect the columns of edges into the dataset."""
        self.of_columns: dict[str, _Changes] = {}
        self.of_all: _Changes = {}
        for edge in edges:
            for column in edge.columns:
                self._add(self._column(column.downstream), edge, column)
            for deciding in edge.indirect:
                name = deciding.downstream
                self._add(self.of_all if name is None else self._column(name), edge, deciding)

    def _column(self, name: str) -> _Changes:
        return self.of_columns.setdefault(name, {})

    @staticmethod
    def _add(changes: _Changes, edge: LineageRecord, column: ColumnEdge | IndirectEdge) -> None:
        found = changes.setdefault((edge.upstream, column.upstream), {})
        if change := _describe(column):
            found[change] = None


def make_column_facet(edges: Iterable[LineageRecord]) -> dict[str, Any]:
    """Return the facet ``columnLineage`` of a dataset; empty where no columns are known."""
    changes = ColumnChanges(edges)
    if not changes.of_columns and not changes.of_all:
        return {}
    fields = {
        name: Fields(inputFields=_make_input_fields(found))
        for name, found in sorted(changes.of_columns.items())
    }
    dataset = _make_input_fields(changes.of_all)
    return {"columnLineage": ColumnLineageDatasetFacet(fields=fields, dataset=dataset)}


def make_job_lineage(edges_by_output: Mapping[Dataset, Iterable[LineageRecord]]) -> LineageJobFacet:
    """Return the facet ``lineage``, which says which inputs reach which outputs."""
    return LineageJobFacet(
        entries=[_make_entry(output, list(edges)) for output, edges in edges_by_output.items()]
    )


def _make_entry(output: Dataset, edges: list[LineageRecord]) -> LineageDatasetEntry:
    changes = ColumnChanges(edges)
    whole: list[Any] = [_make_source(edge.upstream) for edge in edges]
    return LineageDatasetEntry(
        namespace=output.namespace,
        name=output.name,
        type="DATASET",
        inputs=[*whole, *_make_sources(changes.of_all)],
        fields={
            name: LineageFieldEntry(inputs=_make_sources(found))
            for name, found in sorted(changes.of_columns.items())
        },
    )


def _make_sources(changes: _Changes) -> list[Any]:
    return [
        _make_source(dataset, column, [LineageTransformation(*_name(each)) for each in found])
        for (dataset, column), found in changes.items()
    ]


def _make_source(
    dataset: Dataset, column: str | None = None, changes: list[LineageTransformation] | None = None
) -> LineageDatasetInput:
    return LineageDatasetInput(
        namespace=dataset.namespace,
        name=dataset.name,
        type="DATASET",
        field=column,
        transformations=changes or None,
    )


def _make_input_fields(changes: _Changes) -> list[InputField]:
    return [
        InputField(
            namespace=dataset.namespace,
            name=dataset.name,
            field=column,
            transformations=[ColumnChange(*_name(each)) for each in found],
        )
        for (dataset, column), found in changes.items()
    ]


def _name(change: _Change) -> tuple[str, str, None, bool]:
    """Return type, subtype, description and masking, as the classes of the client take them."""
    kind, subtype, is_masking = change
    return kind, subtype, None, is_masking


def _describe(column: ColumnEdge | IndirectEdge) -> _Change | None:
    """Return the change on the way; None where a description does not tell it."""
    if isinstance(column, IndirectEdge):
        return "INDIRECT", column.effect.upper(), False
    word = column.transformation
    return ("DIRECT", _DIRECT.get(word, word.upper()), word == "masking") if word else None
