"""The server's clock steps: what was written while it was ahead is pulled back."""

from typing import Any

import pytest
from tests.unit.ledger_harness import LEASE, SILENCE, Desk

from glueline.contract.changes import Change
from glueline.contract.messages import DatabaseScope, DatabaseUnit, ExtractionRequest, JobScope
from glueline.ledger.changes import EventChanges, due_changes, record_changes

HOUR = 3_600_000
JOB = ExtractionRequest(scope=JobScope(name="j"))


def now(desk: Desk) -> int:
    seconds, micros = desk.client.time()
    return int(seconds) * 1000 + int(micros) // 1000


def due_of(desk: Desk, run_id: str, unit_id: str) -> float:
    found = desk.client.zscore(f"{desk.keys.run(run_id)}:open", unit_id)
    assert found is not None
    return found


@pytest.mark.parametrize("state", ["waiting", "held", "retrying"])
@pytest.mark.parametrize("step", [HOUR, 400 * 24 * HOUR], ids=["an hour", "a year"])
def test_after_a_clock_was_set_back_nothing_waits_longer_than_it_must(
    desk: Desk, state: str, step: int
):
    run = desk.open(JOB)
    if state != "waiting":
        claim = desk.take(run.units[0])
    if state == "retrying":
        desk.ledger(desk.calls.release(claim, delay_ms=60_000))
    desk.later(-step)
    desk.waiting(100)
    found = desk.look(lease_ms=LEASE).units
    if state == "retrying":
        assert found == run.units
        return
    right = {"waiting": SILENCE, "held": LEASE}[state]
    assert due_of(desk, run.run_id, "job/j") <= now(desk) + right
    desk.waiting(0)
    desk.later(right + 1)
    assert desk.due() == run.units


def test_a_claim_with_a_longer_lease_than_that_of_who_looks_keeps_it(desk: Desk):
    """Workers may have different settings."""
    run = desk.open(JOB)
    desk.take(run.units[0])
    before = due_of(desk, run.run_id, "job/j")
    assert desk.look(lease_ms=LEASE // 10).units == []
    assert due_of(desk, run.run_id, "job/j") == before


def test_a_watermark_of_the_future_publishes_no_queue_again(desk: Desk):
    """While the clock was ahead the youngest message was published then."""
    run = desk.open()
    holder = desk.take(run.units[0])
    units = [DatabaseUnit(run_id=run.run_id, source="default", database=f"d{i}") for i in range(50)]
    desk.ledger(desk.calls.open_units(holder, units))
    desk.waiting(500)
    desk.later(SILENCE // 2)
    desk.client.set(desk.keys.watermark, now(desk) + HOUR)
    desk.look(lease_ms=LEASE)
    assert int(desk.client.get(desk.keys.watermark) or 0) <= now(desk)
    desk.client.set(desk.keys.watermark, now(desk) + HOUR)
    desk.take(run.units[1])
    assert int(desk.client.get(desk.keys.watermark) or 0) <= now(desk)


def test_after_a_gap_holders_get_one_more_lease(desk: Desk):
    """The gap may be a clock that was set ahead, and the holders alive."""
    run = desk.open(JOB)
    claim = desk.take(run.units[0])
    desk.look(lease_ms=LEASE)
    desk.later(HOUR)
    desk.client.hincrby(desk.keys.looked, "at", -HOUR)
    assert desk.look(lease_ms=LEASE).units == []
    assert desk.ledger(desk.calls.renew([claim], LEASE)) == [True]
    desk.later(LEASE + 1)
    assert desk.look(lease_ms=LEASE).units == run.units


@pytest.mark.parametrize("ask", ["take_turn", "ask_check"])
def test_a_turn_that_began_while_the_clock_was_ahead_is_over(desk: Desk, ask: str):
    call: Any = {
        "take_turn": desk.calls.take_turn("reconcile", 1000),
        "ask_check": desk.calls.ask_check("default"),
    }[ask]
    assert desk.ledger(call)
    assert not desk.ledger(call)
    desk.client.pexpire(call.keys[0], HOUR)
    assert desk.ledger(call)
    assert not desk.ledger(call)


def test_changes_that_were_noted_while_the_clock_was_ahead_are_read(desk: Desk):
    change = Change(source="default", scope=DatabaseScope(name="a"))
    told = [EventChanges("1", [change])]
    assert desk.ledger(record_changes(desk.keys, told, 2000, 30_000)).noted == 1
    key, group = desk.keys.change(change.group), change.group
    desk.client.zadd(desk.keys.changes, {group: now(desk) + HOUR})
    desk.client.hset(key, "since", now(desk) + HOUR)
    desk.client.zadd(desk.keys.changes_known, {told[0].digest: now(desk) + HOUR})
    (batch,) = desk.ledger(due_changes(desk.keys, 10)).batches
    assert batch.group == group
    desk.client.zadd(desk.keys.changes_sealed, {group: now(desk) + HOUR})
    assert desk.ledger(due_changes(desk.keys, 10)).batches == [batch]
    desk.ledger(record_changes(desk.keys, [EventChanges("2", [change])], 2000, 30_000))
    desk.client.hset(key, "since", now(desk) + HOUR)
    desk.ledger(record_changes(desk.keys, [EventChanges("3", [change])], 2000, 30_000))
    assert int(desk.client.hget(key, "since") or 0) <= now(desk)
    assert all(at <= now(desk) for _, at in desk.client.zscan_iter(desk.keys.changes_known))


def test_groups_that_wait_as_long_as_they_may_are_left_alone(desk: Desk):
    change = Change(source="default", scope=DatabaseScope(name="a"))
    desk.ledger(record_changes(desk.keys, [EventChanges("1", [change])], 3_600_000, 3_600_000))
    assert desk.ledger(due_changes(desk.keys, 10)).batches == []


@pytest.mark.parametrize(
    "fields",
    [
        {"names": 1},
        {"batch": "b", "n:" + "x" * 20_000: 1},
        {"batch": b"\xff", "n:\x00": 1, "n:": 1},
        {},
    ],
    ids=["no batch", "a long name", "no text", "nothing"],
)
@pytest.mark.parametrize("group", ["default/database/a", "default", "a b/jobs", "default/views/v"])
def test_a_batch_that_cannot_be_read_keeps_no_other_from_being_read(
    desk: Desk, group: str, fields: dict[str, Any]
):
    good = Change(source="default", scope=JobScope(name="j"))
    desk.ledger(record_changes(desk.keys, [EventChanges("1", [good])], 0, 0))
    if fields:
        desk.client.hset(desk.keys.change(group), mapping=fields)
    desk.client.zadd(desk.keys.changes, {group: 1})
    due = desk.ledger(due_changes(desk.keys, 10))
    assert good.group in {batch.group for batch in due.batches}
