"""``connection_type`` and ``connection_options`` (or Spark's format and options) into datasets."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import Surroundings
from glueline_worker.lineage.naming.aws import catalog_table, dynamodb, kinesis
from glueline_worker.lineage.naming.connections import glue_connection, properties
from glueline_worker.lineage.naming.databases import jdbc
from glueline_worker.lineage.naming.engines import engine_named
from glueline_worker.lineage.naming.options_view import Options, listed, plain
from glueline_worker.lineage.naming.paths import location, s3
from glueline_worker.lineage.naming.queries import is_query, query_tables, written_instead
from glueline_worker.lineage.naming.services import bigquery, kafka, mongodb, opensearch
from glueline_worker.lineage.naming.spark import spark_table
from glueline_worker.lineage.naming.text import UNKNOWN, split_name

Datasets = tuple[Dataset, ...]


def from_options(
    connection_type: str,
    options: Mapping[str, object],
    around: Surroundings,
    *,
    format: str | None = None,  # noqa: A002 - Glue's own name for it
) -> Datasets:
    """The datasets that Glue's ``connection_options`` or Spark's reader options point at.

    ``format`` is Glue's or Spark's format of the data (``hudi``, ``iceberg`` …). Empty when
    nothing in the options says what is read or written.
    """
    source = _Source(plain(connection_type), plain(format or ""), Options(options, around), around)
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
    options: Options
    around: Surroundings


def _paths(source: _Source) -> Datasets:
    """Paths of files. What is said to be S3 needs no scheme."""
    name = s3 if source.kind.startswith("s3") else location
    paths = source.options.texts("paths", "path")
    return tuple(name(path, source.around) for entry in paths for path in listed(entry))


def _lake(source: _Source) -> Datasets:
    """Hudi, Iceberg, Delta and Spark connectors: a path, a table of the catalogue, or both."""
    found = list[Dataset]()
    for path in source.options.texts("paths", "path", "hoodiebasepath"):
        is_table = "." in path and "/" not in path
        found.append(
            spark_table(split_name(path), source.around)
            if is_table
            else location(path, source.around)
        )
    table = source.options.text("hoodiedatasourcehivesynctable", "hoodietablename")
    database = source.options.text("hoodiedatasourcehivesyncdatabase", "hoodiedatabasename")
    if not database and source.options.text("hoodiedatasourcehivesyncenable").lower() == "true":
        database = "default"  # Hudi's own default
    if table and database:
        found.append(catalog_table(database, table, source.around))
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
        return tuple(glue_connection(connection, topic, source.around) for topic in topics)
    return tuple(kafka(servers or UNKNOWN, topic, source.around) for topic in topics if topic)


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
    return (kinesis(stream, source.around),) if stream else ()


def _dynamodb(source: _Source) -> Datasets:
    options = source.options
    table = options.ending("tablearn") or options.ending("tablename") or options.text("table")
    return (dynamodb(table, source.around),) if table else ()


def _mongodb(source: _Source) -> Datasets:
    options = source.options
    collection = options.text("collection") or options.ending("collection")
    if not collection:
        return ()
    database = options.text("database") or options.ending("database")
    uri = options.text("connectionuri", "uri") or options.ending("uri")
    connection = options.text("connectionname")
    if connection and not uri:
        named = glue_connection(connection, collection, source.around, database=database)
        return (named,)
    return (mongodb(uri or UNKNOWN, database, collection, source.around),)


def _bigquery(source: _Source) -> Datasets:
    options = source.options
    table = options.text("table", "dbtable", "path", "sourcequery")
    query = options.text("query")
    if not table and not query:
        return ()
    project = options.text("project", "parentproject", "projectid")
    dataset = options.text("dataset", "schemaname")
    names = _names(table, query, "bigquery")
    return tuple(bigquery(name, source.around, project=project, dataset=dataset) for name in names)


def _opensearch(source: _Source) -> Datasets:
    options = source.options
    index = options.text("opensearchresource", "esresource", "resource", "index", "path")
    index = index or options.ending("resource")
    nodes = options.text("opensearchnodes", "esnodes", "nodes") or UNKNOWN
    port = options.text("opensearchport", "esport")
    return (opensearch(nodes, index, source.around, port),) if index else ()


def _cosmos(source: _Source) -> Datasets:
    options = source.options
    container = options.ending("container")
    if not container:
        return ()
    host = options.ending("accountendpoint").removeprefix("https://").split("/")[0].split(":")[0]
    namespace = f"azurecosmos://{host or UNKNOWN}/dbs/{options.ending('database') or UNKNOWN}"
    return (Dataset(namespace=namespace, name=f"colls/{container}"),)


def _database(source: _Source) -> Datasets:
    """A relational database: by URL, else by Glue connection."""
    options, around = source.options, source.around
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
            jdbc(url or UNKNOWN, name, around, engine=engine, database=database, schema=schema)
            for name in names
        )
    return tuple(
        glue_connection(connection, name, around, database=database, schema=schema, engine=engine)
        for name in names
    )


def _engine_word(source: _Source, url: str, connection: str) -> str:
    """What tells the engine: the URL, the type or format, the driver, the connection."""
    known = properties(connection, source.around).get("JDBC_CONNECTION_URL", "")
    words = (url.partition("//")[0], known.partition("//")[0], source.kind, source.format)
    driver = source.options.text("driver", "classname")
    return next((word for word in (*words, driver) if word and engine_named(word)), "")


def _names(table: str, query: str, engine: str, actions: str = "") -> list[str]:
    """The tables asked for: those inside a query, those that a staging table is merged into."""
    text = table or query
    found = engine_named(engine) if engine else None
    dialect = found.dialect if found else engine
    if is_query(text):
        return query_tables(text, dialect) or ["{query}"]
    return (actions and written_instead(text, actions, dialect)) or [text]


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
