"""The parts of one edge while it is put together from several writes."""

from collections.abc import Iterator

from glueline.contract.lineage import ColumnEdge, Effect, IndirectEdge
from glueline_worker.lineage.graph.cells import Way, choose_way


class EdgeParts:
    """The columns of an edge, and the first line that writes it.

    A pair of columns is one column edge in whatever ways it is reached, and a column that decides
    about another in one way is one indirect edge.
    """

    __slots__ = ("_columns", "_indirect", "is_opaque", "line")

    def __init__(self) -> None:
        self.line: int | None = None
        self.is_opaque = False
        self._columns: dict[tuple[str, str], Way] = {}
        self._indirect: dict[tuple[str, str | None, Effect], int | None] = {}

    def add_line(self, line: int | None) -> None:
        """Add the line of a write."""
        self.line = _get_first(self.line, line)

    def add_column(self, upstream: str, downstream: str, way: Way) -> None:
        """Add a way between two columns."""
        known = self._columns.get((upstream, downstream))
        self._columns[upstream, downstream] = choose_way(known, way) if known else way

    def add_indirect(
        self, upstream: str, downstream: str | None, effect: Effect, line: int | None
    ) -> None:
        """Add a column that decides about another, or about all."""
        key = upstream, downstream, effect
        self._indirect[key] = _get_first(self._indirect.get(key), line)

    def make_columns(self) -> Iterator[ColumnEdge]:
        """Yield the column edges."""
        for (up, down), (transformation, line) in self._columns.items():
            yield ColumnEdge(upstream=up, downstream=down, transformation=transformation, line=line)

    def make_indirect(self) -> Iterator[IndirectEdge]:
        """Yield the indirect edges."""
        for (up, down, effect), line in self._indirect.items():
            yield IndirectEdge(upstream=up, downstream=down, effect=effect, line=line)


def _get_first(one: int | None, other: int | None) -> int | None:
    return min(filter(None, (one, other)), default=None)
