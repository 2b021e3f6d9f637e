"""Whole runs with a user of few rights, on one node of a cluster, and without HELLO."""

import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from celery import Celery
from tests.support.system import System, eventually

from glueline import RunState
from glueline.celery_app import make_celery_app
from glueline_simulator import Simulator
from glueline_worker.local.server import EmbeddedRedis

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"


def rule_on_the_page() -> str:
    (line,) = re.findall(r"^ACL SETUSER .*$", PAGE.read_text(), re.MULTILINE)
    return line


@pytest.fixture
def admin(redis_server: EmbeddedRedis) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_server.url, decode_responses=True) as client:
        client.execute_command("ACL", "LOG", "RESET")
        yield client
        for user in client.execute_command("ACL", "USERS"):
            if user != "default":
                client.execute_command("ACL", "DELUSER", user)


def url_of(server: EmbeddedRedis, user: str, password: str) -> str:
    return f"redis://{user}:{password}@127.0.0.1:{server.port}/0"


def denied(admin: redis.Redis) -> list[tuple[str, str]]:
    found = admin.execute_command("ACL", "LOG", "100")
    return [(one["reason"], one["object"]) for one in found]


def test_the_line_on_the_page_gives_all_rights(
    system: Callable[..., System],
    simulator: Callable[..., Simulator],
    redis_server: EmbeddedRedis,
    admin: redis.Redis,
):
    admin.execute_command(*shlex.split(rule_on_the_page()))
    sim = simulator(databases=2, tables=3, jobs=2)
    the_system = system(
        sim, redis_url=url_of(redis_server, "glueline", "PASSWORD"), key_prefix="glueline:"
    )
    run = the_system.producer.enqueue_catalog()
    assert the_system.wait(run.run_id).state is RunState.SUCCEEDED
    again = the_system.producer.enqueue_catalog(idempotency_key="k")
    assert the_system.wait(again.run_id).state is RunState.SUCCEEDED
    app = make_celery_app(the_system.settings)
    eventually(lambda: app.control.ping(timeout=0.5))  # Celery's remote control, as Flower uses it
    assert _hears_events(app)
    app.close()
    assert denied(admin) == []


def _hears_events(app: Celery) -> bool:
    """Workers send a heartbeat every two seconds."""
    heard: list[Any] = []
    with app.connection_for_read() as connection:

        def hear(event: Any) -> None:
            heard.append(event)
            receiver.should_stop = True

        receiver = app.events.Receiver(connection, handlers={"*": hear})
        receiver.capture(limit=None, timeout=60, wakeup=False)
    return bool(heard)


def test_channels_are_not_needed(
    system: Callable[..., System],
    simulator: Callable[..., Simulator],
    redis_server: EmbeddedRedis,
    admin: redis.Redis,
    prefix: str,
):
    rights = (f"~{prefix}*", "resetchannels", "+@all", "-info", "-config", "-select")
    admin.execute_command("ACL", "SETUSER", "narrow", "reset", "on", ">pw", *rights)
    sim = simulator(databases=1, tables=2, jobs=1)
    the_system = system(sim, redis_url=url_of(redis_server, "narrow", "pw"))
    run = the_system.producer.enqueue_catalog()
    assert the_system.wait(run.run_id).state is RunState.SUCCEEDED
    eventually(lambda: "redis.no_remote_control" in the_system.logs())
    # Each was tried once: Celery does not connect anew for ever.
    assert {what for reason, what in denied(admin) if reason != "channel"} <= {"info"}


def test_a_worker_that_lacks_a_right_says_which(
    system: Callable[..., System], redis_server: EmbeddedRedis, admin: redis.Redis, prefix: str
):
    rights = (f"~{prefix}*", "&*", "+@all", "-brpop")
    admin.execute_command("ACL", "SETUSER", "poor", "reset", "on", ">pw", *rights)
    the_system = system("http://127.0.0.1:1", redis_url=url_of(redis_server, "poor", "pw"))
    eventually(lambda: "may not run BRPOP on keys that begin with" in the_system.logs())
    assert "Traceback" not in the_system.logs()


class Configured(EmbeddedRedis):
    """With more lines in its configuration."""

    def __init__(self, *lines: str) -> None:
        super().__init__()
        self._lines = lines

    def _configuration(self) -> str:
        return "\n".join((super()._configuration(), *self._lines))


@contextmanager
def cluster_node() -> Iterator[EmbeddedRedis]:
    """One node of a cluster that has all slots, and neither HELLO nor CONFIG."""
    with Configured(
        "cluster-enabled yes",
        'rename-command HELLO ""',
        'rename-command CONFIG ""',
        "maxmemory-policy allkeys-lru",
    ) as server:
        client = redis.Redis.from_url(server.url, decode_responses=True, protocol=2)
        for first in range(0, 16384, 4096):
            client.execute_command("CLUSTER", "ADDSLOTS", *range(first, first + 4096))
        eventually(lambda: "cluster_state:ok" in str(client.execute_command("CLUSTER", "INFO")))
        yield server


def test_a_node_of_a_cluster_serves_a_prefix_with_a_hash_tag(
    system: Callable[..., System], simulator: Callable[..., Simulator]
):
    with cluster_node() as server:
        sim = simulator(databases=2, tables=3, jobs=2)
        the_system = system(sim, redis_url=server.url, key_prefix="{glueline}:")
        run = the_system.producer.enqueue_catalog()
        assert the_system.wait(run.run_id).state is RunState.SUCCEEDED, the_system.logs()
        other = the_system.producer.enqueue_database("raw_sales_0000", idempotency_key="k")
        assert the_system.wait(other.run_id).state is RunState.SUCCEEDED
        assert "Error" not in the_system.logs()
        (log,) = the_system.folder.glob("worker-*.log")
        assert '"policy": "allkeys-lru"' in log.read_text()  # and it is warned of
        with pytest.raises(Exception, match=r"as \{glueline\}:"):
            system(sim, workers=0, redis_url=server.url).producer.enqueue_catalog()
        the_system.stop()


def test_options_of_the_url_hold_for_ledger_and_queue(
    system: Callable[..., System], simulator: Callable[..., Simulator], redis_server: EmbeddedRedis
):
    options = "?db=3&health_check_interval=30&socket_timeout=8&protocol=3&max_connections=20"
    address = urlsplit(redis_server.url)
    url = f"redis://{address.netloc}/0{options}&client_name=metadata&lib_name=mine"
    the_system = system(simulator(databases=1, tables=2, jobs=0), redis_url=url)
    run = the_system.producer.enqueue_catalog()
    assert the_system.wait(run.run_id).state is RunState.SUCCEEDED
    with redis.Redis.from_url(redis_server.url, decode_responses=True) as client:
        mine: list[dict[str, Any]] = [
            one for one in client.client_list() if one["name"] == "metadata"
        ]
    assert {one["db"] for one in mine} == {"3"}
    assert any(one["cmd"] in {"brpop", "subscribe"} for one in mine)
    assert {one["lib-name"] for one in mine} == {"mine"}
