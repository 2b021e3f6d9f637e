"""The tables, which are the same in both databases.

A row stays when its thing is deleted. ``deleted_at`` says when a run noticed that, and ``run_id``
and ``generation`` name the run that last saw the thing or noticed its absence. ``place`` is Region
and catalogue in one text: a run decides about rows of its own place only. ``fingerprint`` is that
of the part that the row belongs to. Where it is None, the next run reads the part again.
"""

from typing import Any

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, Table, Text

from glueline_worker.sinks.sql.schema.types import JsonDocument, RecordText, UtcTimestamp

SCHEMA_VERSION = 3

METADATA = MetaData()

VERSIONS = Table("glueline_schema", METADATA, Column("version", Integer, primary_key=True))

RUNS = Table(
    "runs",
    METADATA,
    Column("run_id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", UtcTimestamp, nullable=False),
    Column("finished_at", UtcTimestamp),
    Column("deleted", BigInteger),
    Column("request", JsonDocument, nullable=False),
    Column("counts", JsonDocument),
    Column("warnings", JsonDocument),
    Column("failures", JsonDocument),
)

GENERATIONS = Table(
    "generations",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("generation", BigInteger, nullable=False),
)
"""The greatest generation that has written for each source."""


def _record_table(name: str, *columns: Column[Any], contains: bool = False) -> Table:
    """Declare a table of records. With ``contains``, its things are parents of other records."""
    contents = (Column("contents", Text, nullable=False),) if contains else ()
    table = Table(
        name,
        METADATA,
        Column("key", Text, primary_key=True),
        Column("source", Text, nullable=False),
        Column("place", Text, nullable=False),
        Column("region", Text, nullable=False),
        Column("catalog_id", Text),
        Column("listing", Text, nullable=False),
        Column("subject", Text, nullable=False),
        *contents,
        *columns,
        Column("content_hash", Text, nullable=False),
        Column("fingerprint", Text),
        Column("run_id", Text, nullable=False),
        Column("generation", BigInteger, nullable=False),
        Column("first_seen_at", UtcTimestamp, nullable=False),
        Column("last_seen_at", UtcTimestamp, nullable=False),
        Column("changed_at", UtcTimestamp, nullable=False),
        Column("deleted_at", UtcTimestamp),
        # The last column: SQLite reads and writes the columns before it without touching it.
        Column("record", RecordText, nullable=False),
    )
    _index_live(table)
    if contains:
        _index_deleted(table)
    return table


def _index_live(table: Table) -> None:
    """Index live rows, so that a commit finds deletions without reading the wide rows."""
    live = table.c.deleted_at.is_(None)
    Index(
        f"{table.name}_live",
        *(table.c.source, table.c.place, table.c.listing, table.c.generation),
        sqlite_where=live,
        postgresql_where=live,
    )


def _index_deleted(table: Table) -> None:
    gone = table.c.deleted_at.is_not(None)
    Index(
        f"{table.name}_deleted",
        *(table.c.source, table.c.place, table.c.contents, table.c.generation),
        sqlite_where=gone,
        postgresql_where=gone,
    )


DATABASES = _record_table(
    "databases",
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("location", Text),
    Column("created_at", UtcTimestamp),
    contains=True,
)
TABLES = _record_table(
    "tables",
    Column("database_name", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("owner", Text),
    Column("table_type", Text),
    Column("format", Text, nullable=False),
    Column("location", Text),
    Column("column_count", Integer, nullable=False),
    Column("created_at", UtcTimestamp),
    Column("updated_at", UtcTimestamp),
    Column("inputs", JsonDocument),  # the tables whose columns a view's lineage depends on
    contains=True,
)
PARTITIONS = _record_table(
    "partitions",
    Column("database_name", Text, nullable=False),
    Column("table_name", Text, nullable=False),
    Column("partition_values", JsonDocument, nullable=False),
    Column("location", Text),
    Column("created_at", UtcTimestamp),
)
PARTITION_SUMMARIES = _record_table(
    "partition_summaries",
    Column("database_name", Text, nullable=False),
    Column("table_name", Text, nullable=False),
    Column("partition_keys", JsonDocument, nullable=False),
    Column("partition_count", BigInteger, nullable=False),
)
JOBS = _record_table(
    "jobs",
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("role", Text),
    Column("command_name", Text),
    Column("job_mode", Text, nullable=False),
    Column("language", Text),
    Column("script_location", Text),
    Column("glue_version", Text),
    Column("worker_type", Text),
    Column("number_of_workers", BigInteger),
    Column("max_capacity", Float),
    Column("created_at", UtcTimestamp),
    Column("updated_at", UtcTimestamp),
    Column("inputs", JsonDocument),  # the tables whose columns its lineage depends on
    contains=True,
)
LINEAGE = _record_table(
    "lineage",
    Column("process", Text, nullable=False),
    Column("database_name", Text),  # NULL for the edges of jobs
    Column("upstream_namespace", Text, nullable=False),
    Column("upstream_name", Text, nullable=False),
    Column("downstream_namespace", Text, nullable=False),
    Column("downstream_name", Text, nullable=False),
    Column("origins", JsonDocument, nullable=False),
)

# Finds the edges of a part by its fingerprint.
Index("lineage_fingerprint", LINEAGE.c.fingerprint)

# Hash indexes, because a name can be too long for an entry of an ordinary index of PostgreSQL.
for _column in (TABLES.c.name, LINEAGE.c.upstream_name, LINEAGE.c.downstream_name):
    Index(f"{_column.table.name}_{_column.name}", _column, postgresql_using="hash")

RECORD_TABLES: dict[str, Table] = {
    "database": DATABASES,
    "table": TABLES,
    "partition": PARTITIONS,
    "partition_summary": PARTITION_SUMMARIES,
    "job": JOBS,
    "lineage": LINEAGE,
}
