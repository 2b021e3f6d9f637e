"""The places (Region and catalogue) of a source's rows, and the generations of a source.

The runs of one source may have read several places. A run decides about rows of its own place
only.
"""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from sqlalchemy import ColumnElement, Connection, Table, and_, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from glueline.contract.records import place_of
from glueline.contract.sentences import list_some
from glueline_worker.sinks.model import Run
from glueline_worker.sinks.sql.schema.key_changes import change_key_prefix
from glueline_worker.sinks.sql.schema.tables import (
    DATABASES,
    GENERATIONS,
    JOBS,
    LINEAGE,
    RECORD_TABLES,
    TABLES,
)

_MAX_NAMED = 5
"""A warning names at most this many other places."""


def place_conditions(table: Table, run: Run) -> Sequence[ColumnElement[bool]]:
    """Return the conditions for rows of the run's place; none when the place is not known."""
    if run.place is None:
        return ()
    of_catalog = table.c.place == run.place.of_catalog
    of_jobs = table.c.place == run.place.of_jobs
    if table is LINEAGE:  # a job's edges have no database
        is_job = table.c.database_name.is_(None)
        return (or_(and_(is_job, of_jobs), and_(~is_job, of_catalog)),)
    return (of_jobs if table is JOBS else of_catalog,)


def select_newest_generation(connection: Connection, source: str) -> int:
    """Return the greatest generation that wrote for a source; 0 when none did."""
    query = select(GENERATIONS.c.generation).where(GENERATIONS.c.source == source)
    return connection.scalar(query) or 0


def remember_generation(connection: Connection, source: str, generation: int) -> None:
    """Store the generation unless a greater one is stored."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(GENERATIONS).values(source=source, generation=generation)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[GENERATIONS.c.source],
            set_={"generation": generation},
            where=GENERATIONS.c.generation < generation,
        )
    )


def register_run(connection: Connection, run: Run) -> None:
    """Store the run's generation before it writes, and give its place to rows without catalogue."""
    remember_generation(connection, run.source, run.generation)
    if run.place is None:
        return
    catalog_id, account = run.place.catalog_id, run.place.account
    for table in RECORD_TABLES.values():
        if table is LINEAGE:  # a job's edges have no database
            is_job = table.c.database_name.is_(None)
            _move_to_known_place(connection, run, table, account, is_job)
            _move_to_known_place(connection, run, table, catalog_id, ~is_job)
        else:
            _move_to_known_place(connection, run, table, account if table is JOBS else catalog_id)


def _move_to_known_place(
    connection: Connection,
    run: Run,
    table: Table,
    catalog_id: str | None,
    *more: ColumnElement[bool],
) -> None:
    """Move live rows that were written without a catalogue to the one that is known now.

    Otherwise each would be stored twice from now on.
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
    change_key_prefix(connection, table, rows, (f"{first}/{unknown}/", f"{first}/{known}/"), values)


def warn_of_rows_elsewhere(connection: Connection, run: Run) -> list[str]:
    """Return a warning when the source has live rows of other places than the run's."""
    if run.place is None:
        return []
    others: set[str] = set()
    for table in (DATABASES, TABLES, JOBS):
        here = run.place.of_jobs if table is JOBS else run.place.of_catalog
        others |= {
            place for place in _select_places(connection, table, run.source) if place != here
        }
    if not others:
        return []
    names = list_some([f"{place!r}" for place in sorted(others)], _MAX_NAMED)
    warning = (
        f"the source {run.source!r} reads {run.place.of_catalog!r} now; what it once found in "
        f"{names} is still there and is no longer kept up to date by this run: read each "
        "Region and account under a source of its own, or delete the rows of that place"
    )
    return [warning]


def _select_places(connection: Connection, table: Table, source: str) -> Iterator[str]:
    """Yield the places of a source's live rows; each takes one step in the index."""
    place: str | None = ""
    while place is not None:
        query = select(table.c.place).where(
            table.c.source == source, table.c.deleted_at.is_(None), table.c.place > place
        )
        place = connection.scalar(query.order_by(table.c.place).limit(1))
        if place is not None:
            yield place
