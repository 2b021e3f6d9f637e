"""Migrate a schema of version 2 to version 3, in the transaction that found it.

Version 3 adds ``place``, which becomes part of a row's key. Columns are added to the existing
tables, so that grants, and views and indexes that others made, stay. Workers of the older version
cannot write to the new schema: they do not know ``place``.
"""

from urllib.parse import quote

from sqlalchemy import Connection, Table, func, inspect, select, union_all, update

from glueline.contract.records import place_of
from glueline_worker.sinks.sql.schema.key_changes import change_key_prefix
from glueline_worker.sinks.sql.schema.tables import (
    GENERATIONS,
    RECORD_TABLES,
    RUNS,
    SCHEMA_VERSION,
    TABLES,
    VERSIONS,
)

MIGRATED_VERSION = 2

_OLDER_WORKER = "a worker of an older Glueline cannot write to this schema; end it"


def migrate_schema(connection: Connection) -> None:
    """Change tables, keys and indexes. The caller creates the views afterwards."""
    drop_replaced_views(connection)
    for table in (RUNS, *RECORD_TABLES.values()):
        connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN place TEXT")
    connection.execute(update(RUNS).values(place=""))
    for table in RECORD_TABLES.values():
        _place_rows(connection, table)
        _replace_indexes(connection, table)
    for table in (RUNS, *RECORD_TABLES.values()):
        _require_place(connection, table)
    GENERATIONS.create(connection)
    _remember_generations(connection)
    connection.execute(update(VERSIONS).values(version=SCHEMA_VERSION))


def add_new_columns(connection: Connection) -> None:
    """Add the columns that a database of the same version may lack.

    They may be empty, so workers of an older Glueline go on writing beside this one.
    """
    known = {column["name"] for column in inspect(connection).get_columns(TABLES.name)}
    if TABLES.c.inputs.name not in known:
        of_type = TABLES.c.inputs.type.compile(connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {TABLES.name} ADD COLUMN inputs {of_type}")


def drop_replaced_views(connection: Connection) -> None:
    """Drop the views that are created again, where the database cannot replace a view."""
    if connection.dialect.name == "sqlite":
        for view in ("column_lineage", "columns"):
            connection.exec_driver_sql(f"DROP VIEW IF EXISTS {view}")


def _place_rows(connection: Connection, table: Table) -> None:
    """Give each row its place, and put the place into its key."""
    places = select(table.c.source, table.c.region, table.c.catalog_id).distinct()
    for source, region, catalog_id in connection.execute(places).all():
        place, first = place_of(region, catalog_id), quote(source, safe="")
        rows = (
            table.c.source == source,
            table.c.region == region,
            table.c.catalog_id.is_not_distinct_from(catalog_id),
        )
        change_key_prefix(
            connection, table, rows, (f"{first}/", f"{first}/{place}/"), {"place": place}
        )


def _replace_indexes(connection: Connection, table: Table) -> None:
    """Create the indexes that begin with source and place again."""
    for index in table.indexes:
        if "place" in index.columns:
            connection.exec_driver_sql(f"DROP INDEX IF EXISTS {index.name}")
            index.create(connection)


def _require_place(connection: Connection, table: Table) -> None:
    """Refuse rows without a place.

    SQLite cannot add NOT NULL to a column of an existing table, so it gets a trigger.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ALTER TABLE {table.name} ALTER COLUMN place SET NOT NULL")
        return
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table.name}_place BEFORE INSERT ON {table.name} "
        f"WHEN NEW.place IS NULL BEGIN SELECT RAISE(ABORT, '{_OLDER_WORKER}'); END"
    )


def _remember_generations(connection: Connection) -> None:
    tables = (RUNS, *RECORD_TABLES.values())
    every = union_all(*(select(t.c.source, t.c.generation) for t in tables)).subquery()
    newest = select(every.c.source, func.max(every.c.generation)).group_by(every.c.source)
    connection.execute(GENERATIONS.insert().from_select(["source", "generation"], newest))
