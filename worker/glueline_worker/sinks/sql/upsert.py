"""Insert or update rows, unless a newer run already wrote them."""

from sqlalchemy import Connection, Table, func, select

from glueline_worker.sinks.model import Refused
from glueline_worker.sinks.sql.rows import Row, get_key
from glueline_worker.sinks.sql.schema.tables import RECORD_TABLES
from glueline_worker.sinks.sql.statements import upsert
from glueline_worker.sinks.sql.stored_entries import KEYS_PER_STATEMENT


def upsert_rows(connection: Connection, rows: dict[str, list[Row]], generation: int) -> Refused:
    """Write a batch in the connection's transaction. Return the records that newer rows refused."""
    refused = Refused()
    for kind in sorted(rows):
        table, of_kind = RECORD_TABLES[kind], rows[kind]
        if upsert(connection, table, of_kind) < len(of_kind):
            refused += _count_refused(connection, table, of_kind, generation)
    return refused


def _count_refused(
    connection: Connection, table: Table, rows: list[Row], generation: int
) -> Refused:
    refused = Refused()
    for start in range(0, len(rows), KEYS_PER_STATEMENT):
        query = select(func.count(), func.max(table.c.generation)).where(
            table.c.key.in_(map(get_key, rows[start : start + KEYS_PER_STATEMENT])),
            table.c.generation > generation,
        )
        count, newest = connection.execute(query).one()
        refused += Refused(count, newest or 0)
    return refused
