"""Units that end at about the same time end together."""

import asyncio
import time

from glueline_worker.execution.commit_barrier import CommitBarrier


async def read_until(barrier: CommitBarrier, done: asyncio.Event) -> None:
    """A unit that reads until ``done``, and waits for others."""
    with barrier.read() as began:
        await done.wait()
    await barrier.wait(began - 60)  # as if it had begun a minute ago: its patience ends no test


async def turn() -> None:
    """Let every task go as far as it can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def start(
    barrier: CommitBarrier, count: int
) -> list[tuple[asyncio.Task[None], asyncio.Event]]:
    events = [asyncio.Event() for _ in range(count)]
    units = [(asyncio.create_task(read_until(barrier, event)), event) for event in events]
    await turn()
    return units


async def test_a_unit_that_is_alone_does_not_wait():
    barrier = CommitBarrier(slots=5)
    [(unit, done)] = await start(barrier, 1)
    done.set()
    await turn()
    assert unit.done()


async def test_units_end_together_once_as_many_wait_as_read_and_no_slot_is_free():
    units = await start(CommitBarrier(slots=5), 5)
    for number, (_, done) in enumerate(units[:3]):
        assert not any(unit.done() for unit, _ in units), number
        done.set()
        await turn()
    assert [unit.done() for unit, _ in units] == [True, True, True, False, False]
    for _, done in units:
        done.set()
    await asyncio.gather(*(unit for unit, _ in units))


async def test_where_slots_are_free_units_wait_for_all_that_read():
    units = await start(CommitBarrier(slots=6), 5)
    for number, (_, done) in enumerate(units):
        assert not any(unit.done() for unit, _ in units), number
        done.set()
        await turn()
    assert all(unit.done() for unit, _ in units)


async def test_a_unit_that_was_cancelled_is_not_waited_for():
    barrier = CommitBarrier(slots=4)
    units = await start(barrier, 4)
    units[0][1].set()
    await turn()
    units[0][0].cancel()
    units[1][1].set()
    await turn()
    assert not units[1][0].done()  # two still read
    units[2][0].cancel()
    units[3][0].cancel()
    await turn()
    assert units[1][0].done()


async def test_a_quick_unit_waits_as_units_usually_do():
    barrier = CommitBarrier(slots=5)
    with barrier.read(), barrier.read():
        for _ in range(20):
            await barrier.wait(time.monotonic() - 0.01)
        started = time.monotonic()
        await barrier.wait(time.monotonic())
    assert time.monotonic() - started > 0.01


async def test_a_unit_waits_no_longer_than_in_proportion_to_its_reading():
    barrier = CommitBarrier(slots=5)
    with barrier.read(), barrier.read(), barrier.read():
        await barrier.wait(time.monotonic())
