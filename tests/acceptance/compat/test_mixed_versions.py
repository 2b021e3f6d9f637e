"""What an older Glueline left on the queue and in the ledger still runs.

``schema_1.json`` was written by version 0.1.0 before its units had ranges and its options
``full``: a message of each kind, and all that Redis held just after a run was opened. It stays as
it is; a newer schema gets a file of its own.
"""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
from tests.support.poison import envelope
from tests.support.system import System, eventually

from glueline import RunState
from glueline.contract.errors import UsageError
from glueline.contract.messages import UNIT_KINDS, parse_message
from glueline_simulator import Simulator
from glueline_worker.local.server import EmbeddedRedis

FROZEN = json.loads((Path(__file__).parent / "schema_1.json").read_text())
MESSAGES = FROZEN["messages"]
PREFIX = "compat:"
RUN = next(key for key in FROZEN["redis"] if key.startswith(f"{PREFIX}run:")).split(":")[2]


def restore(client: redis.Redis) -> None:
    """Put Redis into the state that the older version left."""
    for key, frozen in FROZEN["redis"].items():
        value = frozen["value"]
        match frozen["type"]:
            case "hash":
                client.hset(key, mapping=value)
            case "zset":
                client.zadd(key, dict(value))
            case "set":
                client.sadd(key, *value)
            case "list":
                client.rpush(key, *value)
            case "string":
                client.set(key, value)


@pytest.fixture
def old(redis_server: EmbeddedRedis) -> Any:
    """A client of the server, which holds the older version's keys for the time of the test."""
    with redis.Redis.from_url(redis_server.url, decode_responses=True) as client:
        restore(client)
        yield client
        for key in client.keys(f"{PREFIX}*"):
            client.delete(key)


def test_there_is_a_message_of_every_old_kind():
    assert {message["kind"] for message in MESSAGES} <= {*UNIT_KINDS, "request"}
    assert len({message["kind"] for message in MESSAGES}) == 7


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message["kind"])
def test_an_old_message_is_understood_and_keeps_its_unit(message: dict[str, Any]):
    found = parse_message(message)
    told = found.model_dump(mode="json")
    assert (
        message.items() <= {**told, **{k: v for k, v in message.items() if k == "options"}}.items()
    )
    assert getattr(found, "options", None) is None or (
        message["options"].items() <= told["options"].items()
    )


@pytest.mark.parametrize("is_lost", [False, True], ids=["queued", "messages-lost"])
def test_a_run_that_an_older_version_opened_ends_well(
    system: Callable[..., System],
    simulator: Callable[..., Simulator],
    old: redis.Redis,
    is_lost: bool,  # noqa: FBT001
):
    """With its messages, and without them, when only the ledger tells of it."""
    if is_lost:
        old.delete(f"{PREFIX}glueline")
    the_system = system(simulator(databases=2, tables=3, jobs=1), key_prefix=PREFIX)
    assert the_system.wait(RUN).state is RunState.SUCCEEDED
    assert the_system.kinds(RUN)["table"] == 6
    newer = the_system.producer.enqueue_catalog()
    assert newer.generation > int(FROZEN["redis"][f"{PREFIX}generation:default"]["value"])
    assert the_system.wait(newer.run_id).state is RunState.SUCCEEDED


def test_an_old_run_can_be_seen_and_cancelled(
    system: Callable[..., System], simulator: Callable[..., Simulator], old: redis.Redis
):
    the_system = system(simulator(databases=1, tables=1, jobs=0), workers=0, key_prefix=PREFIX)
    assert the_system.producer.status(RUN).state is RunState.RUNNING
    the_system.producer.cancel(RUN)
    assert the_system.producer.status(RUN).state is RunState.CANCELLED


@pytest.mark.parametrize("message", [MESSAGES[0], MESSAGES[2]], ids=lambda m: m["kind"])
def test_a_message_of_a_newer_schema_is_a_dead_letter_with_a_sentence(
    system: Callable[..., System],
    simulator: Callable[..., Simulator],
    client: redis.Redis,
    message: dict[str, Any],
):
    newer = {**message, "schema_version": 2}
    with pytest.raises(UsageError, match="schema_version"):
        parse_message(newer)
    the_system = system(simulator(databases=1, tables=1, jobs=0))
    queue = f"{the_system.settings.key_prefix}glueline"
    client.lpush(queue, json.dumps(envelope([newer], f"glueline.{message['kind']}")))
    (letter,) = eventually(the_system.producer.dead_letters)
    assert "schema_version" in letter.reason
    assert "\n" not in letter.reason
    assert "schema_version" in letter.body


def test_old_messages_on_the_queue_are_those_of_the_ledger():
    """The fixture is whole: each open unit has its message."""
    bodies = [
        json.loads(base64.b64decode(json.loads(text)["body"]))[0][0]
        for text in FROZEN["redis"][f"{PREFIX}glueline"]["value"]
    ]
    open_units = [unit for unit, _ in FROZEN["redis"][f"{PREFIX}run:{RUN}:open"]["value"]]
    assert sorted(parse_message(body).unit_id for body in bodies) == sorted(open_units)
