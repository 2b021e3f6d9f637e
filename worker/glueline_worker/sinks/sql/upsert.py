"""Insert or update rows, unless a newer run already wrote them."""

from functools import cache

from sqlalchemy import Connection, Table, case, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

from glueline_worker.sinks.model import Refused
from glueline_worker.sinks.sql.rows import Row
from glueline_worker.sinks.sql.schema.tables import RECORD_TABLES
from glueline_worker.sinks.sql.stored_entries import KEYS_PER_STATEMENT

_KEPT_COLUMNS = frozenset({"key", "first_seen_at", "changed_at"})
"""Columns that an update does not take from the new row."""


def upsert_rows(connection: Connection, rows: dict[str, list[Row]]) -> Refused:
    """Write a batch in the connection's transaction. Return the records that newer rows refused."""
    refused = Refused()
    for kind in sorted(rows):
        table, of_kind = RECORD_TABLES[kind], rows[kind]
        written = connection.execute(
            _make_statement(connection.dialect.name, table), of_kind
        ).rowcount
        if written < len(of_kind):
            refused += _count_refused(connection, table, of_kind)
    return refused


def _count_refused(connection: Connection, table: Table, rows: list[Row]) -> Refused:
    refused = Refused()
    for start in range(0, len(rows), KEYS_PER_STATEMENT):
        batch = rows[start : start + KEYS_PER_STATEMENT]
        query = select(func.count(), func.max(table.c.generation)).where(
            table.c.key.in_([row["key"] for row in batch]),
            table.c.generation > batch[0]["generation"],
        )
        count, newest = connection.execute(query).one()
        refused += Refused(count, newest or 0)
    return refused


@cache
def _make_statement(dialect: str, table: Table) -> PostgresqlInsert | SqliteInsert:
    insert: PostgresqlInsert | SqliteInsert
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    new = insert.excluded
    changed = table.c.content_hash.is_distinct_from(new.content_hash)
    return insert.on_conflict_do_update(
        index_elements=[table.c.key],
        set_={
            **{
                column.name: new[column.name]
                for column in table.c
                if column.name not in _KEPT_COLUMNS
            },
            "changed_at": case((changed, new.changed_at), else_=table.c.changed_at),
        },
        where=new.generation >= table.c.generation,
    )
