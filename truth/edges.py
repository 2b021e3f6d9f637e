"""Column edges: what is compared."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from truth.commands import Written

Pair = tuple[str, str, str, str]
"""Target, its column, source, its column: all in lower case."""


@dataclass(slots=True)
class Edges:
    """The column edges of a statement or script."""

    direct: set[Pair] = field(default_factory=set)
    deciding: set[Pair] = field(default_factory=set)
    """Sources that only decide about a column: allowed, not required."""
    ways: dict[Pair, str] = field(default_factory=dict)


def as_edges(written: Iterable[Written], target: str = "") -> Edges:
    """Return the edges of what is written; ``target`` names the table of a mere query."""
    edges = Edges()
    for one in written:
        table = one.table or target
        for column, value in one.columns:
            for source, way in value.direct.items():
                pair = (table, column.lower(), *source)
                edges.direct.add(pair)
                edges.ways[pair] = way
            edges.deciding |= {(table, column.lower(), *source) for source in value.deciding}
    edges.deciding -= edges.direct
    return edges
