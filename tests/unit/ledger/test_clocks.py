"""The server's clock steps: what was written while it was ahead is pulled back."""

from typing import Any

import pytest
from tests.unit.ledger_harness import LEASE, SILENCE, LedgerHarness

from glueline.contract.changes import Change
from glueline.contract.messages import DatabaseScope, DatabaseUnit, ExtractionRequest, JobScope
from glueline.ledger.changes import EventChanges, due_changes, record_changes
from glueline.ledger.checks import ask_check

HOUR = 3_600_000
JOB = ExtractionRequest(scope=JobScope(name="j"))


def now(harness: LedgerHarness) -> int:
    seconds, micros = harness.client.time()
    return int(seconds) * 1000 + int(micros) // 1000


def due_of(harness: LedgerHarness, run_id: str, unit_id: str) -> float:
    found = harness.client.zscore(f"{harness.keys.run(run_id)}:open", unit_id)
    assert found is not None
    return found


@pytest.mark.parametrize("state", ["waiting", "held", "retrying"])
@pytest.mark.parametrize("step", [HOUR, 400 * 24 * HOUR], ids=["an hour", "a year"])
def test_after_a_clock_was_set_back_nothing_waits_longer_than_it_must(
    harness: LedgerHarness, state: str, step: int
):
    run = harness.open(JOB)
    if state != "waiting":
        claim = harness.take(run.units[0])
    if state == "retrying":
        harness.ledger(harness.calls.release(claim, delay_ms=60_000))
    harness.advance(-step)
    harness.fill_queue(100)
    found = harness.reconcile(lease_ms=LEASE).units
    if state == "retrying":
        assert found == run.units
        return
    right = {"waiting": SILENCE, "held": LEASE}[state]
    assert due_of(harness, run.run_id, "job/j") <= now(harness) + right
    harness.fill_queue(0)
    harness.advance(right + 1)
    assert harness.due_units() == run.units


def test_a_claim_with_a_longer_lease_than_that_of_who_looks_keeps_it(harness: LedgerHarness):
    """Workers may have different settings."""
    run = harness.open(JOB)
    harness.take(run.units[0])
    before = due_of(harness, run.run_id, "job/j")
    assert harness.reconcile(lease_ms=LEASE // 10).units == []
    assert due_of(harness, run.run_id, "job/j") == before


def test_a_watermark_of_the_future_publishes_no_queue_again(harness: LedgerHarness):
    """While the clock was ahead the youngest message was published then."""
    run = harness.open()
    holder = harness.take(run.units[0])
    units = [DatabaseUnit(run_id=run.run_id, source="default", database=f"d{i}") for i in range(50)]
    harness.ledger(harness.calls.open_units(holder, units))
    harness.fill_queue(500)
    harness.advance(SILENCE // 2)
    harness.client.set(harness.keys.watermark, now(harness) + HOUR)
    harness.reconcile(lease_ms=LEASE)
    assert int(harness.client.get(harness.keys.watermark) or 0) <= now(harness)
    harness.client.set(harness.keys.watermark, now(harness) + HOUR)
    harness.take(run.units[1])
    assert int(harness.client.get(harness.keys.watermark) or 0) <= now(harness)


def test_after_a_gap_holders_get_one_more_lease(harness: LedgerHarness):
    """The gap may be a clock that was set ahead, and the holders alive."""
    run = harness.open(JOB)
    claim = harness.take(run.units[0])
    harness.reconcile(lease_ms=LEASE)
    harness.advance(HOUR)
    harness.client.hincrby(harness.keys.reconciler, "at", -HOUR)
    assert harness.reconcile(lease_ms=LEASE).units == []
    assert harness.ledger(harness.calls.renew([claim], LEASE)) == [True]
    harness.advance(LEASE + 1)
    assert harness.reconcile(lease_ms=LEASE).units == run.units


@pytest.mark.parametrize("ask", ["take_turn", "ask_check"])
def test_a_turn_that_began_while_the_clock_was_ahead_is_over(harness: LedgerHarness, ask: str):
    call: Any = {
        "take_turn": harness.calls.take_turn("reconcile", 1000),
        "ask_check": ask_check(harness.keys, "default"),
    }[ask]
    assert harness.ledger(call)
    assert not harness.ledger(call)
    harness.client.pexpire(call.keys[0], HOUR)
    assert harness.ledger(call)
    assert not harness.ledger(call)


def test_changes_that_were_noted_while_the_clock_was_ahead_are_read(harness: LedgerHarness):
    change = Change(source="default", scope=DatabaseScope(name="a"))
    told = [EventChanges("1", [change])]
    assert harness.ledger(record_changes(harness.keys, told, 2000, 30_000)).noted == 1
    key, group = harness.keys.change(change.group), change.group
    harness.client.zadd(harness.keys.changes, {group: now(harness) + HOUR})
    harness.client.hset(key, "since", now(harness) + HOUR)
    harness.client.zadd(harness.keys.known_events, {told[0].digest: now(harness) + HOUR})
    (batch,) = harness.ledger(due_changes(harness.keys, 10)).batches
    assert batch.group == group
    harness.client.zadd(harness.keys.sealed_changes, {group: now(harness) + HOUR})
    assert harness.ledger(due_changes(harness.keys, 10)).batches == [batch]
    harness.ledger(record_changes(harness.keys, [EventChanges("2", [change])], 2000, 30_000))
    harness.client.hset(key, "since", now(harness) + HOUR)
    harness.ledger(record_changes(harness.keys, [EventChanges("3", [change])], 2000, 30_000))
    assert int(harness.client.hget(key, "since") or 0) <= now(harness)
    assert all(at <= now(harness) for _, at in harness.client.zscan_iter(harness.keys.known_events))


def test_groups_that_wait_as_long_as_they_may_are_left_alone(harness: LedgerHarness):
    change = Change(source="default", scope=DatabaseScope(name="a"))
    harness.ledger(
        record_changes(harness.keys, [EventChanges("1", [change])], 3_600_000, 3_600_000)
    )
    assert harness.ledger(due_changes(harness.keys, 10)).batches == []


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
    harness: LedgerHarness, group: str, fields: dict[str, Any]
):
    good = Change(source="default", scope=JobScope(name="j"))
    harness.ledger(record_changes(harness.keys, [EventChanges("1", [good])], 0, 0))
    if fields:
        harness.client.hset(harness.keys.change(group), mapping=fields)
    harness.client.zadd(harness.keys.changes, {group: 1})
    due = harness.ledger(due_changes(harness.keys, 10))
    assert good.group in {batch.group for batch in due.batches}
