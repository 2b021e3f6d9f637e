"""Connect to each database, and create or migrate its schema."""

import sqlite3
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

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
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.pool import NullPool
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

from glueline_worker.sinks.errors import SinkRefused
from glueline_worker.sinks.sql.database_identity import assign_database_number
from glueline_worker.sinks.sql.errors import READ_ONLY_SQLSTATE, is_busy
from glueline_worker.sinks.sql.schema.migration import (
    MIGRATED_VERSION,
    add_new_columns,
    drop_replaced_views,
    migrate_schema,
)
from glueline_worker.sinks.sql.schema.tables import METADATA, SCHEMA_VERSION, TABLES, VERSIONS

_SQLITE_WAIT_SECONDS = 30
"""Seconds to wait for another process that writes."""

IS_QUERY = "glueline_is_query"
"""The execution option of a transaction that only reads: in SQLite it waits for no writer."""

_SQLITE_PAGE_BYTES = 8192
"""The pages of a new file. A record takes two or three of SQLite's 4096 bytes, each a write."""

POSTGRESQL_CONNECTIONS = 4
"""Connections of one worker process to PostgreSQL."""

_NEWEST_VIEW = "indirect_column_lineage"
"""A view that databases of an older Glueline lack, though their schema has the same version."""

_ADVISORY_LOCK = 0x676C7565
"""The number of the lock by which Glueline's processes take turns in PostgreSQL."""


def make_sqlite_engine(path: str) -> Engine:
    """Connect to the file ``path`` in WAL mode, so that readers do not wait for the writer."""
    engine = create_engine(
        URL.create("sqlite", database=path),
        json_serializer=_keep_json_text,
        pool_size=1,
        max_overflow=0,
        connect_args={"timeout": _SQLITE_WAIT_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def make_sqlite_reader(file: Path) -> Engine:
    """Connect to ``file`` to read: it is not made, changed or locked for writers.

    SQLite's own mode for readers would leave files behind that a writer may not be able to use.
    """
    address = quote(bytes(file.absolute()))

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            f"file:{address}?mode=rw", uri=True, timeout=_SQLITE_WAIT_SECONDS, isolation_level=None
        )

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    event.listen(engine, "connect", lambda made, _: made.execute("PRAGMA query_only = ON"))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def make_postgresql_engine(url: URL) -> Engine:
    """Connect with psycopg 3. A stale connection is replaced before it is used."""
    engine = create_engine(
        url,
        json_serializer=_keep_json_text,
        pool_pre_ping=True,
        pool_size=POSTGRESQL_CONNECTIONS,
        max_overflow=0,
    )
    event.listen(engine, "handle_error", _drop_read_only_session)
    return engine


def _drop_read_only_session(context: ExceptionContext) -> None:
    """Close a read-only session: it would stay read-only when its server takes writes again."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY_SQLSTATE:
        context.is_disconnect = True


def create_schema(connection: Connection) -> int | None:
    """Create or migrate the schema. Return the version it was migrated from, else None.

    Raises SinkRefused for the schema of a newer Glueline, or of one that is too old.
    """
    lock_schema(connection)
    if inspect(connection).has_table(VERSIONS.name):
        version: int | None = connection.scalar(select(VERSIONS.c.version))
        if version == SCHEMA_VERSION:
            add_new_columns(connection)
            _add_new_views(connection)
            return None
        _check_version(version)
        migrate_schema(connection)
        add_new_columns(connection)
        create_views(connection)
        return version
    METADATA.create_all(connection)
    create_views(connection)
    connection.execute(VERSIONS.insert(), {"version": SCHEMA_VERSION})
    assign_database_number(connection)
    return None


def _add_new_views(connection: Connection) -> None:
    """Create the views of a database of the same version that an older Glueline made.

    They change no table, so workers of the older one go on writing beside this one.
    """
    if inspect(connection).has_table(_NEWEST_VIEW):
        return
    drop_replaced_views(connection)
    create_views(connection)


def create_views(connection: Connection) -> None:
    """Create the views, or replace those of an older schema."""
    is_binary = _has_binary_records(connection)
    for view in _read_view_statements(connection.dialect.name):
        connection.exec_driver_sql(view.replace("json_to_", "jsonb_to_") if is_binary else view)


def _has_binary_records(connection: Connection) -> bool:
    """Tell whether an older Glueline made the tables in PostgreSQL: with records in JSONB."""
    columns = inspect(connection).get_columns(TABLES.name)
    return any(
        column["name"] == TABLES.c.record.name and isinstance(column["type"], JSONB)
        for column in columns
    )


def _read_view_statements(dialect: str) -> list[str]:
    """Read the statements that create the views, which turn JSON into columns for queries."""
    return files(__package__).joinpath(f"views/{dialect}.sql").read_text().strip().split("\n\n")


def lock_schema(connection: Connection) -> None:
    """Let one transaction at a time create the schema or commit a run.

    SQLite needs no lock: its transactions begin immediate, so only one runs at a time.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(text(f"pg_advisory_xact_lock({_ADVISORY_LOCK})")))


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


def _keep_json_text(document: str) -> str:
    return document


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # Transactions begin where SQLAlchemy says so.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA page_size = {_SQLITE_PAGE_BYTES}")
    # SQLite itself does not wait for the lock that this switch needs.
    _retry_while_busy(lambda: connection.execute("PRAGMA journal_mode = WAL"))
    # From now on only the begin of a transaction waits, and _retry_while_busy does that.
    connection.execute("PRAGMA busy_timeout = 0")


def _begin_immediate(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    if connection.get_execution_options().get(IS_QUERY):
        _retry_while_busy(lambda: _begin_query(driver))
    else:
        # A transaction that reads first and writes later could not wait for another writer.
        _retry_while_busy(lambda: driver.execute("BEGIN IMMEDIATE"))


def _begin_query(driver: sqlite3.Connection) -> None:
    """Begin to read now: the first query can meet another process that repairs the file."""
    driver.execute("BEGIN")
    try:
        driver.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except sqlite3.Error:
        driver.execute("ROLLBACK")
        raise


def _retry_while_busy(step: Callable[[], object]) -> None:
    """Repeat ``step`` until no other process writes.

    SQLite's own pauses grow to a tenth of a second. Two processes that write all the time took
    half as long again with them.
    """
    for attempt in Retrying(
        retry=retry_if_exception(is_busy),
        wait=wait_random(0.001, 0.004),
        stop=stop_after_delay(_SQLITE_WAIT_SECONDS),
        reraise=True,
    ):
        with attempt:
            step()
