"""Datasets of services with a naming of their own: Kafka, MongoDB, BigQuery, OpenSearch."""

import re

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import Surroundings
from glueline_worker.lineage.naming.databases import parse_url
from glueline_worker.lineage.naming.engines import ENGINES, Engine
from glueline_worker.lineage.naming.text import (
    NOTHING,
    UNKNOWN,
    resolve_arguments,
    split_name,
    unquoted,
)

_KAFKA = Engine("kafka", 9092)
_OPENSEARCH = Engine("opensearch", 9200)
_PROTOCOL = re.compile(r"^[a-z][\w+.]*://", re.IGNORECASE)
_HTTP = re.compile(r"^(https?)://", re.IGNORECASE)


def kafka(servers: str, topic: str, around: Surroundings = NOTHING) -> Dataset:
    """A Kafka topic by the first of its bootstrap servers."""
    first = resolve_arguments(servers, around).split(",")[0].strip()
    name = unquoted(resolve_arguments(topic, around)) or UNKNOWN
    return Dataset(namespace=_namespace(first, _KAFKA), name=name)


def mongodb(uri: str, database: str, collection: str, around: Surroundings = NOTHING) -> Dataset:
    """A MongoDB or DocumentDB collection; an empty ``database`` is taken from the URI."""
    address = parse_url(_bare(resolve_arguments(uri, around)), ENGINES["mongodb"])
    parts = (resolve_arguments(database, around) or address.database, collection)
    name = ".".join(filter(None, (unquoted(resolve_arguments(part, around)) for part in parts)))
    return Dataset(namespace=address.namespace, name=name or UNKNOWN)


def bigquery(
    table: str, around: Surroundings = NOTHING, *, project: str = "", dataset: str = ""
) -> Dataset:
    """A BigQuery table; ``table`` may bring its own ``project.dataset.`` or ``project:``."""
    parts = split_name(resolve_arguments(table, around).replace(":", "."))
    before = [resolve_arguments(text, around) for text in (project, dataset)]
    name = ".".join(filter(None, (*before[: max(0, 3 - len(parts))], *parts)))
    return Dataset(namespace="bigquery", name=name or UNKNOWN)


def opensearch(nodes: str, index: str, around: Surroundings = NOTHING, port: str = "") -> Dataset:
    """An OpenSearch or Elasticsearch index by the first of the cluster's nodes."""
    node = resolve_arguments(nodes, around).split(",")[0].strip()
    secure = _HTTP.match(node)
    engine = Engine("opensearch", 443) if secure and secure[1].lower() == "https" else _OPENSEARCH
    name = unquoted(resolve_arguments(index, around)).strip("/").split("/")[0]
    if port.isdigit():
        engine = Engine("opensearch", int(port))
    return Dataset(namespace=_namespace(node, engine), name=name or UNKNOWN)


def _namespace(server: str, engine: Engine) -> str:
    return parse_url(_bare(server), engine).namespace


def _bare(url: str) -> str:
    """The URL from its ``//`` on: the protocol says nothing that the engine does not."""
    return _PROTOCOL.sub("//", url.strip()).replace("mongodb+srv:", "", 1)
