"""Datasets of services with a naming of their own: Kafka, MongoDB, BigQuery, OpenSearch."""

import re

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.naming.databases import parse_url
from glueline_worker.lineage.naming.engines import DATABASE_ENGINES, DatabaseEngine
from glueline_worker.lineage.naming.text import (
    EMPTY_CONTEXT,
    UNKNOWN_NAME,
    resolve_arguments,
    split_name,
    strip_quotes,
)

_KAFKA = DatabaseEngine("kafka", 9092)
_OPENSEARCH = DatabaseEngine("opensearch", 9200)
_PROTOCOL = re.compile(r"^[a-z][\w+.]*://", re.IGNORECASE)
_HTTP = re.compile(r"^(https?)://", re.IGNORECASE)


def name_kafka_topic(servers: str, topic: str, context: LineageContext = EMPTY_CONTEXT) -> Dataset:
    """Return a Kafka topic by the first of its bootstrap servers."""
    first = resolve_arguments(servers, context).split(",")[0].strip()
    name = strip_quotes(resolve_arguments(topic, context)) or UNKNOWN_NAME
    return Dataset(namespace=_make_namespace(first, _KAFKA), name=name)


def name_mongodb_collection(
    uri: str, database: str, collection: str, context: LineageContext = EMPTY_CONTEXT
) -> Dataset:
    """Return a MongoDB or DocumentDB collection; without ``database``, in that of the URI."""
    address = parse_url(
        _remove_protocol(resolve_arguments(uri, context)), DATABASE_ENGINES["mongodb"]
    )
    parts = (resolve_arguments(database, context) or address.database, collection)
    name = ".".join(
        filter(None, (strip_quotes(resolve_arguments(part, context)) for part in parts))
    )
    return Dataset(namespace=address.namespace, name=name or UNKNOWN_NAME)


def name_bigquery_table(
    table: str, context: LineageContext = EMPTY_CONTEXT, *, project: str = "", dataset: str = ""
) -> Dataset:
    """Return a BigQuery table; ``table`` may have its own ``project.dataset.`` or ``project:``."""
    parts = split_name(resolve_arguments(table, context).replace(":", "."))
    before = [resolve_arguments(text, context) for text in (project, dataset)]
    name = ".".join(filter(None, (*before[: max(0, 3 - len(parts))], *parts)))
    return Dataset(namespace="bigquery", name=name or UNKNOWN_NAME)


def name_opensearch_index(
    nodes: str, index: str, context: LineageContext = EMPTY_CONTEXT, port: str = ""
) -> Dataset:
    """Return an OpenSearch or Elasticsearch index by the first of the cluster's nodes."""
    node = resolve_arguments(nodes, context).split(",")[0].strip()
    secure = _HTTP.match(node)
    engine = (
        DatabaseEngine("opensearch", 443)
        if secure and secure[1].lower() == "https"
        else _OPENSEARCH
    )
    name = strip_quotes(resolve_arguments(index, context)).strip("/").split("/")[0]
    if port.isdigit():
        engine = DatabaseEngine("opensearch", int(port))
    return Dataset(namespace=_make_namespace(node, engine), name=name or UNKNOWN_NAME)


def _make_namespace(server: str, engine: DatabaseEngine) -> str:
    return parse_url(_remove_protocol(server), engine).namespace


def _remove_protocol(url: str) -> str:
    """Return the URL from its ``//`` on: the engine already tells the protocol."""
    return _PROTOCOL.sub("//", url.strip()).replace("mongodb+srv:", "", 1)
