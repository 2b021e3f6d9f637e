"""What a run works with is fixed once, and a worker that cannot serve it gives its units back."""

import pytest
from tests.unit.ledger_harness import LEASE, LedgerHarness

from glueline.contract.messages import DatabaseScope, ExtractionRequest
from glueline.ledger.commands import Claim
from glueline.ledger.results import CircumstancesResult

FAR = 1_893_456_000_000_000
MINUTE = 60_000


def fix(
    harness: LedgerHarness, claim: Claim, what: str = "{}", newest: int = 0
) -> CircumstancesResult:
    fixed = harness.ledger(harness.calls.fix(claim, what, newest))
    assert fixed is not None
    return fixed


def test_what_is_said_first_stands_for_all_units_and_later_attempts(harness: LedgerHarness):
    opened = harness.open()
    first, second = (harness.take(unit) for unit in opened.units)
    assert fix(harness, first, '{"a": 1}') == CircumstancesResult('{"a": 1}', opened.generation)
    assert fix(harness, second, '{"b": 2}') == CircumstancesResult('{"a": 1}', opened.generation)
    harness.ledger(harness.calls.release(first))
    assert harness.claim(opened.units[0])[1].circumstances == '{"a": 1}'


def test_a_claim_that_is_lost_fixes_nothing(harness: LedgerHarness):
    opened = harness.open()
    claim = harness.take(opened.units[0])
    lost = Claim(claim.unit, "another")
    assert harness.ledger(harness.calls.fix(lost, "{}", FAR)) is None
    assert harness.status(opened.run_id).generation == opened.generation


def test_a_replay_keeps_what_is_fixed(harness: LedgerHarness):
    opened = harness.open()
    first, second = (harness.take(unit) for unit in opened.units)
    fix(harness, first, '{"a": 1}')
    harness.fail(first)
    harness.settle(second)
    harness.finish(opened.run_id, "partial")
    replayed = harness.ledger(harness.calls.replay(harness.status(opened.run_id)))
    assert harness.claim(replayed.units[0])[1].circumstances == '{"a": 1}'


@pytest.mark.parametrize("newest", [FAR, 2**53, 2**53 + 1, 2**62 + 1])
def test_a_run_goes_beyond_what_the_sinks_hold_and_all_later_ones_follow(
    harness: LedgerHarness, newest: int
):
    hr = ExtractionRequest(scope=DatabaseScope(name="hr"))
    early, opened = harness.open(hr), harness.open()
    assert fix(harness, harness.take(opened.units[0]), newest=newest).generation == newest + 1
    assert harness.status(opened.run_id).generation == newest + 1
    # A run that was opened below is fixed above, in the order of fixing.
    assert fix(harness, harness.take(early.units[0]), newest=newest).generation == newest + 2
    later = harness.open()
    assert later.generation == newest + 3
    assert fix(harness, harness.take(later.units[0]), newest=newest + 2).generation == newest + 3


def test_what_the_ledger_gave_itself_changes_no_order(harness: LedgerHarness):
    hr = ExtractionRequest(scope=DatabaseScope(name="hr"))
    early, late = harness.open(hr), harness.open()
    assert early.generation < late.generation
    fixed = fix(harness, harness.take(early.units[0]), newest=late.generation)
    assert fixed.generation == early.generation


def test_a_counter_that_is_lost_goes_on_above_its_runs(harness: LedgerHarness):
    opened = harness.open()
    key = harness.keys.generation("default")
    harness.client.set(key, FAR)
    poisoned = harness.open()
    assert poisoned.generation == FAR + 1
    harness.client.delete(key)
    fix(harness, harness.take(poisoned.units[0]))
    assert harness.open().generation == FAR + 2
    assert opened.generation < FAR


@pytest.mark.parametrize("odd", ["", "soon", "-5", "1e3"])
def test_a_counter_that_is_no_number_is_begun_anew(harness: LedgerHarness, odd: str):
    harness.client.set(harness.keys.generation("default"), odd)
    first = harness.open().generation
    assert first > 1_700_000_000_000
    assert harness.open().generation == first + 1


def give_back(harness: LedgerHarness, claim: Claim) -> bool | None:
    call = harness.calls.give_back(claim, "odd", delay_ms=1000, longest_ms=10 * MINUTE)
    return harness.ledger(call)


def test_a_unit_that_is_given_back_is_due_again_with_all_its_attempts(harness: LedgerHarness):
    opened = harness.open()
    for _ in range(3):
        claim, answer = harness.claim(opened.units[0])
        assert answer.attempts == 1
        assert give_back(harness, claim)
    assert harness.due_units() == []
    score = harness.client.zscore(
        f"{harness.keys.run(opened.run_id)}:open", opened.units[0].unit_id
    )
    seconds, micros = harness.client.time()
    assert score is not None
    assert 0 < score - (seconds * 1000 + micros // 1000) <= 1000 < LEASE
    assert harness.ledger(harness.calls.failures(opened.run_id)) == ([], ["odd"])


def test_a_claim_that_is_lost_is_not_given_back(harness: LedgerHarness):
    opened = harness.open()
    claim = harness.take(opened.units[0])
    assert give_back(harness, Claim(claim.unit, "another")) is None
    assert harness.ledger(harness.calls.renew([claim], LEASE)) == [True]


def shift(harness: LedgerHarness, run_id: str, milliseconds: int) -> None:
    """Let what the run remembers of waiting be so long ago."""
    base = harness.keys.run(run_id)
    for name in ("unserved_since", "unserved_at", "settled_at"):
        if (value := harness.client.hget(base, name)) is not None:
            harness.client.hset(base, name, int(value) - milliseconds)


def test_after_the_longest_time_the_unit_stays_with_its_worker(harness: LedgerHarness):
    opened = harness.open()
    unit, other = opened.units
    for _ in range(5):
        assert give_back(harness, harness.take(unit))
        shift(harness, opened.run_id, 2 * MINUTE)
    claim = harness.take(other)
    assert give_back(harness, claim) is False
    assert harness.ledger(harness.calls.renew([claim], LEASE)) == [True]


@pytest.mark.parametrize("what", ["another unit went well", "nobody was asked for long"])
def test_the_wait_begins_anew_when(harness: LedgerHarness, what: str):
    opened = harness.open()
    unit, other = opened.units
    for _ in range(5):
        assert give_back(harness, harness.take(unit))
        shift(harness, opened.run_id, 2 * MINUTE)
    if what == "another unit went well":
        harness.settle(harness.take(other))
    else:
        shift(harness, opened.run_id, 5 * MINUTE)
    assert give_back(harness, harness.take(unit)) is True
