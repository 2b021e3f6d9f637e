"""Datasets of ``connection_type`` and ``connection_options``, or of Spark's format and options."""

import json
import re
from collections.abc import Callable, Mapping

from msgspec import Struct

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.naming.aws import (
    name_catalog_table,
    name_dynamodb_table,
    name_kinesis_stream,
)
from glueline_worker.lineage.naming.connections import name_connection_table, read_properties
from glueline_worker.lineage.naming.databases import name_jdbc_table
from glueline_worker.lineage.naming.engines import find_engine
from glueline_worker.lineage.naming.options_view import OptionsView, normalise_key, split_paths
from glueline_worker.lineage.naming.paths import name_location, name_s3_path
from glueline_worker.lineage.naming.queries import find_final_tables, find_query_tables, is_query
from glueline_worker.lineage.naming.services import (
    name_bigquery_table,
    name_kafka_topic,
    name_mongodb_collection,
    name_opensearch_index,
)
from glueline_worker.lineage.naming.spark import name_spark_sql_table
from glueline_worker.lineage.naming.text import UNKNOWN_NAME, split_name
from glueline_worker.lineage.remembered import remember_short_texts

Datasets = tuple[Dataset, ...]
_OTHER_QUERY = re.compile(r"\s[(\[]|[)\]>]\s|\n")
"""Marks of a query in another language than SQL, such as Cypher: no name of a table."""


def read_connection_options(
    connection_type: str,
    options: Mapping[str, object],
    context: LineageContext,
    *,
    format: str | None = None,  # noqa: A002 - Glue's own name for it
) -> Datasets:
    """Return the datasets that Glue's ``connection_options`` or Spark's reader options point at.

    ``format`` is Glue's or Spark's format of the data (``hudi``, ``iceberg`` …). Empty when the
    options name no source or target.
    """
    source = _Source(
        normalise_key(connection_type),
        normalise_key(format or ""),
        OptionsView(options, context),
        context,
    )
    for key, read in _STORES_BY_KEY.items():
        if source.options.text(key) and (found := read(source)):
            return tuple(dict.fromkeys(found))
    hints = (source.kind, source.format, source.options.text("hoodietablename") and "hudi")
    read_family = _find_family("\n".join(hints))
    found = read_family(source) if read_family is not None else ()
    return tuple(dict.fromkeys(found or _read_unknown(source)))


class _Source(Struct, frozen=True):
    kind: str
    format: str
    options: OptionsView
    context: LineageContext


def _read_paths(source: _Source) -> Datasets:
    """Read paths of files. With a type of S3 they need no scheme."""
    name = name_s3_path if source.kind.startswith("s3") else name_location
    paths = source.options.texts("paths", "path")
    return tuple(name(path, source.context) for entry in paths for path in split_paths(entry))


def _read_lake_table(source: _Source) -> Datasets:
    """Read options of Hudi, Iceberg, Delta and Spark connectors: a path, a table, or both."""
    found = list[Dataset]()
    for path in source.options.texts("paths", "path", "hoodiebasepath"):
        is_table = "." in path and "/" not in path
        found.append(
            name_spark_sql_table(split_name(path), source.context)
            if is_table
            else name_location(path, source.context)
        )
    table = source.options.text("hoodiedatasourcehivesynctable", "hoodietablename")
    database = source.options.text("hoodiedatasourcehivesyncdatabase", "hoodiedatabasename")
    if not database and source.options.text("hoodiedatasourcehivesyncenable").lower() == "true":
        database = "default"  # Hudi's own default
    if table and database:
        found.append(name_catalog_table(database, table, source.context))
    return tuple(found)


def _read_kafka(source: _Source) -> Datasets:
    options = source.options
    servers = options.get_by_ending("bootstrapservers") or options.text("brokers")
    topics = [
        topic.strip()
        for entry in options.texts("topicname", "topic", "subscribe", "subscribepattern")
        for topic in entry.split(",")
    ] or _parse_assigned_topics(options.text("assign"))
    connection = options.text("connectionname")
    if connection and not servers:
        return tuple(name_connection_table(connection, topic, source.context) for topic in topics)
    return tuple(
        name_kafka_topic(servers or UNKNOWN_NAME, topic, source.context)
        for topic in topics
        if topic
    )


def _parse_assigned_topics(text: str) -> list[str]:
    """Return the topics of Kafka's ``assign``: ``{"topic": [0, 1]}``."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return []
    return list(found) if isinstance(found, dict) else []


def _read_kinesis(source: _Source) -> Datasets:
    options = source.options
    stream = (
        options.get_by_ending("streamarn")
        or options.get_by_ending("streamname")
        or options.text("stream")
    )
    return (name_kinesis_stream(stream, source.context),) if stream else ()


def _read_dynamodb(source: _Source) -> Datasets:
    options = source.options
    table = (
        options.get_by_ending("tablearn")
        or options.get_by_ending("tablename")
        or options.text("table")
    )
    return (name_dynamodb_table(table, source.context),) if table else ()


def _read_mongodb(source: _Source) -> Datasets:
    options = source.options
    collection = options.text("collection") or options.get_by_ending("collection")
    if not collection:
        return ()
    database = options.text("database") or options.get_by_ending("database")
    uri = options.text("connectionuri", "uri") or options.get_by_ending("uri")
    connection = options.text("connectionname")
    if connection and not uri:
        collection_dataset = name_connection_table(
            connection, collection, source.context, database=database
        )
        return (collection_dataset,)
    return (name_mongodb_collection(uri or UNKNOWN_NAME, database, collection, source.context),)


def _read_bigquery(source: _Source) -> Datasets:
    options = source.options
    table = options.text("table", "dbtable", "path", "sourcequery")
    query = options.text("query")
    if not table and not query:
        return ()
    project = options.text("project", "parentproject", "projectid")
    dataset = options.text("dataset", "schemaname")
    names = _list_tables(table, query, "bigquery")
    return tuple(
        name_bigquery_table(name, source.context, project=project, dataset=dataset)
        for name in names
    )


def _read_opensearch(source: _Source) -> Datasets:
    options = source.options
    index = options.text("opensearchresource", "esresource", "resource", "index", "path")
    index = index or options.get_by_ending("resource")
    nodes, connection = options.text("opensearchnodes", "esnodes", "nodes"), ""
    if not nodes:
        connection = options.text("connectionname")
    if connection and index:
        return (name_connection_table(connection, index.split("/")[0], source.context),)
    port = options.text("opensearchport", "esport")
    found = name_opensearch_index(nodes or UNKNOWN_NAME, index, source.context, port)
    return (found,) if index else ()


def _read_cosmos(source: _Source) -> Datasets:
    options = source.options
    container = options.get_by_ending("container")
    if not container:
        return ()
    endpoint = options.get_by_ending("accountendpoint").removeprefix("https://")
    host = endpoint.split("/")[0].split(":")[0] or UNKNOWN_NAME
    database = options.get_by_ending("database") or UNKNOWN_NAME
    namespace = f"azurecosmos://{host}/dbs/{database}"
    return (Dataset(namespace=namespace, name=f"colls/{container}"),)


def _read_database(source: _Source) -> Datasets:
    """Read options of a relational database: by URL, else by Glue connection."""
    options, context = source.options, source.context
    table = options.text("dbtable", "table", "tablename", "connectiontable", "sfdbtable")
    query = options.text("query", "samplequery") or ("" if table else options.find_query())
    if not table and not query:
        table = options.text("entityname", "entity", "object", "path")
    url = options.text("url", "connectionurl", "sfurl", "jdbcurl", "host", "server")
    connection = options.text("connectionname", "catalogconnection")
    if not table and not query:
        return ()
    database = options.text("database", "sfdatabase", "databasename", "dbname", "keyspace")
    schema = options.text("schema", "sfschema", "schemaname", "currentschema")
    engine = _find_engine_word(source, url, connection)
    names = _list_tables(table, query, engine, options.text("postactions"))
    if url or not connection:
        return tuple(
            name_jdbc_table(
                url or UNKNOWN_NAME, name, context, engine=engine, database=database, schema=schema
            )
            for name in names
        )
    return tuple(
        name_connection_table(
            connection, name, context, database=database, schema=schema, engine=engine
        )
        for name in names
    )


def _find_engine_word(source: _Source, url: str, connection: str) -> str:
    """Return the word that tells the engine: in URL, type, format, driver or connection."""
    known = read_properties(connection, source.context).get("JDBC_CONNECTION_URL", "")
    words = (url.partition("//")[0], known.partition("//")[0], source.kind, source.format)
    driver = source.options.text("driver", "classname")
    return next((word for word in (*words, driver) if word and find_engine(word)), "")


def _list_tables(table: str, query: str, engine: str, actions: str = "") -> list[str]:
    """Return the tables inside a query, those that a staging table is merged into, or ``table``."""
    text = table or query
    found = find_engine(engine) if engine else None
    dialect = found.dialect if found else engine
    if is_query(text) or (not table and _OTHER_QUERY.search(text)):
        tables = find_query_tables(text, dialect)
        return ["{query}"] if tables is None else tables
    return (actions and find_final_tables(text, actions, dialect)) or [text]


def _read_unknown(source: _Source) -> Datasets:
    """Read the options of an unknown connector."""
    for read in (_read_paths, _read_kinesis, _read_kafka, _read_database):
        if found := read(source):
            return found
    return ()


_STORES_BY_KEY: dict[str, Callable[[_Source], Datasets]] = {
    "esnodes": _read_opensearch,
    "opensearchnodes": _read_opensearch,
    "parentproject": _read_bigquery,
}
"""Options that only one store has, whatever connector reads them."""


@remember_short_texts
def _find_family(hints: str) -> Callable[[_Source], Datasets] | None:
    """Find the family of a store by a word in one of the hints, which are on lines of their own."""
    if not hints.strip():
        return None
    for words, read in _FAMILIES:
        for word in words:
            if word in hints:
                return read
    return None


_FAMILIES: tuple[tuple[tuple[str, ...], Callable[[_Source], Datasets]], ...] = (
    (("hudi", "iceberg", "delta", "customspark", "marketplacespark"), _read_lake_table),
    (("kafka", "msk"), _read_kafka),
    (("kinesis",), _read_kinesis),
    (("dynamo",), _read_dynamodb),
    (("mongo", "documentdb", "docdb"), _read_mongodb),
    (("bigquery",), _read_bigquery),
    (("opensearch", "elasticsearch"), _read_opensearch),
    (("cosmos",), _read_cosmos),
    (("jdbc", "redshift", "snowflake", "sqlserver", "mysql", "postgres", "oracle"), _read_database),
    (("s3", "file", "parquet", "csv", "json", "orc", "avro", "text", "xml"), _read_paths),
)
