"""Ask Redis with a time limit, for probes and metrics."""

import asyncio
from contextlib import suppress

import redis.asyncio
from redis.exceptions import RedisError

from glueline.ledger import AsyncLedger, Commands, LedgerUnavailable
from glueline.ledger.gauges import Gauges, read_gauges
from glueline.redis.auto_pipeline import AutoPipeline

REDIS_TIMEOUT = 2.0
"""Seconds after which a Redis that does not answer counts as away."""


async def find_redis_problem(client: redis.asyncio.Redis) -> str:
    """Return a sentence when Redis does not answer in time, else ""."""
    try:
        async with asyncio.timeout(REDIS_TIMEOUT):
            await client.ping()
    except (RedisError, TimeoutError):
        return "Redis does not answer"
    return ""


async def fetch_gauges(client: redis.asyncio.Redis, calls: Commands) -> Gauges | None:
    """Read the gauges of the ledger; None when Redis does not answer in time."""
    with suppress(LedgerUnavailable, TimeoutError):
        async with asyncio.timeout(REDIS_TIMEOUT):
            return await AsyncLedger(AutoPipeline(client))(
                read_gauges(calls.keys, calls.redispatch_after_ms)
            )
    return None
