"""Views that were not understood, whose known edges must not count as gone."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from glueline_worker.sinks.base import Run
from glueline_worker.sinks.sql.places import in_place
from glueline_worker.sinks.sql.schema import TABLES


def unread_views(
    connection: Connection, run: Run, listings: Collection[str]
) -> set[tuple[str | None, str]]:
    """The live views, by database and name, that read more than was understood."""
    query = select(TABLES.c.database_name, TABLES.c.name).where(
        TABLES.c.source == run.source,
        *in_place(TABLES, run),
        TABLES.c.listing.in_(listings),
        TABLES.c.deleted_at.is_(None),
        TABLES.c.record["has_unread_lineage"].as_boolean(),
    )
    return {(database, name) for database, name in connection.execute(query)}
