"""``connection_type`` and ``connection_options`` (or Spark's format and options) into datasets."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import Surroundings
from glueline_worker.lineage.naming.aws import catalog_table, dynamodb, kinesis
from glueline_worker.lineage.naming.connections import glue_connection, properties
from glueline_worker.lineage.naming.databases import jdbc
from glueline_worker.lineage.naming.engines import engine_named
from glueline_worker.lineage.naming.paths import location, s3
from glueline_worker.lineage.naming.queries import is_query, query_tables, written_instead
from glueline_worker.lineage.naming.services import bigquery, kafka, mongodb, opensearch
from glueline_worker.lineage.naming.spark import spark_table
from glueline_worker.lineage.naming.text import UNKNOWN, resolve_arguments, split_name

Datasets = tuple[Dataset, ...]


class Options:
    """Options whose keys are compared without case and punctuation, as texts.

    So ``bootstrap.servers``, ``kafka.bootstrap.servers`` and Glue Studio's ``BootstrapServers``
    are asked for in one way.
    """

    def __init__(self, options: Mapping[str, object], around: Surroundings) -> None:
        self._values = {plain(key): value for key, value in options.items()}
        self._around = around

    def text(self, *keys: str) -> str:
        """The first of ``keys`` that has a text; empty when none has."""
        return next(iter(self.texts(*keys)), "")

    def texts(self, *keys: str) -> list[str]:
        """All texts of the first of ``keys`` that has any."""
        for key in keys:
            if found := [
                resolved
                for text in _texts(self._values.get(key))
                if (resolved := resolve_arguments(text, self._around).strip())
            ]:
                return found
        return []

    def ending(self, ending: str) -> str:
        """The text of the first key that ends so."""
        keys = (key for key in self._values if key.endswith(ending))
        return next(filter(None, map(self.text, keys)), "")


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


def plain(key: object) -> str:
    """A key or type without case and punctuation."""
    return "".join(character for character in str(key).lower() if character.isalnum())


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
    return tuple(name(path, source.around) for entry in paths for path in _listed(entry))


def _lake(source: _Source) -> Datasets:
    """Hudi, Iceberg and Delta: a path, a table of the catalogue, or both."""
    found = list[Dataset]()
    for path in source.options.texts("paths", "path", "hoodiebasepath"):
        plain_name = "/" not in path and ":" not in path and "." in path
        named = spark_table(split_name(path), source.around) if plain_name else None
        found.append(named or location(path, source.around))
    table = source.options.text("hoodiedatasourcehivesynctable", "hoodietablename")
    database = source.options.text("hoodiedatasourcehivesyncdatabase", "hoodiedatabasename")
    if table and database:
        found.append(catalog_table(database, table, source.around))
    return tuple(found)


def _kafka(source: _Source) -> Datasets:
    options = source.options
    servers = options.text("bootstrapservers", "kafkabootstrapservers", "brokers")
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
    stream = source.options.text("streamarn", "streamname", "stream")
    return (kinesis(stream, source.around),) if stream else ()


def _dynamodb(source: _Source) -> Datasets:
    table = source.options.text("tablearn", "tablename", "table") or source.options.ending(
        "tablename"
    )
    table = table or source.options.ending("tablearn")
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


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, int) and not isinstance(value, bool):
        return (str(value),)
    if isinstance(value, list | tuple | set | frozenset):
        return [entry for entry in value if isinstance(entry, str)]
    return ()


def _listed(entry: str) -> list[str]:
    """The paths of one text: a JSON list (``["s3://a", "s3://b"]``) or URLs with commas."""
    if entry.startswith("["):
        try:
            found = json.loads(entry)
        except (ValueError, RecursionError):
            return [entry]
        return [path for path in found if isinstance(path, str)]
    if entry.count("://") > 1 and "," in entry:
        return [path.strip() for path in entry.split(",") if path.strip()]
    return [entry]


_FAMILIES: tuple[tuple[tuple[str, ...], Callable[[_Source], Datasets]], ...] = (
    (("hudi", "iceberg", "delta"), _lake),
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
