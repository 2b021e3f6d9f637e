"""Commands of many tasks in few round trips, each with an answer of its own."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import redis.asyncio
from redis.exceptions import ResponseError

from glueline.redis.auto_pipeline import AutoPipeline, LuaScript
from glueline_worker.local.server import EmbeddedRedis

ADD = LuaScript("return redis.call('INCRBY', KEYS[1], ARGV[1])")


@pytest.fixture
async def client(redis_server: EmbeddedRedis) -> AsyncIterator[redis.asyncio.Redis]:
    async with redis.asyncio.Redis.from_url(redis_server.url) as the_client:
        yield the_client


async def reads(client: redis.asyncio.Redis) -> int:
    return int((await client.info("stats"))["total_reads_processed"])


async def test_commands_of_one_moment_share_a_round_trip(client: redis.asyncio.Redis, prefix: str):
    pipeline = AutoPipeline(client)
    await pipeline.run_script(ADD, [prefix], [0])
    before = await reads(client)
    answers = await asyncio.gather(
        *(pipeline.run_script(ADD, [prefix], [1]) for _ in range(20)),
        *(pipeline.execute("GET", prefix) for _ in range(20)),
    )
    assert await reads(client) - before == 2  # one of them asks for the count
    assert answers == [*range(1, 21), *[b"20"] * 20]


async def test_a_command_that_fails_fails_alone(client: redis.asyncio.Redis, prefix: str):
    pipeline = AutoPipeline(client)
    one, two, three = await asyncio.gather(
        pipeline.execute("SET", prefix, "text"),
        pipeline.run_script(ADD, [prefix], [1]),
        pipeline.run_script(ADD, [f"{prefix}other"], [1]),
        return_exceptions=True,
    )
    assert (one, three) == (True, 1)
    assert isinstance(two, ResponseError)


async def test_a_caller_that_gives_up_takes_no_other_along(
    client: redis.asyncio.Redis, prefix: str
):
    pipeline = AutoPipeline(client)
    tasks = [asyncio.ensure_future(pipeline.run_script(ADD, [prefix], [1])) for _ in range(3)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    assert await asyncio.gather(*tasks[1:]) == [2, 3]


async def test_a_script_that_redis_has_forgotten_is_sent_again(
    client: redis.asyncio.Redis, prefix: str
):
    pipeline = AutoPipeline(client)
    assert await pipeline.run_script(ADD, [prefix], [1]) == 1
    await client.script_flush()
    answers = await asyncio.gather(*(pipeline.run_script(ADD, [prefix], [1]) for _ in range(3)))
    assert answers == [2, 3, 4]


async def test_without_redis_every_caller_gets_the_error():
    client = redis.asyncio.Redis(port=1, retry=None)
    pipeline = AutoPipeline(client)
    calls = [pipeline.execute("PING"), pipeline.run_script(ADD, ["key"], [1])]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(answer) for answer in answers] == [redis.ConnectionError] * 2
    await client.aclose()
