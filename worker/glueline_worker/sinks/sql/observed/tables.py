"""The tables of observed lineage. They are created when the first events are stored.

No extraction touches them. One row of ``observed_edges`` is one edge of one run.
"""

from sqlalchemy import Column, Connection, Index, MetaData, Table, Text, inspect

from glueline_worker.sinks.sql.engine import lock_schema
from glueline_worker.sinks.sql.schema.types import RecordText, UtcTimestamp

_METADATA = MetaData()

OBSERVED_RUNS = Table(
    "observed_runs",
    _METADATA,
    Column("key", Text, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("job_namespace", Text, nullable=False),
    Column("job_name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("first_event_at", UtcTimestamp, nullable=False),
    Column("last_event_at", UtcTimestamp, nullable=False),
    Column("succeeded_at", UtcTimestamp),
    Column("record", RecordText, nullable=False),
)
OBSERVED_EDGES = Table(
    "observed_edges",
    _METADATA,
    Column("run_key", Text, nullable=False),
    Column("job_namespace", Text, nullable=False),
    Column("job_name", Text, nullable=False),
    Column("upstream_namespace", Text, nullable=False),
    Column("upstream_name", Text, nullable=False),
    Column("downstream_namespace", Text, nullable=False),
    Column("downstream_name", Text, nullable=False),
    Column("first_event_at", UtcTimestamp, nullable=False),
    Column("last_event_at", UtcTimestamp, nullable=False),
    Column("succeeded_at", UtcTimestamp),
    Column("jobs", Text, nullable=False),  # names under which the events know the Glue job
    Column("record", Text, nullable=False),
)

# Hash indexes, because a name can be too long for an entry of an ordinary index of PostgreSQL.
for _column in (
    OBSERVED_EDGES.c.run_key,
    OBSERVED_EDGES.c.upstream_name,
    OBSERVED_EDGES.c.downstream_name,
):
    Index(f"observed_edges_{_column.name}", _column, postgresql_using="hash")
Index("observed_runs_last_event_at", OBSERVED_RUNS.c.last_event_at)

_VIEW = "observed_lineage"
_EDGE = (
    "job_namespace, job_name, upstream_namespace, upstream_name, "
    "downstream_namespace, downstream_name"
)
# ruff: noqa: S608 - the names in the text are our own
_CREATE_VIEW = (
    f"CREATE VIEW {_VIEW} AS SELECT {_EDGE}, count(*) AS runs, "
    "min(first_event_at) AS first_seen_at, max(last_event_at) AS last_seen_at, "
    f"max(succeeded_at) AS last_success_at FROM observed_edges GROUP BY {_EDGE}"
)


def create_observed_tables(connection: Connection) -> None:
    """Create the tables and the view unless they exist; one writer at a time goes on from here."""
    lock_schema(connection)
    if not has_observed_tables(connection):
        _METADATA.create_all(connection)
        connection.exec_driver_sql(_CREATE_VIEW)


def has_observed_tables(connection: Connection) -> bool:
    """Tell whether events were ever stored."""
    return inspect(connection).has_table(OBSERVED_EDGES.name)
