"""Messages with a priority come to the queue, each once and in their order."""

import asyncio

import pytest
import redis
import redis.asyncio

from glueline.ledger import AsyncLedger, Keys
from glueline.ledger.priority_lists import is_priority_list
from glueline.redis.auto_pipeline import AutoPipeline
from glueline_worker.broker.priority_lists import PriorityLists
from glueline_worker.local.server import EmbeddedRedis


@pytest.mark.parametrize(
    ("end", "is_one"),
    [
        ("\x06\x163", True),
        (":1", True),
        ("__255", True),
        ("", False),
        ("3", False),
        (":", False),
        ("2:glueline", False),
        (":glueline", False),
        (":1:sealed", False),
    ],
)
def test_a_list_is_known_by_its_name(end: str, *, is_one: bool):
    assert is_priority_list(Keys("p:"), f"p:glueline{end}") is is_one


async def test_none_is_lost_and_none_comes_twice_with_several_collectors(
    redis_server: EmbeddedRedis, client: redis.Redis, prefix: str
):
    prefix = f"[{prefix}*"
    keys = Keys(prefix)
    names = [f"{keys.queue}{end}" for end in ("\x06\x163", ":9", "|42")]
    for name in names:
        client.lpush(name, *(f"{name}/{n}" for n in range(1500)))
    client.lpush(keys.queue, "first")
    client.set(f"{keys.queue}:1", "no list")
    client.lpush(f"{prefix}glueline2:glueline", "of another Glueline")
    looping = redis.asyncio.Redis.from_url(redis_server.url)
    ledger = AsyncLedger(AutoPipeline(looping))
    lists = [PriorityLists(looping, ledger, keys) for _ in range(2)]
    while any([client.exists(*names), *await asyncio.gather(*(one.collect() for one in lists))]):
        pass
    await looping.aclose()
    found = client.lrange(keys.queue, 0, -1)[::-1]
    assert found[0] == "first"
    assert len(found) == len(set(found)) == 1 + 3 * 1500
    for name in names:
        assert [one for one in found if one.startswith(f"{name}/")] == [
            f"{name}/{n}" for n in range(1500)
        ]
    assert client.llen(f"{prefix}glueline2:glueline") == 1


async def test_without_the_right_to_scan_the_usual_lists_are_read(
    redis_server: EmbeddedRedis, client: redis.Redis, prefix: str
):
    rights = ("reset", "on", ">pw", f"~{prefix}*", "+@all", "-scan")
    client.execute_command("ACL", "SETUSER", prefix, *rights)
    user = redis.asyncio.Redis(port=redis_server.port, username=prefix, password="pw")
    client.lpush(f"{prefix}glueline\x06\x166", "m")
    lists = PriorityLists(user, AsyncLedger(AutoPipeline(user)), Keys(prefix))
    assert [await lists.collect(), await lists.collect()] == [1, 0]
    await user.aclose()
    client.execute_command("ACL", "DELUSER", prefix)
