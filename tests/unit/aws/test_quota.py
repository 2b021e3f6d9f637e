"""The quota: its promises, whatever its constants are. Time is put forward by hand."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import redis.asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.examples import examples
from tests.support.quota_world import told_the_time

from glueline.redis.auto_pipeline import AutoPipeline, LuaScript
from glueline_worker.aws import quota as module
from glueline_worker.aws.quota import LOCAL_SLOT, LocalQuota, SharedQuota
from glueline_worker.local.server import EmbeddedRedis

START = 50.0
SECOND = 1_000_000


@dataclass
class Slot:
    """A grant: when the call may be made (µs) and the rate at that time."""

    at: float
    rate: float


class Bench:
    """One family's quota, asked directly, in a time that is put forward by hand."""

    def __init__(self, client: redis.asyncio.Redis, prefix: str) -> None:
        self.client = client
        self.time = 1_800_000_000 * SECOND
        self.quota = SharedQuota(self, prefix, start=START, floor=10)  # type: ignore[arg-type]
        self.key = f"{prefix}quota:f"
        self.asked = 0

    async def run_script(self, script: LuaScript, keys: list[str], args: list[Any]) -> Any:
        """The quota's scripts believe our time."""
        self.asked += 1
        believing = self.client.register_script(told_the_time(script.text))
        return await believing(keys=keys, args=[*args, *divmod(self.time, SECOND)])

    async def ask(self) -> tuple[bool, int]:
        _, *waits = await self.run_script(
            self.quota._acquire, [self.key], [START, module.QUOTA_HORIZON_MS, 0, 1, 0]
        )
        return waits[0] is not None, waits[-1]

    async def cuts(self) -> int:
        return int(await self.client.hget(self.key, "cuts") or 0)

    async def throttle_one(self) -> None:
        """A call was throttled that got its slot just now."""
        await self.quota.report_throttling("f", await self.cuts())

    async def throttle(self, calls: int = 10) -> None:
        """Calls were throttled until the rate was lowered for it, or so many."""
        before = await self.cuts()
        for _ in range(calls):
            await self.throttle_one()
            if await self.cuts() != before:
                return

    async def take(self) -> Slot:
        """Ask until a slot is granted, letting just the time pass that the quota says."""
        for _ in range(100):
            granted, wait = await self.ask()
            if granted:
                assert wait <= module.QUOTA_HORIZON_MS * 1000
                return Slot(self.time + wait, await self.rate())
            assert wait > 0
            self.later(wait / SECOND)
        raise AssertionError("no slot in 100 asks")

    def later(self, seconds: float) -> None:
        self.time += int(seconds * SECOND)

    async def rate(self) -> float:
        return float(await self.client.hget(self.key, "rate") or START)


@pytest.fixture
async def bench(redis_server: EmbeddedRedis, prefix: str) -> AsyncIterator[Bench]:
    async with redis.asyncio.Redis.from_url(redis_server.url, decode_responses=True) as client:
        yield Bench(client, prefix)


def assert_within_the_rate(slots: list[Slot]) -> None:
    """In no window more grants than the highest rate gives, and a second's worth of burst."""
    rate = max(START, *(slot.rate for slot in slots))
    times = sorted(slot.at for slot in slots)
    for i, begin in enumerate(times):
        for j in range(i, len(times)):
            window = (times[j] - begin) / SECOND
            assert j - i + 1 <= rate * (window + 1) + 1


async def test_slots_never_come_faster_than_the_rate_and_a_burst(bench: Bench):
    assert_within_the_rate([await bench.take() for _ in range(300)])


async def test_calls_in_quick_succession_have_slots_at_hand(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "_LAPSE_SECONDS", 60)
    for _ in range(7):
        await bench.quota.acquire("f")
    assert bench.asked == 3  # for one, for one and a spare one, for one and three
    assert await bench.rate() == START, "what nobody waits for says nothing of the rate"

    await bench.quota.report_throttling("f", 5)
    await bench.quota.acquire("f")
    assert bench.asked == 5, "slots of before a throttle are given up"


async def test_slots_that_were_not_used_lapse(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_LAPSE_SECONDS", 60)
    for _ in range(4):
        await bench.quota.acquire("f")
    monkeypatch.setattr(module, "_LAPSE_SECONDS", 0)
    asked = bench.asked
    await bench.quota.acquire("f")
    assert bench.asked == asked + 1


async def test_slots_at_hand_hold_no_other_caller_back(bench: Bench):
    for _ in range(100):
        await bench.take()
    bench.later(0.3)
    args = [START, module.QUOTA_HORIZON_MS, 0, 1, 1000]
    _, *waits = await bench.run_script(bench.quota._acquire, [bench.key], args)
    assert len(waits) > 1
    assert await bench.ask() == (True, 0)


async def test_the_slots_of_a_throttled_family_keep_to_its_lower_rate(bench: Bench):
    for _ in range(100):
        await bench.take()
    await bench.throttle()
    slots = [await bench.take() for _ in range(100)]
    spans = (slots[-1].at - slots[0].at) / SECOND
    assert len(slots) <= max(slot.rate for slot in slots) * (spans + 1) + 1


@settings(max_examples=examples(25), deadline=None)
@given(
    events=st.lists(
        st.one_of(
            st.tuples(st.just("take"), st.integers(1, 40)),
            st.tuples(st.just("throttled"), st.integers(1, 5)),
            st.tuples(st.just("later"), st.floats(0.001, 30)),
        ),
        max_size=12,
    )
)
def test_any_history_keeps_the_promises(redis_server: EmbeddedRedis, events):
    async def live() -> None:
        async with redis.asyncio.Redis.from_url(redis_server.url, decode_responses=True) as client:
            bench = Bench(client, f"test-{time.monotonic_ns()}:")
            slots: list[Slot] = []
            for what, much in events:
                if what == "take":
                    slots += [await bench.take() for _ in range(much)]
                elif what == "later":
                    bench.later(much)
                else:
                    before = await bench.rate()
                    for _ in range(much):
                        await bench.throttle()
                    assert (
                        module.QUOTA_FLOOR <= await bench.rate() <= max(before, module.QUOTA_FLOOR)
                    )
            if slots:
                assert_within_the_rate(slots)

    asyncio.run(live())


async def test_calls_throttled_together_lower_the_rate_once(bench: Bench):
    for _ in range(100):
        await bench.take()
    before = await bench.rate()
    await bench.throttle()
    lowered = await bench.rate()
    assert lowered < before
    await asyncio.gather(*(bench.quota.report_throttling("f", 0) for _ in range(50)))
    assert await bench.rate() == lowered


async def test_a_few_throttles_among_many_calls_do_not_lower_the_rate(bench: Bench):
    for _ in range(100):
        await bench.take()
    before = await bench.rate()
    for _ in range(2):
        await bench.throttle_one()
    assert await bench.rate() == before
    await bench.throttle_one()
    assert await bench.rate() < before


async def test_what_was_granted_before_a_cut_tells_nothing_new_however_late(bench: Bench):
    for _ in range(20):
        await bench.take()
    await bench.throttle()
    lowered = await bench.rate()
    for _ in range(20):
        await bench.take()
    before = await bench.rate()
    await bench.quota.report_throttling("f", 0)
    assert await bench.rate() == before >= lowered


async def test_a_throttle_at_the_lower_rate_lowers_it_again(bench: Bench):
    rates = []
    for _ in range(4):
        for _ in range(20):
            await bench.take()
        await bench.throttle()
        rates.append(await bench.rate())
    assert rates == sorted(set(rates), reverse=True)


async def test_the_rate_never_falls_below_the_floor(bench: Bench):
    for _ in range(40):
        for _ in range(10):
            await bench.take()
        await bench.throttle()
    assert await bench.rate() == module.QUOTA_FLOOR


async def test_the_rate_rises_while_callers_wait_and_nothing_is_throttled(bench: Bench):
    for _ in range(200):
        await bench.take()
    assert await bench.rate() > START


async def test_the_rate_rises_slower_once_a_limit_was_met(bench: Bench):
    async def growth() -> float:
        before = await bench.rate()
        for _ in range(100):
            await bench.take()
        return await bench.rate() - before

    blind = await growth()
    await bench.throttle()
    assert 0 < await growth() < blind


async def test_a_rate_that_holds_nobody_back_is_not_raised(bench: Bench):
    await bench.take()
    before = await bench.rate()
    for _ in range(50):
        bench.later(5)
        await bench.take()
    assert await bench.rate() == before


async def test_after_a_throttle_all_wait_a_moment(bench: Bench):
    await bench.throttle()
    _, wait = await bench.ask()
    assert wait > 0


@pytest.mark.parametrize("jump", [3600, 10**6])
async def test_a_clock_that_was_set_back_holds_callers_for_seconds_at_most(bench: Bench, jump: int):
    for _ in range(20):
        await bench.take()
    bench.later(-jump)
    begun = bench.time
    slot = await bench.take()
    assert slot.at - begun <= 5 * SECOND
    await bench.throttle()
    slots = [await bench.take() for _ in range(10)]
    assert slots[-1].at - slots[0].at <= 10 * SECOND


async def test_a_clock_that_jumps_ahead_lets_no_flood_through(bench: Bench):
    slots = [await bench.take() for _ in range(20)]
    bench.later(3600)
    slots += [await bench.take() for _ in range(100)]
    assert_within_the_rate(slots[20:])


async def test_families_do_not_share_a_rate(bench: Bench):
    await bench.throttle()
    assert await bench.client.exists(f"{bench.key}") == 1
    assert await bench.client.exists(f"{bench.key}oreign") == 0
    await bench.quota.acquire("foreign")
    assert float(await bench.client.hget(f"{bench.key}oreign", "rate")) >= START


async def test_quotas_that_nobody_uses_are_forgotten(bench: Bench):
    await bench.take()
    assert await bench.client.pttl(bench.key) > 0
    await bench.client.delete(bench.key)
    await bench.throttle()
    assert await bench.client.pttl(bench.key) > 0


async def test_of_many_waiters_all_are_served(redis_server: EmbeddedRedis, prefix: str):
    async with redis.asyncio.Redis.from_url(redis_server.url) as client:
        workers = [SharedQuota(AutoPipeline(client), prefix, start=200, floor=1) for _ in range(4)]
        served: list[int] = []

        async def call(number: int) -> None:
            await workers[number % 4].acquire("f")
            served.append(number)

        async with asyncio.timeout(60):
            await asyncio.gather(*(call(number) for number in range(90)))
        assert sorted(served) == list(range(90))


async def test_without_redis_calls_go_on_at_the_floor(prefix: str):
    client = redis.asyncio.Redis(port=1, retry=None)
    quota = SharedQuota(AutoPipeline(client), prefix, start=1000, floor=50)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for _ in range(6):
        await quota.acquire("f")
    assert loop.time() - begun >= 5 / 50 * 0.99
    await quota.report_throttling("f", -1)
    await client.aclose()


async def test_a_killed_redis_leaves_the_floor_and_gives_the_shared_rate_back(prefix: str):
    with EmbeddedRedis() as server:
        client = redis.asyncio.Redis.from_url(server.url)
        quota = SharedQuota(AutoPipeline(client), prefix, start=1000, floor=20)
        assert await quota.acquire("f") == 0
        os.kill(server.pid, signal.SIGKILL)
        server.stop()
        loop = asyncio.get_running_loop()
        begun = loop.time()
        slots = await asyncio.gather(*(quota.acquire("f") for _ in range(10)))
        assert set(slots) == {LOCAL_SLOT}
        assert loop.time() - begun >= 9 / 20 * 0.99
        server.start()
        async with asyncio.timeout(60):
            while await quota.acquire("f") == LOCAL_SLOT:
                pass
        await client.aclose()


async def test_a_redis_that_says_nothing_counts_as_away(
    redis_server: EmbeddedRedis, prefix: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "REDIS_TIMEOUT", 0.05)
    async with redis.asyncio.Redis.from_url(redis_server.url) as client:
        quota = SharedQuota(AutoPipeline(client), prefix, start=1000, floor=50)

        async def silence(*_: object) -> None:
            await asyncio.sleep(60)

        monkeypatch.setattr(quota._pipeline, "run_script", silence)
        async with asyncio.timeout(60):
            slots = await asyncio.gather(*(quota.acquire("f") for _ in range(5)))
        assert set(slots) == {LOCAL_SLOT}


async def test_the_local_pace_spaces_the_calls_of_each_family(monkeypatch: pytest.MonkeyPatch):
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    pace = LocalQuota(4)
    monkeypatch.setattr(module.asyncio, "sleep", sleep)
    for family in ("a", "a", "a", "b"):
        await pace.acquire(family)
    assert slept == pytest.approx([0, 0.25, 0.5, 0], abs=0.05)
