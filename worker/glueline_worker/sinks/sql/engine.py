"""Engines: how each database is connected to, and the schema created by the first who comes."""

import sqlite3
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    ExceptionContext,
    create_engine,
    event,
    inspect,
    select,
    text,
)
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

from glueline_worker.sinks.base import SinkRefused
from glueline_worker.sinks.sql.database_identity import mark
from glueline_worker.sinks.sql.errors import READ_ONLY, is_busy
from glueline_worker.sinks.sql.schema.migration import MIGRATED_VERSION, migrate
from glueline_worker.sinks.sql.schema.tables import METADATA, SCHEMA_VERSION, VERSIONS

SQLITE_PATIENCE = 30
"""Seconds to wait for another process that writes."""

CONNECTIONS = 4
"""Connections of one worker process to PostgreSQL."""

ADVISORY_LOCK = 0x676C7565
"""The number, Glueline's alone, under which its processes take turns in PostgreSQL."""


def sqlite_engine(path: str) -> Engine:
    """Connect to the file ``path`` in WAL mode, so that readers and the writer do not wait."""
    engine = create_engine(
        URL.create("sqlite", database=path),
        json_serializer=_as_it_is,
        pool_size=1,
        max_overflow=0,
        connect_args={"timeout": SQLITE_PATIENCE, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def postgresql_engine(url: URL) -> Engine:
    """Connect with psycopg 3; a connection that went stale is replaced before it is used."""
    engine = create_engine(
        url,
        json_serializer=_as_it_is,
        pool_pre_ping=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
    )
    event.listen(engine, "handle_error", _leave_read_only)
    return engine


def _leave_read_only(context: ExceptionContext) -> None:
    """Give up a session that may not write: it would stay so when its server may again."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True


def create_schema(connection: Connection) -> int | None:
    """Create what is missing; the version of a schema that was migrated.

    Raises SinkRefused for the schema of a newer Glueline, or of one that is too old.
    """
    lock(connection)
    if inspect(connection).has_table(VERSIONS.name):
        version = connection.scalar(select(VERSIONS.c.version))
        if version == SCHEMA_VERSION:
            return None
        _check_version(version)
        migrate(connection)
        create_views(connection)
        return version
    METADATA.create_all(connection)
    create_views(connection)
    connection.execute(VERSIONS.insert(), {"version": SCHEMA_VERSION})
    mark(connection)
    return None


def create_views(connection: Connection) -> None:
    """Create the views, or put them in the place of an older schema's."""
    for view in _views(connection.dialect.name):
        connection.exec_driver_sql(view)


def _views(dialect: str) -> list[str]:
    """Read the statements that create the views: JSON taken apart, so that it can be queried."""
    return files(__package__).joinpath(f"views/{dialect}.sql").read_text().strip().split("\n\n")


def lock(connection: Connection) -> None:
    """Let one transaction at a time create the schema or commit a run.

    A transaction of SQLite is alone anyway: it begins immediate.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(text(f"pg_advisory_xact_lock({ADVISORY_LOCK})")))


def _check_version(version: int | None) -> None:
    if version is not None and version > SCHEMA_VERSION:
        raise SinkRefused(
            f"the database has version {version} of the schema and this Glueline writes version "
            f"{SCHEMA_VERSION}; use the newer Glueline or another database"
        )
    if version != MIGRATED_VERSION:
        raise SinkRefused(
            f"the database has version {version} of the schema, which this Glueline cannot bring "
            f"to version {SCHEMA_VERSION}; use another database and extract again"
        )


def _as_it_is(document: str) -> str:
    return document


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # Transactions begin where SQLAlchemy says so.
    connection.execute("PRAGMA synchronous = FULL")
    # SQLite does not wait for the lock of this switch, so processes that meet here take turns.
    _when_free(lambda: connection.execute("PRAGMA journal_mode = WAL"))
    # From now on only the beginning of a transaction waits, and that is ours: see _when_free.
    connection.execute("PRAGMA busy_timeout = 0")


def _begin_immediate(connection: Connection) -> None:
    # A transaction that reads first and writes later could not wait for another writer.
    _when_free(lambda: connection.exec_driver_sql("BEGIN IMMEDIATE"))


def _when_free(step: Callable[[], object]) -> None:
    """Do ``step`` once no other process writes.

    SQLite itself would look after longer and longer pauses, of a tenth of a second in the end:
    two processes that write all the time then took half as long again.
    """
    for attempt in Retrying(
        retry=retry_if_exception(is_busy),
        wait=wait_random(0.001, 0.004),
        stop=stop_after_delay(SQLITE_PATIENCE),
        reraise=True,
    ):
        with attempt:
            step()
