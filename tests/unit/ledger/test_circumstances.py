"""What a run works with is fixed once, and a worker that cannot serve it gives its units back."""

import pytest
from tests.unit.ledger_harness import LEASE, Desk

from glueline.contract.messages import DatabaseScope, ExtractionRequest
from glueline.ledger.commands import Claim
from glueline.ledger.results import Fixed

FAR = 1_893_456_000_000_000
MINUTE = 60_000


def fix(desk: Desk, claim: Claim, what: str = "{}", newest: int = 0) -> Fixed:
    fixed = desk.ledger(desk.calls.fix(claim, what, newest))
    assert fixed is not None
    return fixed


def test_what_is_said_first_stands_for_all_units_and_later_attempts(desk: Desk):
    opened = desk.open()
    first, second = (desk.take(unit) for unit in opened.units)
    assert fix(desk, first, '{"a": 1}') == Fixed('{"a": 1}', opened.generation)
    assert fix(desk, second, '{"b": 2}') == Fixed('{"a": 1}', opened.generation)
    desk.ledger(desk.calls.release(first))
    assert desk.claim(opened.units[0])[1].circumstances == '{"a": 1}'


def test_a_claim_that_is_lost_fixes_nothing(desk: Desk):
    opened = desk.open()
    claim = desk.take(opened.units[0])
    lost = Claim(claim.unit, "another")
    assert desk.ledger(desk.calls.fix(lost, "{}", FAR)) is None
    assert desk.status(opened.run_id).generation == opened.generation


def test_a_replay_keeps_what_is_fixed(desk: Desk):
    opened = desk.open()
    first, second = (desk.take(unit) for unit in opened.units)
    fix(desk, first, '{"a": 1}')
    desk.fail(first)
    desk.settle(second)
    desk.finish(opened.run_id, "partial")
    replayed = desk.ledger(desk.calls.replay(desk.status(opened.run_id)))
    assert desk.claim(replayed.units[0])[1].circumstances == '{"a": 1}'


@pytest.mark.parametrize("newest", [FAR, 2**53, 2**53 + 1, 2**62 + 1])
def test_a_run_goes_beyond_what_the_sinks_hold_and_all_later_ones_follow(desk: Desk, newest: int):
    hr = ExtractionRequest(scope=DatabaseScope(name="hr"))
    early, opened = desk.open(hr), desk.open()
    assert fix(desk, desk.take(opened.units[0]), newest=newest).generation == newest + 1
    assert desk.status(opened.run_id).generation == newest + 1
    # A run that was opened below is fixed above, in the order of fixing.
    assert fix(desk, desk.take(early.units[0]), newest=newest).generation == newest + 2
    later = desk.open()
    assert later.generation == newest + 3
    assert fix(desk, desk.take(later.units[0]), newest=newest + 2).generation == newest + 3


def test_what_the_ledger_gave_itself_changes_no_order(desk: Desk):
    hr = ExtractionRequest(scope=DatabaseScope(name="hr"))
    early, late = desk.open(hr), desk.open()
    assert early.generation < late.generation
    fixed = fix(desk, desk.take(early.units[0]), newest=late.generation)
    assert fixed.generation == early.generation


def test_a_counter_that_is_lost_goes_on_above_its_runs(desk: Desk):
    opened = desk.open()
    key = desk.keys.generation("default")
    desk.client.set(key, FAR)
    poisoned = desk.open()
    assert poisoned.generation == FAR + 1
    desk.client.delete(key)
    fix(desk, desk.take(poisoned.units[0]))
    assert desk.open().generation == FAR + 2
    assert opened.generation < FAR


@pytest.mark.parametrize("odd", ["", "soon", "-5", "1e3"])
def test_a_counter_that_is_no_number_is_begun_anew(desk: Desk, odd: str):
    desk.client.set(desk.keys.generation("default"), odd)
    first = desk.open().generation
    assert first > 1_700_000_000_000
    assert desk.open().generation == first + 1


def give_back(desk: Desk, claim: Claim) -> bool | None:
    call = desk.calls.give_back(claim, "odd", delay_ms=1000, longest_ms=10 * MINUTE)
    return desk.ledger(call)


def test_a_unit_that_is_given_back_is_due_again_with_all_its_attempts(desk: Desk):
    opened = desk.open()
    for _ in range(3):
        claim, answer = desk.claim(opened.units[0])
        assert answer.attempts == 1
        assert give_back(desk, claim)
    assert desk.due() == []
    score = desk.client.zscore(f"{desk.keys.run(opened.run_id)}:open", opened.units[0].unit_id)
    seconds, micros = desk.client.time()
    assert score is not None
    assert 0 < score - (seconds * 1000 + micros // 1000) <= 1000 < LEASE
    assert desk.ledger(desk.calls.failures(opened.run_id)) == ([], ["odd"])


def test_a_claim_that_is_lost_is_not_given_back(desk: Desk):
    opened = desk.open()
    claim = desk.take(opened.units[0])
    assert give_back(desk, Claim(claim.unit, "another")) is None
    assert desk.ledger(desk.calls.renew([claim], LEASE)) == [True]


def shift(desk: Desk, run_id: str, milliseconds: int) -> None:
    """Let what the run remembers of waiting be so long ago."""
    base = desk.keys.run(run_id)
    for name in ("unserved_since", "unserved_at", "settled_at"):
        if (value := desk.client.hget(base, name)) is not None:
            desk.client.hset(base, name, int(value) - milliseconds)


def test_after_the_longest_time_the_unit_stays_with_its_worker(desk: Desk):
    opened = desk.open()
    unit, other = opened.units
    for _ in range(5):
        assert give_back(desk, desk.take(unit))
        shift(desk, opened.run_id, 2 * MINUTE)
    claim = desk.take(other)
    assert give_back(desk, claim) is False
    assert desk.ledger(desk.calls.renew([claim], LEASE)) == [True]


@pytest.mark.parametrize("what", ["another unit went well", "nobody was asked for long"])
def test_the_wait_begins_anew_when(desk: Desk, what: str):
    opened = desk.open()
    unit, other = opened.units
    for _ in range(5):
        assert give_back(desk, desk.take(unit))
        shift(desk, opened.run_id, 2 * MINUTE)
    if what == "another unit went well":
        desk.settle(desk.take(other))
    else:
        shift(desk, opened.run_id, 5 * MINUTE)
    assert give_back(desk, desk.take(unit)) is True
