"""Follow stored lineage from one dataset, upstream and downstream.

Jobs write to paths and other jobs read the tables on them; the catalogue's own edges (a table and
its storage, a resource link and its target) join the two.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.links.databases import DatabaseLinks
from glueline_worker.lineage.links.storage import StorageIndex

Direction = Literal["upstream", "downstream"]
STORAGE_PROCESS = "storage"
"""The process of an edge between a path and the table on it."""


class Hop(Struct, frozen=True):
    """``process`` moves data from ``upstream`` to ``downstream``."""

    upstream: Dataset
    downstream: Dataset
    process: str


class LineageStep(Struct, frozen=True):
    """A hop on the way, ``depth`` hops from the start (the first is 1)."""

    hop: Hop
    depth: int


class LineageGraph:
    """All hops, for walks in both directions."""

    def __init__(
        self,
        hops: Iterable[Hop],
        indexes: Sequence[StorageIndex] = (),
        links: DatabaseLinks | None = None,
        tables: Iterable[Dataset] = (),
    ) -> None:
        """Join ``hops`` with those between paths and tables that the ``indexes`` know.

        Also with those between the names of one table that ``links`` give it: of each dataset
        that occurs, and of the ``tables`` that are known besides.
        """
        known = list(dict.fromkeys(hops))
        known += dict.fromkeys(_iterate_storage_hops(known, indexes))
        if links is not None:
            known = list(dict.fromkeys((*known, *_iterate_link_hops(known, links, tables))))
        self._by: dict[Direction, dict[Dataset, list[Hop]]] = {"upstream": {}, "downstream": {}}
        for hop in known:
            self._by["upstream"].setdefault(hop.downstream, []).append(hop)
            self._by["downstream"].setdefault(hop.upstream, []).append(hop)

    @property
    def datasets(self) -> set[Dataset]:
        """All datasets that occur."""
        return {*self._by["upstream"], *self._by["downstream"]}

    def walk(self, start: Dataset, direction: Direction, depth: int) -> list[LineageStep]:
        """Return the hops within ``depth`` of ``start``, nearest first.

        The hops from one dataset are followed once, so that circles end.
        """
        steps: list[LineageStep] = []
        seen = {start}
        queue = deque([(start, 1)])
        while queue:
            dataset, distance = queue.popleft()
            if distance > depth:
                break
            for hop in self._by[direction].get(dataset, ()):
                steps.append(LineageStep(hop, distance))
                following = hop.upstream if direction == "upstream" else hop.downstream
                if following not in seen:
                    seen.add(following)
                    queue.append((following, distance + 1))
        return steps


def _iterate_storage_hops(hops: Sequence[Hop], indexes: Sequence[StorageIndex]) -> Iterable[Hop]:
    """Yield hops from written paths to their tables, and from tables to the paths that are read."""
    for index in indexes:
        for path in dict.fromkeys(hop.downstream for hop in hops):
            for table in index.find_tables(path):
                yield Hop(path, table, STORAGE_PROCESS)
        for path in dict.fromkeys(hop.upstream for hop in hops):
            for table in index.find_tables(path):
                yield Hop(table, path, STORAGE_PROCESS)


def _iterate_link_hops(
    hops: Sequence[Hop], links: DatabaseLinks, tables: Iterable[Dataset]
) -> Iterable[Hop]:
    """Yield hops from owners' tables to links that are read, and from written links to owners."""
    for dataset in dict.fromkeys(hop.upstream for hop in hops):
        for alias in links.follow_links(dataset):
            yield Hop(alias.owned, alias.linked, alias.process)
    for dataset in dict.fromkeys(hop.downstream for hop in hops):
        for alias in links.follow_links(dataset):
            yield Hop(alias.linked, alias.owned, alias.process)
    for dataset in dict.fromkeys(tables):
        for alias in links.find_links(dataset):
            yield Hop(alias.owned, alias.linked, alias.process)
