"""Catalog tables and their locations: the edges that the catalogue itself defines."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from glueline.contract.lineage import Dataset, Origin
from glueline.contract.records import TableRecord
from glueline_worker.lineage.model import Edge, Lineage, LineageContext
from glueline_worker.lineage.naming import name_catalog_table, name_location

_STORES = frozenset({"s3", "gs", "hdfs", "abfs", "abfss", "wasb", "wasbs"})
# Substitutes from a plane of Unicode that file names do not use.
_LITERAL = {ord(sign): chr(0xF0000 + ord(sign)) for sign in "*?[]{}"}
_AS_WRITTEN = {ord(stand_in): chr(sign) for sign, stand_in in _LITERAL.items()}


class StorageIndex:
    """Finds the tables on a path.

    ``tables`` are (database, table, location), several for a table whose data stands in several
    places; a ``*`` in a location stands for the part that differs between partitions.
    """

    def __init__(
        self,
        tables: Iterable[tuple[str, str, str]],
        context: LineageContext,
    ) -> None:
        self._tables: dict[tuple[str, ...], list[_TableLocation]] = {}
        for database, table, place in tables:
            self.add_location(name_catalog_table(database, table, context), place)

    def add_location(self, table: Dataset, place: str) -> None:
        """Add a place with data of ``table``: a URL or path in Glue's spelling."""
        if parts := _split_location(place):
            fixed = next((n for n, part in enumerate(parts) if "*" in part), len(parts))
            self._tables.setdefault(parts[:fixed], []).append(_TableLocation(table, parts[fixed:]))

    def find_tables(self, dataset: Dataset) -> tuple[Dataset, ...]:
        """Return the tables at the path or nearest above it; several may share one location.

        The longest fixed part of a location wins, then the part behind its first ``*``.
        """
        if not _is_store(dataset.namespace):
            return ()
        parts = _split_dataset(dataset)
        for length in range(len(parts), 0, -1):
            if nearest := _find_nearest(self._tables.get(parts[:length], ()), parts[length:]):
                return nearest
        return ()


def make_link_lineage(link: TableRecord, context: LineageContext) -> Lineage:
    """Return the one edge of a resource link: from its target, maybe of another account, to it."""
    target = link.target
    if target is None or target.table is None:
        return Lineage()
    there = replace(context, region=target.region or context.region)
    upstream = name_catalog_table(target.database, target.table, there, target.catalog_id)
    downstream = name_catalog_table(link.database_name, link.name, context)
    edge = Edge(upstream, downstream, (Origin.CATALOG,))
    return Lineage((upstream,), (downstream,), (edge,))


class _TableLocation(Struct, frozen=True):
    """A table, and the pattern behind the fixed part of its location."""

    table: Dataset
    rest: tuple[str, ...]

    def match(self, parts: tuple[str, ...]) -> tuple[int, bool] | None:
        """Return how many parts agree with the pattern and whether it is met whole, else None."""
        together = list(zip(self.rest, parts, strict=False))
        if not all(_matches(pattern, part) for pattern, part in together):
            return None
        return len(together), len(together) == len(self.rest)


def _find_nearest(places: Iterable[_TableLocation], parts: tuple[str, ...]) -> tuple[Dataset, ...]:
    """Return the tables of the places that agree best with ``parts``."""
    matches = [(match, place.table) for place in places if (match := place.match(parts))]
    best = max((match for match, _ in matches), default=None)
    return tuple(dict.fromkeys(table for match, table in matches if match == best))


def _matches(pattern: str, part: str) -> bool:
    if "*" not in pattern:
        return pattern == part
    head, *middle, tail = pattern.split("*")
    if "{" in part:  # the rest is known only when the job runs
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


def _split_location(text: str) -> tuple[str, ...]:
    """Return the parts of a table's location; none where it is no path of a store."""
    # In a location these are characters like others, while a job's path ends before them.
    dataset = name_location(text.translate(_LITERAL))
    if not _is_store(dataset.namespace):
        return ()
    return tuple(part.translate(_AS_WRITTEN) for part in _split_dataset(dataset))


def _is_store(namespace: str) -> bool:
    return namespace.partition("://")[0] in _STORES


def _split_dataset(dataset: Dataset) -> tuple[str, ...]:
    return dataset.namespace, *filter(None, dataset.name.split("/"))
