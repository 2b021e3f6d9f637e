"""Mark as deleted what a run has proof is gone.

Proof is a listing that was read to its end and did not hold the row, in a database that still
holds all that the run's units wrote of that listing (``proofs``). What a unit that failed
should have read is no proof: a job is listed by its name and written by a unit of its own. Nor is
a view that was listed and whose SQL was not understood: its known edges stay. Rows of another
Region or catalogue than the run's are never touched, nor are those that a newer run wrote, so
that runs may commit in any order.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, bindparam, func, null, select, update

from glueline.contract.filters import Filters
from glueline.contract.messages import TableScope, encode
from glueline_worker.sinks.base import Commit
from glueline_worker.sinks.object_names import stored_key
from glueline_worker.sinks.sql.deletions.loss_limits import Limits, first_of
from glueline_worker.sinks.sql.deletions.proofs import Proofs
from glueline_worker.sinks.sql.places import in_place
from glueline_worker.sinks.sql.schema.tables import (
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


class Deletions(NamedTuple):
    """What was marked, what was held back and why, and what the database has lost."""

    marked: int
    warnings: list[str]
    lost: str
    """One sentence; empty when nothing is missing that units had written."""


class _Live(NamedTuple):
    """A row that is not deleted, with what filters decide about."""

    listing: str
    key: str
    subject: str
    database: str | None
    contents: str | None
    process: str | None


def mark_deleted(connection: Connection, commit: Commit) -> Deletions:
    """Mark what is gone, but for what is not proven or held back; say which of both."""
    listings, proofs = _listings(commit), Proofs(connection, commit)
    limits, complete = Limits(_share(commit)), set(listings)
    for some in _chunks(proofs.all_listings(listings)):
        proofs.check(some, complete, [*_read(commit)])
        asked = [each for each in some if each in complete and each not in proofs.doubted]
        _count(connection, commit, limits, proofs, asked)
    beyond = limits.beyond()
    proven = [each for each in listings if _is_proven(each, proofs, limits, beyond)]
    deleted = 0
    for some in _chunks(proven):
        deleted += sum(_mark_unlisted(connection, commit, table, some) for table in _read(commit))
    for parents, children in FAMILIES:
        deleted += _mark_orphans(connection, commit, parents, children)
    warnings = [*first_of([*limits.held.values()]), *beyond.values(), *proofs.warnings()]
    warnings += first_of([*limits.unusual(without=frozenset(beyond))])
    return Deletions(deleted, warnings, proofs.lost())


def _share(commit: Commit) -> float:
    if isinstance(commit.run.request.scope, TableScope):
        return 1  # one table that Glue says does not exist
    return commit.run.request.options.max_deletion_share


def _is_proven(listing: str, proofs: Proofs, limits: Limits, beyond: Collection[str]) -> bool:
    if listing in proofs.doubted or listing in limits.held:
        return False
    if listing == "databases" or listing.startswith("database/"):  # the tables go with theirs
        return not {DATABASES.name, TABLES.name}.intersection(beyond)
    return listing != "jobs" or JOBS.name not in beyond


def _chunks(listings: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(listings), LISTINGS_AT_ONCE):
        yield listings[start : start + LISTINGS_AT_ONCE]


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


def _count(
    connection: Connection,
    commit: Commit,
    limits: Limits,
    proofs: Proofs,
    listings: Sequence[str],
) -> None:
    """Count what is gone of ``listings`` and what was live before, for the limits."""
    failed = _failed(commit)
    for table in GUARDED:
        older = _rows(connection, commit, table, listings, _older(commit, table))
        by_listing = {
            listing: [*rows] for listing, rows in groupby(older, key=lambda row: row.listing)
        }
        for listing in listings:
            rows = by_listing.get(listing, [])
            gone = [row for row in rows if row.contents not in failed]
            live = len(rows) + proofs.seen_before(table, listing)
            allowed = not live or limits.add(table.name, listing, len(gone), live)
            if table is DATABASES and gone and allowed:
                limits.add_below(TABLES.name, *_tables_below(connection, commit, gone))


def _tables_below(
    connection: Connection, commit: Commit, databases: Sequence[_Live]
) -> tuple[int, int]:
    """Count the tables that go with databases, and all tables."""
    of_source = (
        TABLES.c.source == commit.run.source,
        TABLES.c.deleted_at.is_(None),
        *in_place(TABLES, commit.run),
    )
    count = select(func.count()).select_from(TABLES).where(*of_source)
    below = 0
    for some in _chunks([row.contents for row in databases if row.contents]):
        below += (
            connection.scalar(count.where(TABLES.c.listing.in_(some), _older(commit, TABLES))) or 0
        )
    return below, connection.scalar(count) or 0


def _gone(
    connection: Connection, commit: Commit, table: Table, listings: Sequence[str]
) -> list[_Live]:
    """Read the rows of ``listings`` that the run did not see, though nothing kept it from it."""
    failed, unread = _failed(commit), set(commit.unread)
    older = _rows(connection, commit, table, listings, _older(commit, table))
    return [row for row in older if row.contents not in failed and row.process not in unread]


def _failed(commit: Commit) -> set[str]:
    return {stored_key(failure.unit_id) for failure in commit.failures}


def _rows(
    connection: Connection,
    commit: Commit,
    table: Table,
    listings: Sequence[str],
    *more: ColumnElement[bool],
) -> list[_Live]:
    """Read the live rows of ``listings`` that the run asked for, in the order of listings."""
    database = table.c.name if table is DATABASES else table.c.get("database_name", null())
    contents, process = table.c.get("contents", null()), table.c.get("process", null())
    found = connection.execute(
        select(table.c.listing, table.c.key, table.c.subject, database, contents, process)
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
