"""Secrets come in from everywhere and get out nowhere."""

import json
import re
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
import pytest
import redis
from psycopg import sql
from tests.support.command import glueline
from tests.support.postgres import PASSWORD, postgres_server
from tests.support.system import System, eventually, variables

from glueline import Options, RunState
from glueline.settings import Source
from glueline_simulator import Simulator

PLANTED = {
    "environment": ("wJalrXUtnFEMIK7MDENGbPxRfiCYplantedKEY00", "session-0planted"),
    "job": ("argument-0planted", "option-0planted"),
    "connection": ("connection-0planted", "jdbcurl-0planted"),
    "script": ("literal-0planted", "passed-0planted", "scripturl-0planted", "keyed-0planted"),
    "nodes": ("node-0planted",),
    "annotation": ("annotated-0planted",),
    "table": ("parameter-0planted", "tableurl-0planted"),
    "endpoint": ("endpoint-0planted",),
    "message": ("message-0planted", "unreadable-0planted"),
}

SCRIPT = """
## @type: DataSource
## @args: [connection_type = "mysql", connection_options = {"url": "jdbc:mysql://db/shop", "dbtable": "orders", "user": "etl", "password": "annotated-0planted"}]
## @return: orders
password = "literal-0planted"
orders = (
    spark.read.format("jdbc")
    .option("url", "jdbc:postgresql://db:5432/shop?user=etl&password=scripturl-0planted")
    .option("dbtable", "orders")
    .option("password", "passed-0planted")
    .load()
)
glueContext.write_dynamic_frame.from_options(
    frame=orders,
    connection_type="mysql",
    connection_options={
        "url": "jdbc:mysql://etl:scripturl-0planted@db:3306/shop",
        "dbtable": "copies",
        "password": "keyed-0planted",
    },
)
"""
NODES = {
    "node-1": {"CatalogSource": {"Name": "in", "Database": "shop", "Table": "orders"}},
    "node-2": {
        "SparkConnectorTarget": {
            "Name": "out",
            "Inputs": ["node-1"],
            "ConnectionName": "warehouse",
            "ConnectionType": "marketplace.spark",
            "ConnectorName": "snow",
            "AdditionalOptions": {"dbtable": "t", "sfPassword": "node-0planted"},
        }
    },
}
CATALOGUE = {
    "databases": {
        "shop": {
            "tables": {
                "orders": {
                    "columns": {"id": "bigint"},
                    "location": "jdbc:mysql://etl:tableurl-0planted@db/shop",
                    "parameters": {
                        "db.password": "parameter-0planted",
                        "url": "jdbc:mysql://db/shop?user=etl&password=tableurl-0planted",
                    },
                }
            }
        }
    },
    "jobs": {
        "copy": {
            "script": SCRIPT,
            "connections": ["warehouse"],
            "arguments": {
                "--db_password": "argument-0planted",
                "--conf": "spark.hadoop.fs.password=option-0planted",
            },
        },
        "seen": {"script": "import sys", "nodes": NODES},
    },
    "connections": {
        "warehouse": {
            "type": "JDBC",
            "properties": {
                "JDBC_CONNECTION_URL": "jdbc:mysql://etl:jdbcurl-0planted@db:3306/shop",
                "USERNAME": "etl",
                "PASSWORD": "connection-0planted",
            },
        }
    },
}
POISON = (
    '{"password": "message-0planted"}',
    '{password="unreadable-0planted"',
    "redis://:unreadable-0planted@host",
)


@pytest.fixture
def traffic(client: redis.Redis, redis_server: object) -> Iterator[list[str]]:
    """Every command that the server gets, the short-lived messages and events among them."""
    seen: list[str] = []
    with client.monitor() as monitor:
        thread = threading.Thread(target=_listen, args=(monitor, seen), daemon=True)
        thread.start()
        yield seen
        client.set("glueline-test:end-of-traffic", "1", ex=1)
        thread.join(timeout=5)


def _listen(monitor: redis.client.Monitor, seen: list[str]) -> None:
    for command in monitor.listen():
        seen.append(command["command"])
        if "end-of-traffic" in command["command"]:
            return


def test_no_secret_gets_out(
    simulator: Callable[..., Simulator],
    system: Callable[..., System],
    client: redis.Redis,
    traffic: list[str],
    tmp_path: Path,
) -> None:
    key, token = PLANTED["environment"]
    sim = simulator(catalogue=CATALOGUE)
    gone = Source(endpoint_url="http://glue:endpoint-0planted@127.0.0.1:1", region="eu-west-1")
    with postgres_server() as postgres:
        database = postgres.create_database()
        running = system(
            sim,
            env={"AWS_SECRET_ACCESS_KEY": key, "AWS_SESSION_TOKEN": token},
            sources={"gone": gone},
            log_level="debug",
            sinks=(f"file://{tmp_path}/out", f"sqlite:///{tmp_path}/glue.db", database),
            worker={"call_timeout": 0.5, "attempts": 1},
        )
        options = Options(partitions="all", raw=True)
        run = running.wait(running.producer.enqueue_catalog(options=options).run_id)
        failed = running.wait(running.producer.enqueue_catalog("gone").run_id)
        calm = "\n".join(traffic)
        for poison in POISON:
            client.lpush(f"{running.settings.key_prefix}glueline", poison)
        eventually(lambda: len(running.producer.dead_letters()) == len(POISON))
        stored = _rows(database)

    assert (run.state, failed.state) == (RunState.SUCCEEDED, RunState.FAILED)
    assert running.kinds(run.run_id)["lineage"] >= 2
    env = variables(running.settings, sim.url)
    spoken = [
        glueline(*words, "--json", env=env).out
        for words in (["failures", failed.run_id], ["runs"], ["dead-letters"])
    ]
    assert all(json.loads(text) for text in spoken)
    bodies = [b64decode(body).decode() for body in re.findall(r'"body": "([\w+/=]+)', calm)]
    assert any("databases" in body for body in bodies)
    seen = {
        "Redis": calm,
        "messages": "\n".join(bodies),
        "dead letters": str(client.lrange(f"{running.settings.key_prefix}dead", 0, -1)),
        "PostgreSQL": stored,
        "commands": "\n".join(spoken),
        **{str(path): path.read_text("latin-1") for path in tmp_path.rglob("*") if path.is_file()},
    }
    assert any(name.endswith("worker-1.log") for name in seen)
    password = urlsplit(running.settings.redis_url).password
    assert password
    secrets = [*chain.from_iterable(PLANTED.values()), password, PASSWORD, quote(PASSWORD, safe="")]
    assert not [(secret, place) for secret in secrets for place in seen if secret in seen[place]]


def _rows(database: str) -> str:
    """All rows of all tables as text."""
    texts = []
    with psycopg.connect(database) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (name,) in names.fetchall():
            query = sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(name))
            texts += [row for (row,) in connection.execute(query)]
    assert texts
    return "\n".join(texts)
