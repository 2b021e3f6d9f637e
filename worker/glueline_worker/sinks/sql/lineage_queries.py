"""Queries for the lineage that a SQL sink holds, and for the things that it joins."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from glueline.contract.lineage import Dataset
from glueline.contract.records import CatalogLink
from glueline.contract.structs import from_builtins
from glueline_worker.sinks.sql.schema.tables import DATABASES, LINEAGE, PARTITIONS, TABLES
from glueline_worker.sinks.sql.stored_entries import KEYS_PER_STATEMENT


@dataclass(frozen=True, slots=True)
class StoredEdge:
    """A live row of ``lineage``."""

    process: str
    upstream: Dataset
    downstream: Dataset


@dataclass(frozen=True, slots=True)
class StoredColumns:
    """The columns of a live row of ``lineage``, as in its record."""

    edge: StoredEdge
    direct: tuple[Mapping[str, Any], ...]
    indirect: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class StoredDatabase:
    """A live row of ``databases``; ``target`` is that of a resource link."""

    source: str
    region: str
    catalog_id: str | None
    name: str
    target: CatalogLink | None


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A live row of ``tables``.

    ``data_locations`` are the places of its data. They are None for a table without storage, and
    empty where the catalogue does not name a place.
    """

    source: str
    region: str
    catalog_id: str | None
    database: str
    name: str
    location: str | None
    data_locations: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class StoredPartition:
    """A live row of ``partitions`` whose location is not below that of its table."""

    source: str
    region: str
    catalog_id: str | None
    database: str
    table: str
    location: str


_EDGE = (
    LINEAGE.c.process,
    LINEAGE.c.upstream_namespace,
    LINEAGE.c.upstream_name,
    LINEAGE.c.downstream_namespace,
    LINEAGE.c.downstream_name,
)


def select_edges(connection: Connection) -> Sequence[StoredEdge]:
    """Read all edges that are not marked deleted."""
    query = select(*_EDGE).where(LINEAGE.c.deleted_at.is_(None))
    return [_make_edge(*row) for row in connection.execute(query)]


def select_columns_into(
    connection: Connection, datasets: Iterable[Dataset]
) -> Iterator[StoredColumns]:
    """Read the edges into ``datasets`` with their columns."""
    wanted = set(datasets)
    names = sorted({dataset.name for dataset in wanted})
    columns, indirect = LINEAGE.c.record["columns"], LINEAGE.c.record["indirect"]
    for start in range(0, len(names), KEYS_PER_STATEMENT):
        query = select(*_EDGE, columns, indirect).where(
            LINEAGE.c.deleted_at.is_(None),
            LINEAGE.c.downstream_name.in_(names[start : start + KEYS_PER_STATEMENT]),
        )
        for *row, direct, deciding in connection.execute(query):
            edge = _make_edge(*row)
            if edge.downstream in wanted:
                yield StoredColumns(edge, tuple(direct or ()), tuple(deciding or ()))


def select_column_names(connection: Connection, database: str, table: str) -> set[str]:
    """Read the names of a table's columns from every record of that name, in lower case."""
    query = select(TABLES.c.record["columns"], TABLES.c.record["partition_keys"]).where(
        TABLES.c.deleted_at.is_(None),
        func.lower(TABLES.c.database_name) == database.lower(),
        func.lower(TABLES.c.name) == table.lower(),
    )
    return {
        str(column["name"]).lower()
        for row in connection.execute(query)
        for columns in row
        for column in columns or ()
    }


def _make_edge(
    process: str, up_space: str, up_name: str, down_space: str, down_name: str
) -> StoredEdge:
    return StoredEdge(
        process,
        Dataset(namespace=up_space, name=up_name),
        Dataset(namespace=down_space, name=down_name),
    )


def select_databases(connection: Connection) -> Sequence[StoredDatabase]:
    """Read all databases that are not marked deleted."""
    columns = DATABASES.c
    query = select(
        columns.source,
        columns.region,
        columns.catalog_id,
        columns.name,
        columns.record["target"],
    ).where(columns.deleted_at.is_(None))
    return [
        StoredDatabase(source, region, catalog_id, name, _parse_link(target))
        for source, region, catalog_id, name, target in connection.execute(query)
    ]


def select_tables(connection: Connection) -> Sequence[StoredTable]:
    """Read all tables that are not marked deleted."""
    columns = TABLES.c
    query = select(
        columns.source,
        columns.region,
        columns.catalog_id,
        columns.database_name,
        columns.name,
        columns.location,
        columns.record[("storage", "data_locations")],
    ).where(columns.deleted_at.is_(None))
    return [
        StoredTable(*row[:-1], _parse_locations(row.location, row[-1]))
        for row in connection.execute(query)
    ]


def select_partitions_elsewhere(connection: Connection) -> Sequence[StoredPartition]:
    """Read all partitions whose location is not below that of their table."""
    parts, tables = PARTITIONS.c, TABLES.c
    root = func.rtrim(tables.location, "/").concat("/")
    query = (
        select(
            parts.source,
            parts.region,
            parts.catalog_id,
            parts.database_name,
            parts.table_name,
            parts.location,
        )
        .distinct()
        .join_from(
            PARTITIONS,
            TABLES,
            and_(
                tables.source == parts.source,
                tables.region == parts.region,
                tables.catalog_id.is_not_distinct_from(parts.catalog_id),
                tables.database_name == parts.database_name,
                tables.name == parts.table_name,
            ),
        )
        .where(
            parts.deleted_at.is_(None),
            tables.deleted_at.is_(None),
            parts.location.is_not(None),
            or_(
                tables.location.is_(None),
                func.substr(parts.location, 1, func.length(root)) != root,
            ),
        )
    )
    return [StoredPartition(*row) for row in connection.execute(query)]


def _parse_link(target: Any) -> CatalogLink | None:
    return from_builtins(target, CatalogLink) if target else None


def _parse_locations(location: str | None, found: Any) -> tuple[str, ...] | None:
    """Return the data locations of a record; records of older versions have the location only."""
    if isinstance(found, list):
        return tuple(map(str, found)) if found or location else None
    return (location,) if location else None
