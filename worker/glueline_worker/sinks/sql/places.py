"""Regions and catalogues under one source name, and the generations of a source.

One source name may have read several places, now or before. A run decides about its own only.
"""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from sqlalchemy import ColumnElement, Connection, Table, and_, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from glueline.contract.records import place_of
from glueline_worker.sinks.base import Run
from glueline_worker.sinks.sql.schema.key_changes import change_keys
from glueline_worker.sinks.sql.schema.tables import (
    DATABASES,
    GENERATIONS,
    JOBS,
    LINEAGE,
    RECORD_TABLES,
    TABLES,
)

SHOWN = 5
"""Other places that a warning names."""


def in_place(table: Table, run: Run) -> Sequence[ColumnElement[bool]]:
    """The conditions for rows of a table that the run reads; none when its place is not known."""
    if run.place is None:
        return ()
    of_catalog = table.c.place == run.place.of_catalog
    of_jobs = table.c.place == run.place.of_jobs
    if table is LINEAGE:  # a job's edges have no database
        is_job = table.c.database_name.is_(None)
        return (or_(and_(is_job, of_jobs), and_(~is_job, of_catalog)),)
    return (of_jobs if table is JOBS else of_catalog,)


def newest_generation(connection: Connection, source: str) -> int:
    """The greatest generation of a source that wrote; 0 when none did."""
    query = select(GENERATIONS.c.generation).where(GENERATIONS.c.source == source)
    return connection.scalar(query) or 0


def remember_generation(connection: Connection, source: str, generation: int) -> None:
    """Let ``newest_generation`` be no less than this."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(GENERATIONS).values(source=source, generation=generation)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[GENERATIONS.c.source],
            set_={"generation": generation},
            where=GENERATIONS.c.generation < generation,
        )
    )


def register(connection: Connection, run: Run) -> None:
    """Note a run before it writes, and let rows of an unknown catalogue be of its own."""
    remember_generation(connection, run.source, run.generation)
    if run.place is None:
        return
    catalog_id, account = run.place.catalog_id, run.place.account
    for table in RECORD_TABLES.values():
        if table is LINEAGE:  # a job's edges have no database
            is_job = table.c.database_name.is_(None)
            _adopt(connection, run, table, account, is_job)
            _adopt(connection, run, table, catalog_id, ~is_job)
        else:
            _adopt(connection, run, table, account if table is JOBS else catalog_id)


def _adopt(
    connection: Connection,
    run: Run,
    table: Table,
    catalog_id: str | None,
    *more: ColumnElement[bool],
) -> None:
    """Move live rows whose catalogue nobody told when they were written to the one that is known.

    Else each would stand twice from now on.
    """
    if run.place is None or catalog_id is None:
        return
    unknown, known = place_of(run.place.region, None), place_of(run.place.region, catalog_id)
    rows = (
        table.c.source == run.source,
        table.c.place == unknown,
        table.c.deleted_at.is_(None),
        *more,
    )
    if connection.scalar(select(literal(1)).select_from(table).where(*rows).limit(1)) is None:
        return
    first = quote(run.source, safe="")
    values = {"place": known, "catalog_id": catalog_id, "fingerprint": None}
    change_keys(connection, table, rows, (f"{first}/{unknown}/", f"{first}/{known}/"), values)


def other_places(connection: Connection, run: Run) -> list[str]:
    """Say in a warning that live rows of the source are of other places than the run's."""
    if run.place is None:
        return []
    others: set[str] = set()
    for table in (DATABASES, TABLES, JOBS):
        here = run.place.of_jobs if table is JOBS else run.place.of_catalog
        others |= {place for place in _places(connection, table, run.source) if place != here}
    if not others:
        return []
    names = ", ".join(f"{place!r}" for place in sorted(others)[:SHOWN])
    more = f" and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
    warning = (
        f"the source {run.source!r} reads {run.place.of_catalog!r} now; what it once found in "
        f"{names}{more} is still there and is no longer kept up to date by this run: read each "
        "Region and account under a source of its own, or delete the rows of that place"
    )
    return [warning]


def _places(connection: Connection, table: Table, source: str) -> Iterator[str]:
    """The places of a source's live rows, each found by one step in the index."""
    place: str | None = ""
    while place is not None:
        query = select(table.c.place).where(
            table.c.source == source, table.c.deleted_at.is_(None), table.c.place > place
        )
        place = connection.scalar(query.order_by(table.c.place).limit(1))
        if place is not None:
            yield place
