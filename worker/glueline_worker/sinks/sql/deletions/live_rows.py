"""Select the live rows of listings that a run asked for and may find to be gone."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, null, select

from glueline.contract.filters import Filters
from glueline.contract.messages import TableScope
from glueline_worker.sinks.model import Commit
from glueline_worker.sinks.object_names import shorten_key
from glueline_worker.sinks.sql.places import place_conditions
from glueline_worker.sinks.sql.schema.tables import DATABASES


class LiveRow(NamedTuple):
    """A row that is not deleted, with the columns that filters and failures decide about."""

    listing: str
    key: str
    subject: str
    database: str | None
    contents: str | None
    process: str | None


def select_unseen_rows(
    connection: Connection, commit: Commit, table: Table, listings: Sequence[str]
) -> list[LiveRow]:
    """Read the live rows of ``listings`` that neither the run nor a newer one has seen.

    The rows are in the order of listings. Rows that the filters of the run leave out are not
    among them, nor those of other tables when the run read one table only.
    """
    database = table.c.name if table is DATABASES else table.c.get("database_name", null())
    contents, process = table.c.get("contents", null()), table.c.get("process", null())
    found = connection.execute(
        select(table.c.listing, table.c.key, table.c.subject, database, contents, process)
        .where(table.c.source == commit.run.source, *place_conditions(table, commit.run))
        .where(table.c.listing.in_(listings), table.c.deleted_at.is_(None))
        .where(is_older(table, commit))
        .order_by(table.c.listing)
    )
    request = commit.run.request
    rows = [row for row in map(LiveRow._make, found) if _admits(request.filters, table, row)]
    if isinstance(request.scope, TableScope):
        return [row for row in rows if row.subject == request.scope.name]
    return rows


def select_gone_rows(
    connection: Connection, commit: Commit, table: Table, listings: Sequence[str]
) -> list[LiveRow]:
    """Read the unseen rows of ``listings``, without those that a failure explains."""
    failed, unread = list_failed_contents(commit), set(commit.unread)
    rows = select_unseen_rows(connection, commit, table, listings)
    return [row for row in rows if row.contents not in failed and row.process not in unread]


def list_failed_contents(commit: Commit) -> set[str]:
    """Return the ``contents`` of things that a failed unit should have read."""
    return {shorten_key(failure.unit_id) for failure in commit.failures}


def is_older(table: Table, commit: Commit) -> ColumnElement[bool]:
    """Return the condition for rows that an older run than this has seen last."""
    return table.c.generation < commit.run.generation


def _admits(filters: Filters, table: Table, row: LiveRow) -> bool:
    if row.database is None:
        return filters.jobs.admits(row.subject)
    if not filters.databases.admits(row.database):
        return False
    return table is DATABASES or filters.tables.admits(row.subject)
