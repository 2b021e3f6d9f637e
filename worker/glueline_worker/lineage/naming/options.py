"""``connection_type`` and ``connection_options`` (or Spark's format and options) into datasets."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

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
from glueline_worker.lineage.naming.spark import name_spark_table
from glueline_worker.lineage.naming.text import UNKNOWN_NAME, split_name

Datasets = tuple[Dataset, ...]


def read_connection_options(
    connection_type: str,
    options: Mapping[str, object],
    context: LineageContext,
    *,
    format: str | None = None,  # noqa: A002 - Glue's own name for it
) -> Datasets:
    """The datasets that Glue's ``connection_options`` or Spark's reader options point at.

    ``format`` is Glue's or Spark's format of the data (``hudi``, ``iceberg`` …). Empty when
    nothing in the options says what is read or written.
    """
    source = _Source(
        normalise_key(connection_type),
        normalise_key(format or ""),
        OptionsView(options, context),
        context,
    )
    hints = (source.kind, source.format, source.options.text("hoodietablename") and "hudi")
    for words, read in _FAMILIES:
        if any(word in hint for word in words for hint in hints):
            found = read(source)
            break
    else:
        found = ()
    return tuple(dict.fromkeys(found or _anything(source)))


@dataclass(frozen=True, slots=True)
class _Source:
    kind: str
    format: str
    options: OptionsView
    context: LineageContext


def _paths(source: _Source) -> Datasets:
    """Paths of files. What is said to be S3 needs no scheme."""
    name = name_s3_path if source.kind.startswith("s3") else name_location
    paths = source.options.texts("paths", "path")
    return tuple(name(path, source.context) for entry in paths for path in split_paths(entry))


def _lake(source: _Source) -> Datasets:
    """Hudi, Iceberg, Delta and Spark connectors: a path, a table of the catalogue, or both."""
    found = list[Dataset]()
    for path in source.options.texts("paths", "path", "hoodiebasepath"):
        is_table = "." in path and "/" not in path
        found.append(
            name_spark_table(split_name(path), source.context)
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


def _kafka(source: _Source) -> Datasets:
    options = source.options
    servers = options.ending("bootstrapservers") or options.text("brokers")
    topics = [
        topic.strip()
        for entry in options.texts("topicname", "topic", "subscribe", "subscribepattern")
        for topic in entry.split(",")
    ] or _assigned(options.text("assign"))
    connection = options.text("connectionname")
    if connection and not servers:
        return tuple(name_connection_table(connection, topic, source.context) for topic in topics)
    return tuple(
        name_kafka_topic(servers or UNKNOWN_NAME, topic, source.context)
        for topic in topics
        if topic
    )


def _assigned(text: str) -> list[str]:
    """The topics of Kafka's ``assign``: ``{"topic": [0, 1]}``."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return []
    return list(found) if isinstance(found, dict) else []


def _kinesis(source: _Source) -> Datasets:
    options = source.options
    stream = options.ending("streamarn") or options.ending("streamname") or options.text("stream")
    return (name_kinesis_stream(stream, source.context),) if stream else ()


def _dynamodb(source: _Source) -> Datasets:
    options = source.options
    table = options.ending("tablearn") or options.ending("tablename") or options.text("table")
    return (name_dynamodb_table(table, source.context),) if table else ()


def _mongodb(source: _Source) -> Datasets:
    options = source.options
    collection = options.text("collection") or options.ending("collection")
    if not collection:
        return ()
    database = options.text("database") or options.ending("database")
    uri = options.text("connectionuri", "uri") or options.ending("uri")
    connection = options.text("connectionname")
    if connection and not uri:
        named = name_connection_table(connection, collection, source.context, database=database)
        return (named,)
    return (name_mongodb_collection(uri or UNKNOWN_NAME, database, collection, source.context),)


def _bigquery(source: _Source) -> Datasets:
    options = source.options
    table = options.text("table", "dbtable", "path", "sourcequery")
    query = options.text("query")
    if not table and not query:
        return ()
    project = options.text("project", "parentproject", "projectid")
    dataset = options.text("dataset", "schemaname")
    names = _names(table, query, "bigquery")
    return tuple(
        name_bigquery_table(name, source.context, project=project, dataset=dataset)
        for name in names
    )


def _opensearch(source: _Source) -> Datasets:
    options = source.options
    index = options.text("opensearchresource", "esresource", "resource", "index", "path")
    index = index or options.ending("resource")
    nodes = options.text("opensearchnodes", "esnodes", "nodes") or UNKNOWN_NAME
    port = options.text("opensearchport", "esport")
    return (name_opensearch_index(nodes, index, source.context, port),) if index else ()


def _cosmos(source: _Source) -> Datasets:
    options = source.options
    container = options.ending("container")
    if not container:
        return ()
    host = options.ending("accountendpoint").removeprefix("https://").split("/")[0].split(":")[0]
    namespace = (
        f"azurecosmos://{host or UNKNOWN_NAME}/dbs/{options.ending('database') or UNKNOWN_NAME}"
    )
    return (Dataset(namespace=namespace, name=f"colls/{container}"),)


def _database(source: _Source) -> Datasets:
    """A relational database: by URL, else by Glue connection."""
    options, context = source.options, source.context
    table = options.text("dbtable", "table", "tablename", "connectiontable", "sfdbtable")
    query = options.text("query", "samplequery")
    if not table and not query:
        table = options.text("entityname", "entity", "object", "path")
    url = options.text("url", "connectionurl", "sfurl", "jdbcurl", "host", "server")
    connection = options.text("connectionname", "catalogconnection")
    if not table and not query:
        return ()
    database = options.text("database", "sfdatabase", "databasename", "dbname", "keyspace")
    schema = options.text("schema", "sfschema", "schemaname", "currentschema")
    engine = _engine_word(source, url, connection)
    names = _names(table, query, engine, options.text("postactions"))
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


def _engine_word(source: _Source, url: str, connection: str) -> str:
    """What tells the engine: the URL, the type or format, the driver, the connection."""
    known = read_properties(connection, source.context).get("JDBC_CONNECTION_URL", "")
    words = (url.partition("//")[0], known.partition("//")[0], source.kind, source.format)
    driver = source.options.text("driver", "classname")
    return next((word for word in (*words, driver) if word and find_engine(word)), "")


def _names(table: str, query: str, engine: str, actions: str = "") -> list[str]:
    """The tables asked for: those inside a query, those that a staging table is merged into."""
    text = table or query
    found = find_engine(engine) if engine else None
    dialect = found.dialect if found else engine
    if is_query(text):
        return find_query_tables(text, dialect) or ["{query}"]
    return (actions and find_final_tables(text, actions, dialect)) or [text]


def _anything(source: _Source) -> Datasets:
    """What the options say of a connector that nobody here knows."""
    for read in (_paths, _kinesis, _kafka, _database):
        if found := read(source):
            return found
    return ()


_FAMILIES: tuple[tuple[tuple[str, ...], Callable[[_Source], Datasets]], ...] = (
    (("hudi", "iceberg", "delta", "customspark", "marketplacespark"), _lake),
    (("kafka", "msk"), _kafka),
    (("kinesis",), _kinesis),
    (("dynamo",), _dynamodb),
    (("mongo", "documentdb", "docdb"), _mongodb),
    (("bigquery",), _bigquery),
    (("opensearch", "elasticsearch"), _opensearch),
    (("cosmos",), _cosmos),
    (("jdbc", "redshift", "snowflake", "sqlserver", "mysql", "postgres", "oracle"), _database),
    (("s3", "file", "parquet", "csv", "json", "orc", "avro", "text", "xml"), _paths),
)
