"""The graph that every reader yields, and the lineage that is made of it.

A reader turns its input (visual nodes, annotations, code, SQL) into a ``Graph`` of nodes that read,
transform or write. ``collapse`` follows the graph from each write back to the reads that flow into
it; only those pairs become edges.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct, field

from glueline.contract.lineage import (
    ColumnEdge,
    Dataset,
    Effect,
    IndirectEdge,
    Origin,
    Transformation,
)

Role = Literal["read", "transform", "write"]

Schemas = Mapping[str, tuple[str, ...]]
"""The columns of a table by ``database/table`` in lower case, in their order and as written.
The fields of a struct are by ``database/table/column``, those of a struct within it by
``database/table/column/field``. An array counts as its items and has an entry ``ITEMS``
among them. A map counts as a struct of ``key`` and ``value``; a struct of just these names that is
none has that entry, too."""
MAP_FIELDS = ("key", "value")
ITEMS = "[]"


def is_map(schemas: Schemas, path: str | None) -> bool:
    """Tell whether the column or field at ``path`` is known to be a map."""
    return path is not None and (
        schemas.get(path) == MAP_FIELDS and f"{path}/{ITEMS}" not in schemas
    )


def get_item_path(schemas: Schemas, path: str | None) -> str | None:
    """Return the path of an array's items, which tells them from the array itself."""
    item = f"{path}/{ITEMS}"
    return item if path is not None and item in schemas else path


def get_path_of_fields(path: str) -> str:
    """Return where the schemas have the fields of what is at ``path``."""
    return path.removesuffix(f"/{ITEMS}")


class ColumnRef(Struct, frozen=True):
    """A column of one of a node's inputs: ``node`` is the input's id."""

    node: str
    column: str
    transformation: Transformation = "identity"


class IndirectRef(Struct, frozen=True):
    """A column of an input that decides about the node's rows, or about ``column`` alone."""

    ref: ColumnRef
    effect: Effect
    column: str | None = None


class Flow(Struct, frozen=True):
    """The way from the columns of a node's inputs to its own columns.

    ``columns`` maps outgoing columns to their sources. With ``rest``, all columns of the inputs
    that are not named, used or ``dropped`` pass under their own names. All columns of ``whole``
    inputs pass, also the used ones, as in ``SELECT a.*, a.x + 1 AS y``. Without any of these
    (``OPAQUE``) data still flows, through unknown columns.

    ``stacked`` inputs stand below one another (a union): columns of one name become one.
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
    indirect: tuple[IndirectRef, ...] = ()


KEEP = Flow(rest=True)
OPAQUE = Flow()


class Node(Struct, frozen=True):
    """One step of a job. ``line`` is 1-based; None where the source has no lines."""

    id: str
    role: Role
    inputs: tuple[str, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    """The sources of a read or targets of a write: several for several paths, or a path and its
    table."""
    flow: Flow = KEEP
    label: str = ""
    line: int | None = None


class Graph(Struct, frozen=True):
    """The result of one reader."""

    origin: Origin
    nodes: tuple[Node, ...] = ()
    warnings: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    """Sentences about parts that were not read, and why. They are among the warnings too; empty if
    all was read."""


class Edge(Struct, frozen=True):
    """A flow of data from ``upstream`` to ``downstream``, with its known ``columns``."""

    upstream: Dataset
    downstream: Dataset
    origins: tuple[Origin, ...]
    columns: tuple[ColumnEdge, ...] = ()
    indirect: tuple[IndirectEdge, ...] = ()
    line: int | None = None
    is_opaque: bool = False
    """True where a write is reached whose columns are not known at all."""


class Lineage(Struct, frozen=True):
    """The inputs, outputs and edges of a job, sorted and without duplicates."""

    inputs: tuple[Dataset, ...] = ()
    outputs: tuple[Dataset, ...] = ()
    edges: tuple[Edge, ...] = ()
    warnings: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    """The warnings about parts that were not read: edges may be hidden in them."""
    failures: tuple[str, ...] = ()
    """The gaps of readers that failed, where another attempt may help."""

    @property
    def is_complete(self) -> bool:
        """Tell whether all was read, so that an edge not found is an edge gone."""
        return not self.gaps


class LineageContext(Struct, frozen=True):
    """Facts about a job's surroundings, for names and schemas. Every field may be unknown.

    ``arguments`` are the job's DefaultArguments without their leading dashes. ``connections``
    maps a Glue connection's name to its properties without secrets (``JDBC_CONNECTION_URL`` …).
    """

    region: str | None = None
    account: str | None = None
    arguments: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    connections: Mapping[str, Mapping[str, str]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    schemas: Schemas = field(default_factory=lambda: MappingProxyType({}))
    modules: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The source of the modules that the script may import, by their dotted names."""
