"""What the reconciler publishes again, and what it leaves to the queue."""

from tests.unit.ledger_harness import LEASE, SILENCE, SLACK, LedgerHarness

from glueline.contract.messages import DatabaseScope, DatabaseUnit, ExtractionRequest, UnitMessage
from glueline.ledger.results import OpenRunResult


def ids(units: list[UnitMessage]) -> set[str]:
    return {unit.unit_id for unit in units}


def databases(run: OpenRunResult, number: int) -> list[UnitMessage]:
    return [
        DatabaseUnit(run_id=run.run_id, source="default", database=f"d{i:04}")
        for i in range(number)
    ]


def test_nothing_is_due_in_a_ledger_without_runs(harness: LedgerHarness):
    assert harness.due_units() == []


def test_a_fresh_unit_is_left_to_its_message(harness: LedgerHarness):
    harness.open()
    harness.advance(SILENCE - 1000)
    assert harness.due_units() == []


def test_when_the_queue_is_empty_a_silent_unit_has_lost_its_message(harness: LedgerHarness):
    run = harness.open()
    harness.advance(SILENCE + 1)
    assert ids(harness.due_units()) == ids(run.units)
    assert harness.due_units() == []
    harness.advance(SILENCE + 1)
    assert ids(harness.due_units()) == ids(run.units)


def test_a_unit_that_waits_in_a_long_queue_is_left_alone(harness: LedgerHarness):
    harness.open()
    harness.fill_queue(500)
    harness.advance(10 * SILENCE)
    assert harness.due_units() == []


def test_a_message_that_a_younger_one_has_overtaken_is_lost(harness: LedgerHarness):
    older = harness.open()
    harness.advance(SLACK + 1000)
    younger = harness.open(ExtractionRequest(scope=DatabaseScope(name="x")))
    harness.take(younger.units[0])
    harness.fill_queue(500)
    assert harness.due_units() == []
    harness.advance(SILENCE)
    assert ids(harness.due_units()) >= ids(older.units)


def test_an_older_message_that_is_read_late_does_not_hide_the_overtaking(harness: LedgerHarness):
    older = harness.open()
    harness.advance(SLACK + 1000)
    younger = harness.open(ExtractionRequest(scope=DatabaseScope(name="x")))
    harness.take(younger.units[0])
    harness.take(older.units[1])
    harness.fill_queue(500)
    harness.advance(SILENCE)
    assert older.units[0] in harness.due_units()


def test_messages_published_together_may_be_read_in_any_order(harness: LedgerHarness):
    run = harness.open()
    harness.take(run.units[1])
    harness.fill_queue(500)
    harness.advance(LEASE - 1000)
    assert harness.due_units() == []
    harness.settle(harness.take(run.units[0]))


def test_a_dead_holders_unit_is_published_however_long_the_queue(harness: LedgerHarness):
    run = harness.open()
    harness.take(run.units[0])
    harness.fill_queue(500)
    harness.advance(LEASE - 1000)
    assert harness.due_units() == []
    harness.advance(1001)
    assert harness.due_units() == [run.units[0]]
    assert harness.claim(run.units[0])[1].attempts == 2


def test_a_dead_holders_unit_is_found_behind_a_long_backlog(harness: LedgerHarness):
    run = harness.open()
    backlog = databases(run, 50)
    holder = harness.take(run.units[0])
    harness.ledger(harness.calls.open_units(holder, backlog))
    harness.fill_queue(500)
    harness.advance(SILENCE)
    harness.ledger(harness.calls.renew([holder], LEASE))
    harness.advance(LEASE + 1)
    assert harness.due_units(limit=5) == [run.units[0]]


def test_a_retry_is_found_behind_a_long_backlog(harness: LedgerHarness):
    run = harness.open()
    holder = harness.take(run.units[0])
    harness.ledger(harness.calls.open_units(holder, databases(run, 50)))
    harness.fill_queue(500)
    harness.advance(2 * SILENCE)
    harness.ledger(harness.calls.release(holder, delay_ms=1000))
    harness.advance(1001)
    assert harness.due_units(limit=5) == [run.units[0]]


def test_what_is_due_is_handed_out_in_portions(harness: LedgerHarness):
    run = harness.open()
    holder = harness.take(run.units[0])
    units = databases(run, 25)
    harness.settle(holder, children=units)
    harness.advance(SILENCE + 1)
    portions = [ids(harness.due_units(limit=10)) for _ in range(4)]
    assert [len(portion) for portion in portions] == [10, 10, 6, 0]
    assert set.union(*portions) == ids([*units, run.units[1]])


def test_all_runs_are_looked_after_and_ended_ones_are_not(harness: LedgerHarness):
    ended = harness.open(ExtractionRequest(scope=DatabaseScope(name="a")))
    harness.run_to_end(ended.units)
    others = [harness.open(ExtractionRequest(scope=DatabaseScope(name=name))) for name in "bc"]
    harness.advance(SILENCE + 1)
    assert {unit.run_id for unit in harness.due_units()} == {other.run_id for other in others}


def test_a_finish_whose_message_was_lost_is_due(harness: LedgerHarness):
    run = harness.open()
    for unit in run.units:
        harness.settle(harness.take(unit))
    harness.advance(SILENCE + 1)
    assert ids(harness.due_units()) == {"finish"}
    assert harness.finish(run.run_id)


def test_the_finish_of_a_cancelled_run_is_due(harness: LedgerHarness):
    run = harness.open()
    harness.ledger(harness.calls.cancel(run.run_id, "enough"))
    harness.advance(SILENCE + 1)
    assert ids(harness.due_units()) == {"finish"}
