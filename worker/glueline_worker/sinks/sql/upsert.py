"""Insert or update rows, unless a newer run already wrote them."""

from functools import cache

from sqlalchemy import Connection, Table, case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

from glueline_worker.sinks.sql.rows import Row
from glueline_worker.sinks.sql.schema import RECORD_TABLES

KEPT = frozenset({"key", "first_seen_at", "changed_at"})
"""What an update leaves as it was, or decides by itself."""


def upsert(connection: Connection, rows: dict[str, list[Row]]) -> None:
    """Write a batch in the connection's transaction."""
    for kind in sorted(rows):
        statement = _statement(connection.dialect.name, RECORD_TABLES[kind])
        connection.execute(statement, rows[kind])


@cache
def _statement(dialect: str, table: Table) -> PostgresqlInsert | SqliteInsert:
    insert: PostgresqlInsert | SqliteInsert
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    new = insert.excluded
    changed = table.c.content_hash.is_distinct_from(new.content_hash)
    return insert.on_conflict_do_update(
        index_elements=[table.c.key],
        set_={
            **{column.name: new[column.name] for column in table.c if column.name not in KEPT},
            "changed_at": case((changed, new.changed_at), else_=table.c.changed_at),
        },
        where=new.generation >= table.c.generation,
    )
