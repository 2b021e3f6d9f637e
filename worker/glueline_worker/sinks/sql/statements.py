"""The statements that units repeat, as text that the driver takes as it is.

Each has one text however many rows or keys it gets, so that SQLite and PostgreSQL parse it once
for a connection. SQLAlchemy would build and render it again for each batch: that took several
times as long as the database.
"""

from functools import cache
from typing import Any

# ruff: noqa: S608 - the only names in the texts are those of our own tables and columns
import orjson
from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects.postgresql.base import PGDialect

from glueline_worker.sinks.sql.rows import Row
from glueline_worker.sinks.sql.schema.tables import LINEAGE

_KEPT_COLUMNS = frozenset({"key", "first_seen_at", "changed_at"})
"""Columns that an update does not take from the new row."""

_IN_LIST = {
    "sqlite": "IN (SELECT value FROM json_each(?))",
    "postgresql": "IN (SELECT unnest(%s::text[]))",
}
_POSTGRESQL: Dialect = PGDialect()  # type: ignore[no-untyped-call]
_MARK = {"sqlite": "?", "postgresql": "%s"}


def bind_list(connection: Connection, values: list[str]) -> Any:
    """Return the value of a list's parameter."""
    return orjson.dumps(values).decode() if connection.dialect.name == "sqlite" else values


def upsert(connection: Connection, table: Table, rows: list[Row]) -> int:
    """Insert rows or update those that are not newer; return how many. No key may occur twice."""
    statement = _make_upsert(connection.dialect.name, table)
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql(statement, rows).rowcount
    names = _list_names(table)
    values = orjson.dumps([dict(zip(names, row, strict=False)) for row in rows]).decode()
    return connection.exec_driver_sql(statement, (values, [row[-1] for row in rows])).rowcount


@cache
def _list_names(table: Table) -> tuple[str, ...]:
    """Return the names of the columns before the record."""
    return tuple(str(column.name) for column in table.c)[:-1]


@cache
def _make_upsert(dialect: str, table: Table) -> str:
    columns = [column.name for column in table.c]
    if dialect == "sqlite":
        source = f"VALUES ({', '.join('?' * len(columns))})"
    else:
        source = _make_row_source(table)
    kept = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in _KEPT_COLUMNS)
    return (
        f"INSERT INTO {table.name} ({', '.join(columns)}) {source} "
        f"ON CONFLICT (key) DO UPDATE SET {kept}, changed_at = CASE "
        f"WHEN excluded.content_hash = {table.name}.content_hash "
        f"THEN {table.name}.changed_at ELSE excluded.changed_at END "
        f"WHERE excluded.generation >= {table.name}.generation"
    )


def _make_row_source(table: Table) -> str:
    """Return a query of PostgreSQL over two parameters: rows as one JSON text, and their records.

    The records stand beside, because the server parses the values inside of a JSON text twice.
    All other JSON columns are texts in that text, so they must be texts until they are converted.
    """
    columns = [(str(column.name), column.type.compile(_POSTGRESQL)) for column in table.c]
    names = ", ".join(name for name, _ in columns)
    texts = ", ".join(
        f"{name} {'TEXT' if of_type.startswith('JSON') else of_type}"
        for name, of_type in columns[:-1]
    )
    values = ", ".join(
        f"{name}::{of_type}" if of_type.startswith("JSON") else name for name, of_type in columns
    )
    return (
        f"SELECT {values} FROM ROWS FROM (json_to_recordset(%s) AS ({texts}), "
        f"unnest(%b::text[])) AS new ({names})"
    )


@cache
def make_search(dialect: str, table: Table, *, has_edges: bool) -> str:
    """Return the query of live rows that have a fingerprint, over one list of keys.

    Its columns are key, fingerprint, inputs as text, and the number of live edges.
    """
    inputs = "CAST(inputs AS TEXT)" if "inputs" in table.c else "NULL"
    edges = (
        f"(SELECT count(*) FROM {LINEAGE.name} AS edge WHERE edge.deleted_at IS NULL "
        f"AND edge.fingerprint = {table.name}.fingerprint)"
    )
    return (
        f"SELECT key, fingerprint, {inputs}, {edges if has_edges else 0} FROM {table.name} "
        f"WHERE key {_IN_LIST[dialect]} AND deleted_at IS NULL AND fingerprint IS NOT NULL"
    )


@cache
def make_seen_mark(dialect: str, table: Table, *columns: str) -> str:
    """Return the update that marks rows as seen, unless they are newer.

    It returns listing and key of each marked row. Its parameters are run, generation, time,
    generation, and a list for each of ``columns``.
    """
    mark = _MARK[dialect]
    lists = "".join(f" AND {column} {_IN_LIST[dialect]}" for column in columns)
    return (
        f"UPDATE {table.name} SET run_id = {mark}, generation = {mark}, last_seen_at = {mark}, "
        f"deleted_at = NULL WHERE generation <= {mark}{lists} RETURNING listing, key"
    )
