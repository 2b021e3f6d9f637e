"""Catalog tables and where they are stored: the edges that the catalogue itself tells."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from glueline.contract.lineage import Dataset, Origin
from glueline.contract.records import TableRecord
from glueline_worker.lineage.graph.collapse import edge_order
from glueline_worker.lineage.model import Edge, Lineage, LineageContext
from glueline_worker.lineage.naming import name_catalog_table, name_location

_STORES = frozenset({"s3", "gs", "hdfs", "abfs", "abfss", "wasb", "wasbs"})
# Of a plane that no name of a file comes from.
_LITERAL = {ord(sign): chr(0xF0000 + ord(sign)) for sign in "*?[]{}"}
_AS_WRITTEN = {ord(stand_in): chr(sign) for sign, stand_in in _LITERAL.items()}


class StorageIndex:
    """Finds the tables on a path, and the table that a resource link points at.

    ``tables`` are (database, table, location), several for a table whose data stands in several
    places; a ``*`` in a location stands for what differs between partitions. ``links`` are
    (link, target) as datasets.
    """

    def __init__(
        self,
        tables: Iterable[tuple[str, str, str]],
        context: LineageContext,
        links: Iterable[tuple[Dataset, Dataset]] = (),
    ) -> None:
        self._tables: dict[tuple[str, ...], list[_Place]] = {}
        self._links: Mapping[Dataset, Dataset] = dict(links)
        for database, table, place in tables:
            self.put(name_catalog_table(database, table, context), place)

    def put(self, table: Dataset, place: str) -> None:
        """Know that data of ``table`` stands at ``place``, a URL or path as Glue has it."""
        if parts := _parts_of_location(place):
            fixed = next((n for n, part in enumerate(parts) if "*" in part), len(parts))
            self._tables.setdefault(parts[:fixed], []).append(_Place(table, parts[fixed:]))

    def tables_on(self, dataset: Dataset) -> tuple[Dataset, ...]:
        """The tables at the path or nearest above it; several may share one location.

        The longest fixed part of a location wins, then what follows its first ``*``.
        """
        if not _is_store(dataset.namespace):
            return ()
        parts = _parts(dataset)
        for length in range(len(parts), 0, -1):
            if nearest := _nearest(self._tables.get(parts[:length], ()), parts[length:]):
                return nearest
        return ()

    def target_of(self, dataset: Dataset) -> Dataset | None:
        """What a resource link points at; None for anything else."""
        return self._links.get(dataset)

    def others_of(self, dataset: Dataset) -> tuple[Dataset, ...]:
        """The other names under which the catalogue knows ``dataset``."""
        target = self.target_of(dataset)
        return (target,) if target else self.tables_on(dataset)


def extend(lineage: Lineage, index: StorageIndex) -> Lineage:
    """The lineage with edges between what a job names and what the catalogue calls the same.

    What is written on a path arrives in its table; what is read from a path comes from there.
    """
    written = (
        Edge(dataset, other, (Origin.CATALOG,)) for dataset, other in _pairs(lineage.outputs, index)
    )
    read = (
        Edge(other, dataset, (Origin.CATALOG,)) for dataset, other in _pairs(lineage.inputs, index)
    )
    edges = {(edge.upstream, edge.downstream): edge for edge in (*written, *read)}
    edges.update({(edge.upstream, edge.downstream): edge for edge in lineage.edges})
    return replace(lineage, edges=tuple(sorted(edges.values(), key=edge_order)))


def make_link_lineage(link: TableRecord, context: LineageContext) -> Lineage:
    """The one edge of a resource link: its target, maybe of another account or region, to it."""
    target = link.target
    if target is None or target.table is None:
        return Lineage()
    there = replace(context, region=target.region or context.region)
    upstream = name_catalog_table(target.database, target.table, there, target.catalog_id)
    downstream = name_catalog_table(link.database_name, link.name, context)
    edge = Edge(upstream, downstream, (Origin.CATALOG,))
    return Lineage((upstream,), (downstream,), (edge,))


def _pairs(datasets: Iterable[Dataset], index: StorageIndex) -> Iterator[tuple[Dataset, Dataset]]:
    for dataset in datasets:
        for other in index.others_of(dataset):
            if other != dataset:
                yield dataset, other


@dataclass(frozen=True, slots=True)
class _Place:
    """A table, and what follows the fixed part of its location."""

    table: Dataset
    rest: tuple[str, ...]

    def match(self, parts: tuple[str, ...]) -> tuple[int, bool] | None:
        """How many of ``parts`` agree with the location and whether it is met whole, else None."""
        together = list(zip(self.rest, parts, strict=False))
        if not all(_agree(pattern, part) for pattern, part in together):
            return None
        return len(together), len(together) == len(self.rest)


def _nearest(places: Iterable[_Place], parts: tuple[str, ...]) -> tuple[Dataset, ...]:
    """The tables of the places that agree best with ``parts``."""
    matches = [(match, place.table) for place in places if (match := place.match(parts))]
    best = max((match for match, _ in matches), default=None)
    return tuple(dict.fromkeys(table for match, table in matches if match == best))


def _agree(pattern: str, part: str) -> bool:
    if "*" not in pattern:
        return pattern == part
    head, *middle, tail = pattern.split("*")
    if "{" in part:  # what follows is known only when the job runs
        known = part.partition("{")[0]
        return known.startswith(head) or head.startswith(known)
    if len(part) < len(pattern) - pattern.count("*") or not part.startswith(head):
        return False
    at = len(head)
    for piece in middle:
        at = part.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return part.endswith(tail) and at <= len(part) - len(tail)


def _parts_of_location(text: str) -> tuple[str, ...]:
    """The parts of a table's location; none where it is no path of a store."""
    # In a location these are characters like others, while a job's path ends before them.
    dataset = name_location(text.translate(_LITERAL))
    if not _is_store(dataset.namespace):
        return ()
    return tuple(part.translate(_AS_WRITTEN) for part in _parts(dataset))


def _is_store(namespace: str) -> bool:
    return namespace.partition("://")[0] in _STORES


def _parts(dataset: Dataset) -> tuple[str, ...]:
    return dataset.namespace, *filter(None, dataset.name.split("/"))
