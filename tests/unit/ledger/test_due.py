"""What the reconciler publishes again, and what it leaves to the queue."""

from tests.unit.ledger_harness import LEASE, SILENCE, SLACK, Desk

from glueline.contract.messages import DatabaseScope, DatabaseUnit, ExtractionRequest, UnitMessage
from glueline.ledger.results import OpenRunResult


def ids(units: list[UnitMessage]) -> set[str]:
    return {unit.unit_id for unit in units}


def databases(run: OpenRunResult, number: int) -> list[UnitMessage]:
    return [
        DatabaseUnit(run_id=run.run_id, source="default", database=f"d{i:04}")
        for i in range(number)
    ]


def test_nothing_is_due_in_a_ledger_without_runs(desk: Desk):
    assert desk.due() == []


def test_a_fresh_unit_is_left_to_its_message(desk: Desk):
    desk.open()
    desk.later(SILENCE - 1000)
    assert desk.due() == []


def test_when_the_queue_is_empty_a_silent_unit_has_lost_its_message(desk: Desk):
    run = desk.open()
    desk.later(SILENCE + 1)
    assert ids(desk.due()) == ids(run.units)
    assert desk.due() == []
    desk.later(SILENCE + 1)
    assert ids(desk.due()) == ids(run.units)


def test_a_unit_that_waits_in_a_long_queue_is_left_alone(desk: Desk):
    desk.open()
    desk.waiting(500)
    desk.later(10 * SILENCE)
    assert desk.due() == []


def test_a_message_that_a_younger_one_has_overtaken_is_lost(desk: Desk):
    older = desk.open()
    desk.later(SLACK + 1000)
    younger = desk.open(ExtractionRequest(scope=DatabaseScope(name="x")))
    desk.take(younger.units[0])
    desk.waiting(500)
    assert desk.due() == []
    desk.later(SILENCE)
    assert ids(desk.due()) >= ids(older.units)


def test_an_older_message_that_is_read_late_does_not_hide_the_overtaking(desk: Desk):
    older = desk.open()
    desk.later(SLACK + 1000)
    younger = desk.open(ExtractionRequest(scope=DatabaseScope(name="x")))
    desk.take(younger.units[0])
    desk.take(older.units[1])
    desk.waiting(500)
    desk.later(SILENCE)
    assert older.units[0] in desk.due()


def test_messages_published_together_may_be_read_in_any_order(desk: Desk):
    run = desk.open()
    desk.take(run.units[1])
    desk.waiting(500)
    desk.later(LEASE - 1000)
    assert desk.due() == []
    desk.settle(desk.take(run.units[0]))


def test_a_dead_holders_unit_is_published_however_long_the_queue(desk: Desk):
    run = desk.open()
    desk.take(run.units[0])
    desk.waiting(500)
    desk.later(LEASE - 1000)
    assert desk.due() == []
    desk.later(1001)
    assert desk.due() == [run.units[0]]
    assert desk.claim(run.units[0])[1].attempts == 2


def test_a_dead_holders_unit_is_found_behind_a_long_backlog(desk: Desk):
    run = desk.open()
    backlog = databases(run, 50)
    holder = desk.take(run.units[0])
    desk.ledger(desk.calls.open_units(holder, backlog))
    desk.waiting(500)
    desk.later(SILENCE)
    desk.ledger(desk.calls.renew([holder], LEASE))
    desk.later(LEASE + 1)
    assert desk.due(limit=5) == [run.units[0]]


def test_a_retry_is_found_behind_a_long_backlog(desk: Desk):
    run = desk.open()
    holder = desk.take(run.units[0])
    desk.ledger(desk.calls.open_units(holder, databases(run, 50)))
    desk.waiting(500)
    desk.later(2 * SILENCE)
    desk.ledger(desk.calls.release(holder, delay_ms=1000))
    desk.later(1001)
    assert desk.due(limit=5) == [run.units[0]]


def test_what_is_due_is_handed_out_in_portions(desk: Desk):
    run = desk.open()
    holder = desk.take(run.units[0])
    units = databases(run, 25)
    desk.settle(holder, children=units)
    desk.later(SILENCE + 1)
    portions = [ids(desk.due(limit=10)) for _ in range(4)]
    assert [len(portion) for portion in portions] == [10, 10, 6, 0]
    assert set.union(*portions) == ids([*units, run.units[1]])


def test_all_runs_are_looked_after_and_ended_ones_are_not(desk: Desk):
    ended = desk.open(ExtractionRequest(scope=DatabaseScope(name="a")))
    desk.run_to_end(ended.units)
    others = [desk.open(ExtractionRequest(scope=DatabaseScope(name=name))) for name in "bc"]
    desk.later(SILENCE + 1)
    assert {unit.run_id for unit in desk.due()} == {other.run_id for other in others}


def test_a_finish_whose_message_was_lost_is_due(desk: Desk):
    run = desk.open()
    for unit in run.units:
        desk.settle(desk.take(unit))
    desk.later(SILENCE + 1)
    assert ids(desk.due()) == {"finish"}
    assert desk.finish(run.run_id)


def test_the_finish_of_a_cancelled_run_is_due(desk: Desk):
    run = desk.open()
    desk.ledger(desk.calls.cancel(run.run_id, "default", "enough"))
    desk.later(SILENCE + 1)
    assert ids(desk.due()) == {"finish"}
