"""Datasets behind a Glue connection, whose properties may or may not be known."""

import json
from collections.abc import Mapping
from typing import Any

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import Surroundings
from glueline_worker.lineage.naming.databases import Address, database_table, jdbc
from glueline_worker.lineage.naming.engines import GENERIC, engine_named
from glueline_worker.lineage.naming.services import kafka, mongodb
from glueline_worker.lineage.naming.text import (
    UNKNOWN,
    resolve_arguments,
    split_name,
    unquoted,
)


def glue_connection(
    connection: str,
    table: str,
    around: Surroundings,
    *,
    database: str | None = None,
    schema: str | None = None,
    engine: str | None = None,
) -> Dataset:
    """A table through a Glue connection: named by what the connection says, or by its own name."""
    name = unquoted(resolve_arguments(connection, around)) or UNKNOWN
    known = properties(name, around)
    url = known.get("JDBC_CONNECTION_URL") or known.get("CONNECTION_URL", "")
    if url.startswith("mongodb"):
        return mongodb(url, database or "", table, around)
    if servers := known.get("KAFKA_BOOTSTRAP_SERVERS"):
        return kafka(servers, table, around)
    if url:
        return jdbc(url, table, around, engine=engine, database=database, schema=schema)
    parts = split_name(resolve_arguments(table, around)) or (UNKNOWN,)
    database, schema = (resolve_arguments(text or "", around) for text in (database, schema))
    if known.get("HOST"):
        return database_table(_address(known, engine, database, schema), parts, around)
    before = [part for part in (database, schema) if part]
    return Dataset(
        namespace=f"glue-connection://{name}",
        name=".".join((*before[: max(0, 3 - len(parts))], *parts)),
    )


def properties(connection: str, around: Surroundings) -> Mapping[str, str]:
    """What is known of a connection; empty when nothing is."""
    known = dict(around.connections.get(connection, {}))
    # Connections of Glue 4 and later to Spark sources keep their settings as JSON in one text.
    for host in ("sfUrl", "host"):
        if value := _spark_properties(known).get(host):
            known.setdefault("HOST", str(value))
    return known


def _spark_properties(known: Mapping[str, str]) -> Mapping[str, Any]:
    try:
        found = json.loads(known.get("SparkProperties") or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _address(known: Mapping[str, str], engine: str | None, database: str, schema: str) -> Address:
    kind = known.get("CONNECTION_TYPE") or known.get("ConnectionType") or engine or ""
    host = known["HOST"].removeprefix("https://").rstrip("/")
    return Address(
        engine=engine_named("snowflake" if "snowflakecomputing" in host else kind) or GENERIC,
        host=host,
        port=known.get("PORT", ""),
        database=database or known.get("DATABASE", ""),
        schema=schema,
    )
