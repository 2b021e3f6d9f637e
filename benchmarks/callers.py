"""Processes that call a throttled endpoint without end, in three ways: ours and botocore's two."""

import asyncio
import logging
import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import aioboto3
import redis.asyncio
import structlog
from aiobotocore.config import AioConfig
from botocore.exceptions import BotoCoreError, ClientError

from glueline.redis.auto_pipeline import AutoPipeline
from glueline_simulator import Simulator
from glueline_worker.aws.calls import AwsCaller
from glueline_worker.aws.errors import AwsError
from glueline_worker.aws.quota import SharedQuota

DATABASE = "benchmark"
Way = Callable[[str, str, int], None]


def with_glueline(url: str, redis_url: str, callers: int) -> None:
    """Make the shared quota."""

    async def work() -> None:
        client = redis.asyncio.Redis.from_url(redis_url)
        quota = SharedQuota(AutoPipeline(client), f"{url}:", start=60, floor=2)
        caller = AwsCaller(quota, "a:r", timeout=600)
        async with _glue(url, {"total_max_attempts": 1}, callers) as glue:

            async def call() -> None:
                while True:
                    with suppress(AwsError):
                        await caller("GetTables", lambda: _get_tables(glue))

            await asyncio.gather(*(call() for _ in range(callers)))

    _quietly(work())


def with_standard(url: str, _: str, callers: int) -> None:
    """Botocore's mode ``standard``."""
    _quietly(_with_botocore(url, "standard", callers))


def with_adaptive(url: str, _: str, callers: int) -> None:
    """Botocore's mode ``adaptive``: a rate that each client learns for itself."""
    _quietly(_with_botocore(url, "adaptive", callers))


@contextmanager
def calling(way: Way, simulator: Simulator, redis_url: str, processes: int) -> Iterator[None]:
    """So many processes with 16 callers each; the block begins with the first call."""
    spawn = multiprocessing.get_context("spawn")
    workers = [
        spawn.Process(target=way, args=(simulator.url, redis_url, 16)) for _ in range(processes)
    ]
    for worker in workers:
        worker.start()
    try:
        while "GetTables" not in simulator.stats()["operations"]:
            time.sleep(0.01)
        yield
    finally:
        for worker in workers:
            worker.kill()
            worker.join()


async def _with_botocore(url: str, mode: str, callers: int) -> None:
    async with _glue(url, {"mode": mode, "max_attempts": 10}, callers) as glue:

        async def call() -> None:
            while True:
                with suppress(ClientError, BotoCoreError):
                    await _get_tables(glue)

        await asyncio.gather(*(call() for _ in range(callers)))


async def _get_tables(glue: Any) -> None:
    await glue.get_tables(DatabaseName=DATABASE)


def _glue(url: str, retries: dict[str, Any], callers: int) -> Any:
    return aioboto3.Session().client(
        "glue",
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="benchmark",
        aws_secret_access_key="benchmark",
        config=AioConfig(retries=retries, max_pool_connections=callers),
    )


def _quietly(work: Any) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    asyncio.run(work)
