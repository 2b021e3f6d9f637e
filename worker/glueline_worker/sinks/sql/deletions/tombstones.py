"""Mark the rows as deleted that a run has proved to be gone.

The proof is a listing that was read to its end and did not hold the row, in a database that still
holds all that the run's units wrote of that listing (``proofs``). There is no proof where a unit
failed: a job is listed by its name but written by a unit of its own. Nor is there for a view that
was listed but whose SQL was not understood: its known edges stay. A run never marks rows of
another Region or catalogue, nor rows that a newer run wrote, so that runs may commit in any order.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Connection, Table, bindparam, func, select, update

from glueline.contract.messages import TableScope, encode
from glueline_worker.sinks.model import Commit
from glueline_worker.sinks.object_names import shorten_key
from glueline_worker.sinks.sql.deletions.live_rows import (
    LiveRow,
    is_older,
    list_failed_contents,
    select_gone_rows,
    select_unseen_rows,
)
from glueline_worker.sinks.sql.deletions.loss_limits import LossLimits, limit_sentences
from glueline_worker.sinks.sql.deletions.proofs import Proofs
from glueline_worker.sinks.sql.places import place_conditions
from glueline_worker.sinks.sql.schema.tables import (
    DATABASES,
    JOBS,
    LINEAGE,
    PARTITION_SUMMARIES,
    PARTITIONS,
    TABLES,
)

_LISTINGS_PER_STATEMENT = 200

_GUARDED_TABLES = (DATABASES, TABLES, JOBS)
"""The tables with loss limits: Glue leaves out what the caller may not see. The rows of the other
tables come from a table or job that was read again, which names all of them."""

_FAMILIES = (
    (DATABASES, TABLES),
    (DATABASES, LINEAGE),
    (TABLES, PARTITIONS),
    (TABLES, PARTITION_SUMMARIES),
    (JOBS, LINEAGE),
)
"""Parents, and the children that are gone with them; a child comes before its own children."""


class Deletions(NamedTuple):
    """The number of marked rows, the reasons why others were not marked, and a loss of rows."""

    marked: int
    warnings: list[str]
    lost: str
    """One sentence on rows that units wrote and that are missing; empty when there are none."""


def mark_deleted(connection: Connection, commit: Commit) -> Deletions:
    """Mark the rows that are gone, except where there is no proof or too much is gone."""
    listings, proofs = _list_complete_listings(commit), Proofs(connection, commit)
    limits, complete = LossLimits(_max_deletion_share(commit)), set(listings)
    for chunk in _split_into_chunks(proofs.all_listings(listings)):
        proofs.check(chunk, complete, [*_list_tables_of_run(commit)])
        provable = [each for each in chunk if each in complete and each not in proofs.unproven]
        _count_losses(connection, commit, limits, proofs, provable)
    beyond = limits.beyond()
    proven = [each for each in listings if _is_proven(each, proofs, limits, beyond)]
    deleted = 0
    for chunk in _split_into_chunks(proven):
        for table in _list_tables_of_run(commit):
            deleted += _mark_unlisted(connection, commit, table, chunk)
    for parents, children in _FAMILIES:
        deleted += _mark_orphans(connection, commit, parents, children)
    warnings = [
        *limit_sentences([*limits.held_back.values()]),
        *beyond.values(),
        *proofs.warnings(),
        *limit_sentences([*limits.unusual(without=frozenset(beyond))]),
    ]
    return Deletions(deleted, warnings, proofs.describe_loss())


def _max_deletion_share(commit: Commit) -> float:
    if isinstance(commit.run.request.scope, TableScope):
        return 1  # the run read one table, and Glue said that it does not exist
    return commit.run.request.options.max_deletion_share


def _is_proven(listing: str, proofs: Proofs, limits: LossLimits, beyond: Collection[str]) -> bool:
    if listing in proofs.unproven or listing in limits.held_back:
        return False
    if listing == "databases" or listing.startswith("database/"):  # tables go with their database
        return not {DATABASES.name, TABLES.name}.intersection(beyond)
    return listing != "jobs" or JOBS.name not in beyond


def _split_into_chunks(listings: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(listings), _LISTINGS_PER_STATEMENT):
        yield listings[start : start + _LISTINGS_PER_STATEMENT]


def _list_complete_listings(commit: Commit) -> list[str]:
    """Return the listings that were read to their end.

    The row of a table that was read by its name belongs to the listing of its database.
    """
    names = set(commit.listings)
    scope = commit.run.request.scope
    if isinstance(scope, TableScope) and any(name.startswith("table/") for name in names):
        # `select_unseen_rows` leaves out the other tables of the database.
        names.add(f"database/{encode(scope.database)}")
    return sorted(map(shorten_key, names))


def _list_tables_of_run(commit: Commit) -> Iterator[Table]:
    """Yield the tables whose rows the run would have written again if it had found them."""
    options = commit.run.request.options
    yield from _GUARDED_TABLES
    if options.lineage:
        yield LINEAGE
    if options.partitions != "none":
        yield PARTITION_SUMMARIES
    if options.partitions == "all":
        yield PARTITIONS


def _count_losses(
    connection: Connection,
    commit: Commit,
    limits: LossLimits,
    proofs: Proofs,
    listings: Sequence[str],
) -> None:
    """Count for the limits what is gone of ``listings`` and what was live before."""
    failed = list_failed_contents(commit)
    for table in _GUARDED_TABLES:
        unseen = select_unseen_rows(connection, commit, table, listings)
        by_listing = {
            listing: [*rows] for listing, rows in groupby(unseen, key=lambda row: row.listing)
        }
        for listing in listings:
            rows = by_listing.get(listing, [])
            gone = [row for row in rows if row.contents not in failed]
            live = len(rows) + proofs.seen_before(table, listing)
            allowed = not live or limits.add(table.name, listing, len(gone), live)
            if table is DATABASES and gone and allowed:
                limits.add_below(TABLES.name, *_count_tables_below(connection, commit, gone))


def _count_tables_below(
    connection: Connection, commit: Commit, databases: Sequence[LiveRow]
) -> tuple[int, int]:
    """Count the tables that go with databases, and all tables."""
    of_source = (
        TABLES.c.source == commit.run.source,
        TABLES.c.deleted_at.is_(None),
        *place_conditions(TABLES, commit.run),
    )
    count = select(func.count()).select_from(TABLES).where(*of_source)
    below = 0
    for chunk in _split_into_chunks([row.contents for row in databases if row.contents]):
        in_databases = count.where(TABLES.c.listing.in_(chunk), is_older(TABLES, commit))
        below += connection.scalar(in_databases) or 0
    return below, connection.scalar(count) or 0


def _mark_unlisted(
    connection: Connection, commit: Commit, table: Table, listings: list[str]
) -> int:
    gone = select_gone_rows(connection, commit, table, listings)
    if not gone:
        return 0
    statement = (
        update(table)
        .where(table.c.key == bindparam("gone"), is_older(table, commit))
        .values(
            deleted_at=commit.finished_at,
            run_id=commit.run.run_id,
            generation=commit.run.generation,
        )
    )
    return connection.execute(statement, [{"gone": row.key} for row in gone]).rowcount


def _mark_orphans(connection: Connection, commit: Commit, parents: Table, children: Table) -> int:
    """Mark children like their parents when a newer run than theirs found the parents gone."""
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
