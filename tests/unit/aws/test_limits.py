"""Limits of a source: no more calls than the user allows, however fast AWS would let it go."""

import asyncio
import time
from collections import Counter
from typing import Any

import pytest
import redis.asyncio

from glueline.contract.errors import UsageError
from glueline.redis.auto_pipeline import AutoPipeline
from glueline.settings.settings import Settings
from glueline.settings.sources import QuotaLimits, Source
from glueline_worker.aws.calls import AwsCaller
from glueline_worker.aws.quota import LocalQuota, SharedQuota
from glueline_worker.aws.sources import SourceConnections
from glueline_worker.local.server import EmbeddedRedis


async def called(
    caller: AwsCaller, operations: list[str], seconds: float
) -> tuple[Counter[str], float]:
    """How often each operation was called by many at once, and in how many seconds."""
    counts: Counter[str] = Counter()
    began = time.monotonic()

    async def send(operation: str) -> None:
        counts[operation] += 1

    async def go_on(operation: str) -> None:
        while time.monotonic() < began + seconds:
            await caller(operation, lambda: send(operation))

    tasks = [asyncio.create_task(go_on(one)) for one in operations for _ in range(4)]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return counts, time.monotonic() - began


@pytest.mark.parametrize("is_shared", [True, False])
async def test_an_operation_stays_below_its_limit_and_others_do_not(
    redis_server: EmbeddedRedis, prefix: str, is_shared: Any
) -> None:
    async with redis.asyncio.Redis.from_url(redis_server.url) as client:
        quota = (
            SharedQuota(AutoPipeline(client), prefix, start=200, floor=2)
            if is_shared
            else LocalQuota(200)
        )
        limits = QuotaLimits(operations={"GetTables": 10})
        caller = AwsCaller(quota, "s", 5, limits)
        counts, seconds = await called(caller, ["GetTables", "GetJob"], 2)
    # What a quarter of a second saved may come at once; nothing else may.
    assert 1 <= counts["GetTables"] <= 10 * seconds + 5
    assert counts["GetJob"] > counts["GetTables"]


@pytest.mark.parametrize("is_shared", [True, False])
async def test_a_limit_of_less_than_a_call_a_second_holds(
    redis_server: EmbeddedRedis, prefix: str, is_shared: Any
) -> None:
    async with redis.asyncio.Redis.from_url(redis_server.url) as client:
        quota = (
            SharedQuota(AutoPipeline(client), prefix, start=200, floor=2)
            if is_shared
            else LocalQuota(200)
        )
        caller = AwsCaller(quota, "s", 5, QuotaLimits(operations={"GetTables": 0.1}))
        counts, seconds = await called(caller, ["GetTables"], 1)
    assert 1 <= counts["GetTables"] <= 1 + seconds / 10


async def test_all_operations_together_stay_below_the_overall_limit(
    redis_server: EmbeddedRedis, prefix: str
) -> None:
    async with redis.asyncio.Redis.from_url(redis_server.url) as client:
        quota = SharedQuota(AutoPipeline(client), prefix, start=200, floor=2)
        caller = AwsCaller(quota, "s", 5, QuotaLimits(overall=10))
        counts, seconds = await called(caller, ["GetTables", "GetJob", "ListJobs"], 2)
    assert 1 <= counts.total() <= 10 * seconds + 5


async def test_a_limit_leaves_what_was_learnt_to_other_sources(
    redis_server: EmbeddedRedis, prefix: str
) -> None:
    async with redis.asyncio.Redis.from_url(redis_server.url) as client:
        quota = SharedQuota(AutoPipeline(client), prefix, start=200, floor=2)
        await called(AwsCaller(quota, "s", 5, QuotaLimits(operations={"GetJob": 5})), ["GetJob"], 1)
        rate = float(await client.hget(f"{prefix}quota:s:GetJob", "rate"))
    assert rate >= 200


async def test_a_limit_for_a_call_that_is_never_made_is_refused() -> None:
    source = Source.model_validate({"quota": {"operations": {"GetTabels": 5}}})
    sources = SourceConnections(Settings(sources={"a": source}), LocalQuota(10))
    with pytest.raises(UsageError, match=r"source 'a': quota.operations names GetTabels"):
        await sources.connect("a")
