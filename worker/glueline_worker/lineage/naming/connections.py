"""Datasets behind a Glue connection, whose properties may or may not be known."""

import json
from collections.abc import Mapping
from typing import Any

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.naming.databases import (
    DatabaseAddress,
    name_database_table,
    name_jdbc_table,
)
from glueline_worker.lineage.naming.engines import GENERIC_ENGINE, find_engine
from glueline_worker.lineage.naming.services import name_kafka_topic, name_mongodb_collection
from glueline_worker.lineage.naming.text import (
    UNKNOWN_NAME,
    resolve_arguments,
    split_name,
    strip_quotes,
)


def name_connection_table(
    connection: str,
    table: str,
    context: LineageContext,
    *,
    database: str | None = None,
    schema: str | None = None,
    engine: str | None = None,
) -> Dataset:
    """Return a table through a Glue connection, by the connection's properties or its own name."""
    name = strip_quotes(resolve_arguments(connection, context)) or UNKNOWN_NAME
    known = read_properties(name, context)
    url = known.get("JDBC_CONNECTION_URL") or known.get("CONNECTION_URL", "")
    if url.startswith("mongodb"):
        return name_mongodb_collection(url, database or "", table, context)
    if servers := known.get("KAFKA_BOOTSTRAP_SERVERS"):
        return name_kafka_topic(servers, table, context)
    if url:
        return name_jdbc_table(url, table, context, engine=engine, database=database, schema=schema)
    parts = split_name(resolve_arguments(table, context)) or (UNKNOWN_NAME,)
    database, schema = (resolve_arguments(text or "", context) for text in (database, schema))
    if known.get("HOST"):
        return name_database_table(_make_address(known, engine, database, schema), parts, context)
    before = [part for part in (database, schema) if part]
    return Dataset(
        namespace=f"glue-connection://{name}",
        name=".".join((*before[: max(0, 3 - len(parts))], *parts)),
    )


def read_properties(connection: str, context: LineageContext) -> Mapping[str, str]:
    """Return the known properties of a connection; empty when none are known."""
    known = dict(context.connections.get(connection, {}))
    # Connections of Glue 4 and later to Spark sources keep their settings as JSON in one text.
    for host in ("sfUrl", "host"):
        if value := _parse_spark_properties(known).get(host):
            known.setdefault("HOST", str(value))
    return known


def _parse_spark_properties(known: Mapping[str, str]) -> Mapping[str, Any]:
    try:
        found = json.loads(known.get("SparkProperties") or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _make_address(
    known: Mapping[str, str], engine: str | None, database: str, schema: str
) -> DatabaseAddress:
    kind = known.get("CONNECTION_TYPE") or known.get("ConnectionType") or engine or ""
    host = known["HOST"].removeprefix("https://").rstrip("/")
    return DatabaseAddress(
        engine=find_engine("snowflake" if "snowflakecomputing" in host else kind) or GENERIC_ENGINE,
        host=host,
        port=known.get("PORT", ""),
        database=database or known.get("DATABASE", ""),
        schema=schema,
    )
