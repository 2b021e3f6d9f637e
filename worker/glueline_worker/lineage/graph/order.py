"""The order in which datasets and edges are listed, so that equal lineages are equal."""

from collections.abc import Callable, Iterable
from operator import attrgetter

from glueline.contract.lineage import ColumnEdge, Dataset, IndirectEdge
from glueline_worker.lineage.model import Edge


def sort_datasets(datasets: Iterable[Dataset]) -> tuple[Dataset, ...]:
    """Return datasets by namespace and name, each once."""
    return tuple(sorted(set(datasets), key=_get_dataset_key))


_get_dataset_key: Callable[[Dataset], tuple[str, str]] = attrgetter("namespace", "name")


def get_edge_key(edge: Edge) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the sort key of an edge."""
    return _get_dataset_key(edge.upstream), _get_dataset_key(edge.downstream)


def get_column_key(column: ColumnEdge) -> tuple[str, str, str]:
    """Return the sort key of a column edge: by its downstream column, then its upstream column."""
    return column.downstream, column.upstream, column.transformation or ""


def get_indirect_key(edge: IndirectEdge) -> tuple[bool, str, str, str]:
    """Return the sort key of an indirect edge: those about all columns come first."""
    return edge.downstream is not None, edge.downstream or "", edge.upstream, edge.effect
