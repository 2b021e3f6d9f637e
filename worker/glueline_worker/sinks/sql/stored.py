"""What a SQL sink holds of lineage, for those who ask."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from glueline.contract.lineage import Dataset
from glueline_worker.sinks.sql.schema import LINEAGE, TABLES


@dataclass(frozen=True, slots=True)
class StoredEdge:
    """One live row of ``lineage``."""

    process: str
    upstream: Dataset
    downstream: Dataset


@dataclass(frozen=True, slots=True)
class StoredTable:
    """One live row of ``tables`` that has a location."""

    region: str
    catalog_id: str | None
    database: str
    name: str
    location: str


def stored_edges(connection: Connection) -> Sequence[StoredEdge]:
    """All edges that have not been marked deleted."""
    columns = LINEAGE.c
    query = select(
        columns.process,
        columns.upstream_namespace,
        columns.upstream_name,
        columns.downstream_namespace,
        columns.downstream_name,
    ).where(columns.deleted_at.is_(None))
    return [
        StoredEdge(
            process,
            Dataset(namespace=up_space, name=up_name),
            Dataset(namespace=down_space, name=down_name),
        )
        for process, up_space, up_name, down_space, down_name in connection.execute(query)
    ]


def stored_tables(connection: Connection) -> Sequence[StoredTable]:
    """All tables in S3 that have not been marked deleted."""
    columns = TABLES.c
    query = select(
        columns.region, columns.catalog_id, columns.database_name, columns.name, columns.location
    ).where(columns.deleted_at.is_(None), columns.location.like("s3%"))
    return [StoredTable(*row) for row in connection.execute(query)]
