"""The quota in a world where everything happens to it, in a time of its own."""

import asyncio
import logging
import math
from collections.abc import Iterator

import pytest
import redis
import structlog
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from tests.support.examples import examples
from tests.support.quota_world import Clock, Server, World, play

from glueline_worker.aws.quota import QUOTA_FLOOR
from glueline_worker.local.server import EmbeddedRedis

PROCESSES, CALLERS = 3, 3
FLOOR_ALONE = 2.0
START = 60.0


@pytest.fixture
def quiet_client(redis_server: EmbeddedRedis) -> Iterator[redis.Redis]:
    """A client; thousands of expected throttles are not logged."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with redis.Redis.from_url(redis_server.url, decode_responses=True) as client:
        yield client
    structlog.reset_defaults()


class Quota(RuleBasedStateMachine):
    """Workers that always have another call to make, and what may happen to them."""

    client: redis.Redis

    @initialize(rate=st.floats(2, 60), burst=st.floats(1, 200), seed=st.integers(0, 1000))
    def begin(self, rate: float, burst: float, seed: int) -> None:
        self.clock = Clock()
        self.server = Server(self.clock, rate, burst)
        self.world = World(self.client, self.clock, self.server, seed, floor=FLOOR_ALONE)
        self.clock.call_soon(self.world.start, PROCESSES, CALLERS)
        self.highest = START
        self._pass(1)

    @rule(seconds=st.floats(0.05, 20))
    def wait(self, seconds: float) -> None:
        self._pass(seconds)

    @rule(rate=st.floats(2, 60), burst=st.floats(1, 200))
    def another_quota(self, rate: float, burst: float) -> None:
        self.server.change(rate, burst)
        self._pass(1)

    @rule(seconds=st.one_of(st.floats(-30, 30), st.sampled_from([-(10.0**6), 10.0**6])))
    def clock_jumps(self, seconds: float) -> None:
        self.clock.jumped += seconds
        self._pass(5)
        assert self._grants_of_last(5), "a clock that jumped stops all callers"

    @rule()
    def redis_forgets(self) -> None:
        self.client.delete(self.world.key)
        self._pass(1)

    @rule(seconds=st.floats(0.1, 5))
    def redis_is_away(self, seconds: float) -> None:
        self.world.scripts.away = True
        self._pass(0.5, at_most=math.inf)  # what was granted before
        self._pass(seconds, at_most=PROCESSES * (FLOOR_ALONE * seconds + 1))
        self.world.scripts.away = False
        self._pass(2)

    @rule(high=st.floats(0.001, 1))
    def network(self, high: float) -> None:
        self.world.latency = (high / 5, high)

    @invariant()
    def the_rate_is_a_rate(self) -> None:
        if hasattr(self, "world"):
            assert QUOTA_FLOOR <= self._rate() < math.inf

    @invariant()
    def nobody_starves(self) -> None:
        if hasattr(self, "world"):
            assert self.world.longest_wait < 3 * PROCESSES * CALLERS / QUOTA_FLOOR

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.clock.run_until_complete(self.world.stop())
            self.client.delete(self.world.key)
            self.clock.close()

    def _pass(self, seconds: float, at_most: float | None = None) -> None:
        """Let time pass; no more is granted in it than the rate gives, and a burst."""
        begun, before = self.clock.time(), self._rate()
        highest = max(before, START)
        while (left := begun + seconds - self.clock.time()) > 1e-6:
            self._sleep(min(left, 0.2))
            highest = max(highest, self._rate())
        granted = self._grants_of_last(seconds)
        allowed = highest * (seconds + 0.5) + 2 + PROCESSES if at_most is None else at_most
        assert granted <= allowed

    def _sleep(self, seconds: float) -> None:
        self.clock.run_until_complete(asyncio.sleep(seconds))

    def _grants_of_last(self, seconds: float) -> int:
        since = self.clock.time() - seconds
        return sum(at > since for at in reversed(self.world.grants))

    def _rate(self) -> float:
        return float(self.client.hget(self.world.key, "rate") or START)


def test_any_world_keeps_the_promises(quiet_client: redis.Redis):
    run_state_machine_as_test(
        type("OverRedis", (Quota,), {"client": quiet_client}),
        settings=settings(
            max_examples=examples(5),
            stateful_step_count=10,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize(
    ("rate", "burst", "processes", "callers"),
    [(20, 4, 3, 8), (10, 50, 2, 8)],
)
def test_a_learnt_quota_is_used_up_and_hardly_exceeded(
    quiet_client: redis.Redis, rate: float, burst: float, processes: int, callers: int
):
    async def story(clock: Clock) -> list[tuple[float, float]]:
        server = Server(clock, rate, burst)
        world = World(quiet_client, clock, server, seed=1)
        world.start(processes, callers)
        learnt = []
        for factor in (1, 0.5, 1):
            server.change(rate * factor, burst * factor)
            before = len(server.admitted)
            await asyncio.sleep(10)
            refused = len(server.refused)
            learning = len(server.admitted)
            await asyncio.sleep(20)
            ideal = (30 * rate + burst) * factor
            refused = len(server.refused) - refused
            learnt.append(
                (
                    ideal / (len(server.admitted) - before),
                    refused / (len(server.admitted) - learning + refused),
                )
            )
        await world.stop()
        return learnt

    for ratio, throttled in play(story):
        assert ratio < 1.3
        assert throttled < 0.06
