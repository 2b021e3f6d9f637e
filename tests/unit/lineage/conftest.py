"""Lineage in a few words, so that a test shows at a glance what it expects."""

import pytest

from glueline_worker.lineage.graph.collapse import collapse
from glueline_worker.lineage.model import LineageContext

CONTEXT = LineageContext(
    region="eu-west-1",
    account="123456789012",
    arguments={"env": "prod", "bucket": "lake", "target": "s3://lake/out/"},
    connections={
        "shop-pg": {"JDBC_CONNECTION_URL": "jdbc:postgresql://pg.example.com:5433/shop"},
        "msk": {"KAFKA_BOOTSTRAP_SERVERS": "b-1.example.com:9094,b-2.example.com:9094"},
    },
    schemas={
        "sales/orders": ("id", "customer_id", "amount", "address"),
        "sales/customers": ("customer_id", "name"),
    },
)


def short(dataset):
    """``glue:sales/orders``, ``s3://bucket/key``: a dataset without the noise of an ARN."""
    namespace = dataset.namespace
    home = "arn:aws:{}:eu-west-1:123456789012"
    for service in ("glue", "kinesis", "dynamodb"):
        if namespace == home.format(service):
            return f"{service}:{dataset.name.removeprefix('table/')}"
    return f"{namespace}/{dataset.name}"


def describe_edges(lineage):
    """Return each edge as ``up -> down`` with its columns as ``up.column > down.column``."""
    found = []
    for edge in lineage.edges:
        columns = "".join(f" {each.upstream}>{each.downstream}" for each in edge.columns)
        found.append(f"{short(edge.upstream)} -> {short(edge.downstream)}{columns}")
    return found


@pytest.fixture
def context():
    return CONTEXT


@pytest.fixture
def edges():
    """The edges of a graph, in words."""
    return lambda graph, context=CONTEXT: describe_edges(collapse(graph, context))


@pytest.fixture
def describe():
    return describe_edges


@pytest.fixture
def name():
    return short
