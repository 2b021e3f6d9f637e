"""The graph that every reader yields, and the lineage that is made of it.

A reader turns its input (visual nodes, annotations, code, SQL) into a ``Graph`` of nodes that read,
transform or write. ``collapse`` follows the graph from each write back to the reads that flow into
it; only those pairs become edges.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from glueline.contract.lineage import ColumnEdge, Dataset, Origin

Role = Literal["read", "transform", "write"]


@dataclass(frozen=True, slots=True)
class ColumnRef:
    """A column of one of a node's inputs: ``node`` is the input's id."""

    node: str
    column: str


@dataclass(frozen=True, slots=True)
class Flow:
    """How a node's columns come from those of its inputs.

    ``columns`` names outgoing columns with what they are made of. ``rest`` says that the columns
    of the inputs that are not named, used or ``dropped`` pass under their own names. ``whole``
    are inputs of which also the used ones pass, as in ``SELECT a.*, a.x + 1 AS y``. None of these
    known (``OPAQUE``) still means that data flows, with columns nobody can tell.

    ``stacked`` inputs stand below one another (a union): what has one name becomes one column.
    Otherwise they stand beside one another (a join). A read names the columns of its datasets by
    references to itself. Columns are compared without case; ``a.b`` is a field of a struct.
    """

    columns: Mapping[str, tuple[ColumnRef, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    rest: bool = False
    dropped: frozenset[str] = frozenset()
    stacked: bool = False
    whole: tuple[str, ...] = ()


KEEP = Flow(rest=True)
OPAQUE = Flow()


@dataclass(frozen=True, slots=True)
class Node:
    """One step of a job. ``line`` is 1-based; None where the source has no lines."""

    id: str
    role: Role
    inputs: tuple[str, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    """What a read reads or a write writes: several for several paths or a path and its table."""
    flow: Flow = KEEP
    label: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """What one reader found."""

    origin: Origin
    nodes: tuple[Node, ...] = ()
    warnings: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    """What was not read and why, one sentence each: warnings too, and none if all was read."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Data flows from ``upstream`` to ``downstream``; ``columns`` as far as they are known."""

    upstream: Dataset
    downstream: Dataset
    origins: tuple[Origin, ...]
    columns: tuple[ColumnEdge, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a job reads and writes. Datasets and edges are sorted and without duplicates."""

    inputs: tuple[Dataset, ...] = ()
    outputs: tuple[Dataset, ...] = ()
    edges: tuple[Edge, ...] = ()
    warnings: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    """Those warnings that say what was not read: then an edge not found may still exist."""
    failures: tuple[str, ...] = ()
    """Those gaps that come of a reader that failed, so that another attempt may help."""

    @property
    def is_complete(self) -> bool:
        """Tell whether all was read, so that an edge not found is an edge gone."""
        return not self.gaps


@dataclass(frozen=True, slots=True)
class LineageContext:
    """What is known around a job, for names and schemas. Every field may be unknown.

    ``arguments`` are the job's DefaultArguments without their leading dashes. ``connections``
    maps a Glue connection's name to its properties without secrets (``JDBC_CONNECTION_URL`` …).
    ``schemas`` maps ``database/table`` in lower case to its column names.
    """

    region: str | None = None
    account: str | None = None
    arguments: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    connections: Mapping[str, Mapping[str, str]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    schemas: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
