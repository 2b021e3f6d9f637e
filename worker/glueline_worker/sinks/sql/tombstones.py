"""Mark as deleted what a run has proof is gone.

Proof is a listing that was read to its end and did not hold the row. What a unit that failed
should have read is no proof: a job is listed by its name and written by a unit of its own. Rows
of another Region or catalogue than the run's are never touched, nor are those that a newer run
wrote, so that runs may commit in any order.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, bindparam, null, select, update

from glueline.contract.filters import Filters
from glueline.contract.messages import TableScope, encode
from glueline_worker.sinks.base import Commit
from glueline_worker.sinks.keys import stored_key
from glueline_worker.sinks.sql.places import in_place
from glueline_worker.sinks.sql.schema import (
    DATABASES,
    JOBS,
    LINEAGE,
    PARTITION_SUMMARIES,
    PARTITIONS,
    TABLES,
)

LISTINGS_AT_ONCE = 200

GUARDED = (DATABASES, TABLES, JOBS)
"""Where a great loss is more likely a lost permission than a deletion: Glue leaves out what the
caller may not see. The other tables hold what a re-read table or job says of itself."""

FAMILIES = (
    (DATABASES, TABLES),
    (DATABASES, LINEAGE),
    (TABLES, PARTITIONS),
    (TABLES, PARTITION_SUMMARIES),
    (JOBS, LINEAGE),
)
"""Parents, and the children that are gone with them; a child comes before its own children."""


class _Live(NamedTuple):
    """A row that is not deleted, with what filters decide about."""

    listing: str
    key: str
    subject: str
    database: str | None
    contents: str | None


def mark_deleted(connection: Connection, commit: Commit) -> tuple[int, list[str]]:
    """Mark what is gone; return how many rows that were, and what was held back and why."""
    deleted, warnings = 0, list[str]()
    listings = _listings(commit)
    for start in range(0, len(listings), LISTINGS_AT_ONCE):
        some = listings[start : start + LISTINGS_AT_ONCE]
        held = _implausible(connection, commit, some)
        warnings += held.values()
        proven = [listing for listing in some if listing not in held]
        deleted += sum(_mark_unlisted(connection, commit, table, proven) for table in _read(commit))
    for parents, children in FAMILIES:
        deleted += _mark_orphans(connection, commit, parents, children)
    return deleted, warnings


def _listings(commit: Commit) -> list[str]:
    """What was read to its end; a table that was read by name has its rows in its database's."""
    names = set(commit.listings)
    scope = commit.run.request.scope
    if isinstance(scope, TableScope) and any(name.startswith("table/") for name in names):
        names.add(f"database/{encode(scope.database)}")  # `_admits` leaves out its other tables
    return sorted(map(stored_key, names))


def _read(commit: Commit) -> Iterator[Table]:
    """Yield the tables whose rows the run would have written anew, had it found them."""
    options = commit.run.request.options
    yield from GUARDED
    if options.lineage:
        yield LINEAGE
    if options.partitions != "none":
        yield PARTITION_SUMMARIES
    if options.partitions == "all":
        yield PARTITIONS


def _implausible(connection: Connection, commit: Commit, listings: list[str]) -> dict[str, str]:
    """Say, by listing, why its deletions are held back."""
    limit = commit.run.request.options.max_deletion_share
    held: dict[str, str] = {}
    if isinstance(commit.run.request.scope, TableScope):
        return held  # one table that Glue says does not exist
    for table in GUARDED:
        gone = _gone(connection, commit, table, listings)
        for listing, rows in groupby(gone, key=lambda row: row.listing):
            lost = sum(1 for _ in rows)
            live = sum(1 for _ in _rows(connection, commit, table, [listing]))
            if lost > limit * live:
                held[listing] = (
                    f"{lost} of {live} {table.name} of the listing {listing!r} were not found and "
                    f"nothing of it was marked deleted, because max_deletion_share is {limit:g}; "
                    "a greater share, up to 1, allows it"
                )
    return held


def _gone(
    connection: Connection, commit: Commit, table: Table, listings: Sequence[str]
) -> list[_Live]:
    """Read the rows of ``listings`` that the run did not see, though nothing kept it from it."""
    failed = {stored_key(failure.unit_id) for failure in commit.failures}
    older = _rows(connection, commit, table, listings, _older(commit, table))
    return [row for row in older if row.contents not in failed]


def _rows(
    connection: Connection,
    commit: Commit,
    table: Table,
    listings: Sequence[str],
    *more: ColumnElement[bool],
) -> list[_Live]:
    """Read the live rows of ``listings`` that the run asked for, in the order of listings."""
    database = table.c.name if table is DATABASES else table.c.get("database_name", null())
    contents = table.c.get("contents", null())
    found = connection.execute(
        select(table.c.listing, table.c.key, table.c.subject, database, contents)
        .where(table.c.source == commit.run.source, *in_place(table, commit.run))
        .where(table.c.listing.in_(listings), table.c.deleted_at.is_(None), *more)
        .order_by(table.c.listing)
    )
    request = commit.run.request
    rows = [row for row in map(_Live._make, found) if _admits(request.filters, table, row)]
    if isinstance(request.scope, TableScope):
        return [row for row in rows if row.subject == request.scope.name]
    return rows


def _admits(filters: Filters, table: Table, row: _Live) -> bool:
    if row.database is None:
        return filters.jobs.admits(row.subject)
    if not filters.databases.admits(row.database):
        return False
    return table is DATABASES or filters.tables.admits(row.subject)


def _older(commit: Commit, table: Table) -> ColumnElement[bool]:
    return table.c.generation < commit.run.generation


def _mark_unlisted(
    connection: Connection, commit: Commit, table: Table, listings: list[str]
) -> int:
    gone = _gone(connection, commit, table, listings)
    if not gone:
        return 0
    statement = (
        update(table)
        .where(table.c.key == bindparam("gone"), _older(commit, table))
        .values(
            deleted_at=commit.finished_at,
            run_id=commit.run.run_id,
            generation=commit.run.generation,
        )
    )
    return connection.execute(statement, [{"gone": row.key} for row in gone]).rowcount


def _mark_orphans(connection: Connection, commit: Commit, parents: Table, children: Table) -> int:
    """Let children share the fate of parents that newer knowledge than theirs found gone."""
    statement = (
        update(children)
        .where(
            parents.c.source == commit.run.source,
            parents.c.deleted_at.is_not(None),
            children.c.source == parents.c.source,
            children.c.place == parents.c.place,
            children.c.listing == parents.c.contents,
            children.c.generation < parents.c.generation,
            children.c.deleted_at.is_(None),
        )
        .values(
            deleted_at=parents.c.deleted_at,
            run_id=parents.c.run_id,
            generation=parents.c.generation,
        )
    )
    return connection.execute(statement).rowcount
