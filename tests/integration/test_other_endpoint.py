"""The whole job against an endpoint that is not ours: moto knows Glue, and no GetDataflowGraph."""

from collections.abc import Callable, Iterator
from contextlib import closing

import boto3
import pytest
from moto.server import ThreadedMotoServer
from tests.support.system import System

from glueline import Options, RunState

SCRIPT = """
from awsglue.context import GlueContext
from pyspark.context import SparkContext

glueContext = GlueContext(SparkContext.getOrCreate())
## @type: DataSource
## @args: [database = "shop", table_name = "orders"]
## @return: orders
orders = glueContext.create_dynamic_frame.from_catalog(database="shop", table_name="orders")
glueContext.write_dynamic_frame.from_options(
    frame=orders, connection_type="s3", connection_options={"path": "s3://lake/copy/"}, format="parquet"
)
"""
NODES = {
    "node-1": {"CatalogSource": {"Name": "in", "Database": "shop", "Table": "orders"}},
    "node-2": {
        "S3DirectTarget": {
            "Name": "out",
            "Inputs": ["node-1"],
            "Path": "s3://lake/seen/",
            "Format": "json",
        }
    },
}


@pytest.fixture
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    _fill(url)
    yield url
    server.stop()


def test_what_an_endpoint_does_not_know_is_a_warning(
    moto: str, system: Callable[..., System]
) -> None:
    running = system(moto)
    accepted = running.producer.enqueue_catalog(options=Options(partitions="all"))
    run = running.wait(accepted.run_id, seconds=20)
    assert run.state is RunState.SUCCEEDED, running.producer.failures(run.run_id)
    assert running.kinds(run.run_id) == {
        "database": 1,
        "table": 2,
        "partition": 3,
        "partition_summary": 1,
        "job": 2,
        "lineage": 2,
    }
    (warning,) = running.producer.warnings(run.run_id)
    assert "GetDataflowGraph" in warning
    assert "does not know this operation" in warning
    edges = [record for record in running.records(run.run_id) if record["kind"] == "lineage"]
    assert {(edge["upstream"]["name"], edge["downstream"]["name"]) for edge in edges} == {
        ("table/shop/orders", "copy"),
        ("table/shop/orders", "seen"),
    }


def _fill(url: str) -> None:
    with closing(boto3.client("glue", "eu-west-1", endpoint_url=url)) as glue:
        glue.create_database(DatabaseInput={"Name": "shop"})
        storage = {"Columns": [{"Name": "id", "Type": "bigint"}], "Location": "s3://lake/orders/"}
        for name in ("orders", "refunds"):
            keys = [{"Name": "dt", "Type": "date"}] if name == "orders" else []
            table = {"Name": name, "StorageDescriptor": storage, "PartitionKeys": keys}
            glue.create_table(DatabaseName="shop", TableInput=table)
        for day in (1, 2, 3):
            partition = {"Values": [f"2025-01-0{day}"], "StorageDescriptor": storage}
            glue.create_partition(DatabaseName="shop", TableName="orders", PartitionInput=partition)
        command = {"Name": "glueetl", "ScriptLocation": "s3://scripts/copy.py"}
        glue.create_job(Name="copy", Role="glue", Command=command)
        glue.create_job(
            Name="seen",
            Role="glue",
            Command={**command, "ScriptLocation": "s3://scripts/seen.py"},
            CodeGenConfigurationNodes=NODES,
        )
    with closing(boto3.client("s3", "us-east-1", endpoint_url=url)) as s3:
        s3.create_bucket(Bucket="scripts")
        s3.put_object(Bucket="scripts", Key="copy.py", Body=SCRIPT)
        s3.put_object(Bucket="scripts", Key="seen.py", Body="import sys\n")
