"""Check Redis before a worker relies on it: the user's rights, and that nothing is evicted."""

from hashlib import sha1
from typing import Any
from uuid import uuid4

import redis.asyncio
import structlog
from redis.exceptions import ReadOnlyError, RedisError, ResponseError

from glueline.contract.errors import UsageError
from glueline.redis.errors import explain, is_denial

_NO_EVICTION = "noeviction"
PROBE_SCRIPT = "redis.call('TIME') return redis.call('EXISTS', KEYS[1])"
log = structlog.get_logger()


async def check_redis(client: redis.asyncio.Redis, prefix: str) -> None:
    """Raise UsageError when the user lacks a right that the queue and the ledger need.

    Celery would try again for ever. A Redis that is away, full or read-only passes the check: the
    worker waits for it.
    """
    try:
        missing = await _find_missing_rights(client, f"{prefix}probe:{uuid4().hex}")
        policy = await _read_eviction_policy(client)
    except ReadOnlyError as error:
        log.warning("redis.read_only", error=explain(error))
        return
    except RedisError:
        return
    if missing:
        raise UsageError(
            f"the Redis user may not run {', '.join(missing)} on keys that begin with {prefix!r}; "
            "the page on operations has the line that gives all rights"
        )
    if policy and policy != _NO_EVICTION:
        log.warning(
            "redis.evicts",
            policy=policy,
            hint="Redis deletes parts of runs when its memory is full: "
            f"set maxmemory-policy to {_NO_EVICTION}",
        )


async def _find_missing_rights(client: redis.asyncio.Redis, key: str) -> list[str]:
    """Try the commands of kombu and of the ledger's scripts, on keys that nothing else uses."""
    list_key, hash_key, set_key, zset_key, text_key = (f"{key}:{n}" for n in range(5))
    commands: list[tuple[Any, ...]] = [
        ("LPUSH", list_key, "1"),
        ("RPUSH", list_key, "1"),
        ("LLEN", list_key),
        ("BRPOP", list_key, 1),
        ("HSET", hash_key, "a", "1"),
        ("HGET", hash_key, "a"),
        ("HDEL", hash_key, "a"),
        ("SADD", set_key, "a"),
        ("SMEMBERS", set_key),
        ("ZADD", zset_key, 1, "a"),
        ("ZRANGE", zset_key, 0, 0),
        ("ZREM", zset_key, "a"),
        ("SET", text_key, "1", "NX", "PX", 1000),
        ("GET", text_key),
        ("SCRIPT LOAD", PROBE_SCRIPT),
        ("EVALSHA", sha1(PROBE_SCRIPT.encode(), usedforsecurity=False).hexdigest(), 1, text_key),
        ("DEL", list_key, hash_key, set_key, zset_key, text_key),
    ]
    async with client.pipeline(transaction=False) as pipeline:
        for command in commands:
            pipeline.execute_command(*command)
        answers = await pipeline.execute(raise_on_error=False)
    for answer in answers:
        if isinstance(answer, ReadOnlyError):
            raise answer
    missing = [
        command[0] for command, answer in zip(commands, answers, strict=True) if is_denial(answer)
    ]
    if not missing and not await _may_transact(client, text_key):
        missing.append("WATCH, MULTI and EXEC")
    return missing


async def _may_transact(client: redis.asyncio.Redis, key: str) -> bool:
    try:
        async with client.pipeline() as pipeline:
            await pipeline.watch(key)
            pipeline.multi()  # type: ignore[no-untyped-call]
            pipeline.delete(key)
            await pipeline.execute()
    except ResponseError:  # also from an EXEC without its MULTI
        return False
    return True


async def _read_eviction_policy(client: redis.asyncio.Redis) -> str:
    """Return the eviction policy, "" if the user may not read it."""
    try:
        found = (await client.info("memory")).get("maxmemory_policy")
        if not found:
            found = (await client.config_get("maxmemory-policy")).get("maxmemory-policy")
    except ResponseError:
        return ""
    return str(found or "")
