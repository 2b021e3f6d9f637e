"""How well worker processes use up a quota that nobody told them, and how often they exceed it.

    PYTHONPATH=. python benchmarks/shared_quota.py --quota 40 150 --processes 1 4 16
    PYTHONPATH=. python benchmarks/shared_quota.py --virtual --quota 2 10 40 150

Each phase lasts ``--seconds``; after the first, the quota is halved and then doubled. ``ratio`` is
the time that the calls took over the time that the quota and its burst allow; ``throttled`` the
share of calls that were refused, and in brackets the same without the first third of the phase.
With ``--virtual`` the processes and the server are simulated and time is computed: only Redis and
the quota's code are real, so that a busy machine does not matter.
"""

import argparse
import asyncio
import logging
import multiprocessing
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aioboto3
import redis
import redis.asyncio
import structlog
from aiobotocore.config import AioConfig
from botocore.exceptions import BotoCoreError, ClientError
from tests.support.quota_world import Clock, Server, World, play

from glueline_simulator import Simulator
from glueline_worker.aws.calls import Caller
from glueline_worker.aws.errors import AwsError
from glueline_worker.aws.quota import SharedQuota
from glueline_worker.local.server import EmbeddedRedis

DATABASE = "benchmark"
FACTORS = (1, 0.5, 1)
Way = Callable[[str, str, int], None]


@dataclass(frozen=True)
class Seen:
    """What the server had seen at a moment."""

    admitted: int
    throttled: int

    def since(self, earlier: "Seen") -> "Seen":
        """The difference."""
        return Seen(self.admitted - earlier.admitted, self.throttled - earlier.throttled)

    @property
    def share(self) -> float:
        """Of all calls, those that were throttled."""
        return self.throttled / max(1, self.admitted + self.throttled)


def main() -> None:
    options = arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    ways = {"virtual": None} if options.virtual else WAYS
    with EmbeddedRedis() as server:
        for rate in options.quota:
            for processes in options.processes:
                for name, way in ways.items():
                    phases = (
                        measure(way, server.url, rate, processes, options)
                        if way
                        else measure_virtually(server.url, rate, processes, options)
                    )
                    print(f"{rate:6g}/s {processes:3} processes  {name:10}", *phases, flush=True)


def phase(begin: Seen, learnt: Seen, end: Seen, ideal: float) -> str:
    found = end.since(begin)
    ratio = ideal / max(1, found.admitted)
    return f" {ratio:5.2f} {found.share:6.1%} ({end.since(learnt).share:5.1%})"


def measure(
    way: Way, redis_url: str, rate: float, processes: int, options: argparse.Namespace
) -> list[str]:
    burst = rate * options.burst
    with Simulator(databases=1, tables=1, latency=0.03) as simulator:
        simulator.add_database(DATABASE)
        simulator.configure(quota={"GetTables": f"{rate}:{burst}"})
        prefix = f"benchmark-{time.monotonic_ns()}:"
        spawn = multiprocessing.get_context("spawn")
        workers = [
            spawn.Process(
                target=way, args=(simulator.url, redis_url + "|" + prefix, options.callers)
            )
            for _ in range(processes)
        ]
        for worker in workers:
            worker.start()
        try:
            while not _seen(simulator).admitted:
                time.sleep(0.01)
            phases = []
            for factor in FACTORS:
                simulator.configure(quota={"GetTables": f"{rate * factor}:{burst * factor}"})
                begin, begun = _seen(simulator), time.monotonic()
                time.sleep(options.seconds / 3)
                learnt = _seen(simulator)
                time.sleep(options.seconds * 2 / 3)
                ideal = factor * ((time.monotonic() - begun) * rate + burst)
                phases.append(phase(begin, learnt, _seen(simulator), ideal))
        finally:
            for worker in workers:
                worker.kill()
                worker.join()
    return phases


def _seen(simulator: Simulator) -> Seen:
    tally = simulator.stats()["operations"].get("GetTables", {"ok": 0, "throttled": 0})
    return Seen(tally["ok"], tally["throttled"])


def measure_virtually(
    redis_url: str, rate: float, processes: int, options: argparse.Namespace
) -> list[str]:
    burst = rate * options.burst

    async def story(clock: Clock) -> list[str]:
        server = Server(clock, rate, burst)

        def seen() -> Seen:
            return Seen(len(server.admitted), len(server.refused))

        with redis.Redis.from_url(redis_url) as client:
            world = World(client, clock, server)
            world.start(processes, options.callers)
            phases = []
            for factor in FACTORS:
                server.change(rate * factor, max(1, burst * factor))
                begin = seen()
                await asyncio.sleep(options.seconds / 3)
                learnt = seen()
                await asyncio.sleep(options.seconds * 2 / 3)
                ideal = factor * (options.seconds * rate + burst)
                phases.append(phase(begin, learnt, seen(), ideal))
            await world.stop()
        return phases

    return play(story)


def with_glueline(url: str, where: str, callers: int) -> None:
    """The shared quota."""
    redis_url, prefix = where.split("|")

    async def work() -> None:
        client = redis.asyncio.Redis.from_url(redis_url)
        caller = Caller(SharedQuota(client, prefix, start=60, floor=2), "a:r", timeout=600)
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


WAYS: dict[str, Way] = {
    "glueline": with_glueline,
    "standard": with_standard,
    "adaptive": with_adaptive,
}


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


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quota", type=float, nargs="+", default=[40, 150], help="calls a second")
    parser.add_argument("--burst", type=float, default=1, help="seconds' worth of calls")
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--callers", type=int, default=16, help="in each process")
    parser.add_argument("--seconds", type=float, default=30, help="of each phase")
    parser.add_argument("--virtual", action="store_true", help="compute the time")
    return parser.parse_args()


if __name__ == "__main__":
    main()
