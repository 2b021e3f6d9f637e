"""What a worker looks at before it relies on its Redis."""

import pytest
import redis
import redis.asyncio
from structlog.testing import capture_logs

from glueline.contract.errors import UsageError
from glueline_worker.broker.redis_check import check_redis
from glueline_worker.local.server import EmbeddedRedis


async def check_as(
    server: EmbeddedRedis, client: redis.Redis, prefix: str, *rights: str
) -> list[str]:
    """The events that are logged for a user with ``rights``."""
    client.execute_command("ACL", "SETUSER", prefix, "reset", "on", ">pw", *rights)
    user = redis.asyncio.Redis(port=server.port, username=prefix, password="pw", protocol=2)
    try:
        with capture_logs() as logs:
            await check_redis(user, prefix)
    finally:
        await user.aclose()
        client.execute_command("ACL", "DELUSER", prefix)
    return [line["event"] for line in logs]


@pytest.mark.parametrize(
    ("rights", "said"),
    [
        ("~{prefix}* +@all -brpop -zadd", "may not run BRPOP, ZADD on keys that begin with"),
        ("~{prefix}* +@all -multi", "may not run WATCH, MULTI and EXEC"),
        ("~{prefix}* +@all -watch", "may not run WATCH, MULTI and EXEC"),
        ("~{prefix}* +@all -time", "may not run EVALSHA"),
        ("~{prefix}* +@all -script", "may not run SCRIPT LOAD"),
        ("~other:* +@all", "may not run LPUSH"),
        ("%R~{prefix}* +@all", "may not run LPUSH"),
    ],
)
async def test_a_missing_right_is_named(
    redis_server: EmbeddedRedis, client: redis.Redis, prefix: str, rights: str, said: str
):
    with pytest.raises(UsageError, match=said):
        await check_as(redis_server, client, prefix, *rights.replace("{prefix}", prefix).split())
    assert client.keys(f"{prefix}*") == []


async def test_the_policy_is_looked_at_where_that_is_allowed(
    redis_server: EmbeddedRedis, client: redis.Redis, prefix: str
):
    assert await check_as(redis_server, client, prefix, f"~{prefix}*", "+@all") == []
    client.config_set("maxmemory-policy", "volatile-lru")
    try:
        rights = (f"~{prefix}*", "+@all")
        assert await check_as(redis_server, client, prefix, *rights) == ["redis.evicts"]
        assert await check_as(redis_server, client, prefix, *rights, "-info", "-config") == []
    finally:
        client.config_set("maxmemory-policy", "noeviction")


async def test_a_redis_that_is_away_is_waited_for(prefix: str):
    await check_redis(redis.asyncio.Redis(port=1), prefix)
