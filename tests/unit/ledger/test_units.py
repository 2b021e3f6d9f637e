"""The life of a unit: claimed, prolonged, given back, settled."""

from uuid import uuid4

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.ledger_harness import LEASE, SILENCE, LedgerHarness, failure

from glueline.contract.messages import DatabaseUnit, ExtractionRequest, JobUnit, UnitMessage
from glueline.contract.runs import RunState
from glueline.ledger.commands import Claim, make_finish_unit
from glueline.ledger.results import OpenRunResult


@pytest.fixture
def run(harness: LedgerHarness) -> OpenRunResult:
    return harness.open()


@pytest.fixture
def unit(run: OpenRunResult) -> UnitMessage:
    return run.units[0]


def child(run: OpenRunResult, name: str = "a") -> DatabaseUnit:
    return DatabaseUnit(run_id=run.run_id, source="default", database=name)


def test_a_claim_tells_what_the_run_is_about(
    harness: LedgerHarness, run: OpenRunResult, unit: UnitMessage
):
    _, answer = harness.claim(unit)
    status = harness.status(run.run_id)
    assert (answer.outcome, answer.attempts) == ("claimed", 1)
    assert (answer.state, answer.request) == (RunState.RUNNING, status.request)
    assert (answer.generation, answer.created_at) == (run.generation, status.created_at)


def test_a_unit_is_held_by_one(harness: LedgerHarness, unit: UnitMessage):
    claim = harness.take(unit)
    assert harness.claim(unit)[1].outcome == "busy"
    assert harness.settle(claim)[0]


def test_a_lapsed_lease_lets_another_take_the_unit(harness: LedgerHarness, unit: UnitMessage):
    first = harness.take(unit)
    harness.advance(LEASE + 1)
    second, answer = harness.claim(unit)
    assert (answer.outcome, answer.attempts) == ("claimed", 2)
    assert harness.settle(first) == (False, [])
    assert harness.settle(second)[0]


def test_a_renewed_lease_does_not_lapse(harness: LedgerHarness, unit: UnitMessage):
    claim = harness.take(unit)
    for _ in range(3):
        harness.advance(LEASE - 1000)
        assert harness.ledger(harness.calls.renew([claim], LEASE)) == [True]
        assert harness.claim(unit)[1].outcome == "busy"


def test_renewing_tells_which_claims_are_lost(harness: LedgerHarness, run: OpenRunResult):
    kept, lost = (harness.take(unit) for unit in run.units)
    harness.advance(LEASE + 1)
    harness.take(lost.unit)
    settled = harness.take(harness.open(ExtractionRequest(source="other")).units[0])
    harness.settle(settled)
    never = Claim(make_finish_unit("f" * 32, "default"), "token")
    renewed = harness.ledger(harness.calls.renew([kept, lost, settled, never], LEASE))
    assert renewed == [True, False, False, False]


def test_each_attempt_is_counted_before_the_work(harness: LedgerHarness, unit: UnitMessage):
    for attempt in (1, 2, 3):
        _, answer = harness.claim(unit, attempts=3)
        assert (answer.outcome, answer.attempts) == ("claimed", attempt)
        harness.advance(LEASE + 1)
    exhausted, answer = harness.claim(unit, attempts=3)
    assert answer.outcome == "exhausted"
    assert harness.fail(exhausted)[0]
    assert harness.claim(unit)[1].outcome == "settled"


def test_a_claim_that_is_asked_for_again_is_one_attempt(harness: LedgerHarness, unit: UnitMessage):
    """A client sends the script again when the connection broke before the answer came."""
    call = harness.calls.claim(Claim(unit, "token"), LEASE, 4)
    first, again = harness.ledger(call), harness.ledger(call)
    assert again == first
    assert (again.outcome, again.attempts) == ("claimed", 1)


def test_what_is_settled_failed_or_unknown_is_not_claimed(
    harness: LedgerHarness, run: OpenRunResult
):
    well, badly = run.units
    harness.settle(harness.take(well))
    harness.fail(harness.take(badly))
    assert harness.claim(well)[1].outcome == "settled"
    assert harness.claim(badly)[1].outcome == "settled"
    assert harness.claim(child(run, "never opened"))[1].outcome == "settled"
    assert harness.claim(make_finish_unit("f" * 32, "default"))[1].outcome == "unknown"


def test_nothing_is_claimed_once_the_run_is_over(harness: LedgerHarness, run: OpenRunResult):
    harness.run_to_end(run.units)
    for unit in (*run.units, make_finish_unit(run.run_id, "default")):
        assert harness.claim(unit)[1].outcome == "settled"
    assert harness.status(run.run_id).open_units == 0


def test_children_are_opened_once(harness: LedgerHarness, run: OpenRunResult, unit: UnitMessage):
    claim = harness.take(unit)
    children = [child(run, "a"), child(run, "b")]
    assert harness.ledger(harness.calls.open_units(claim, children)) == (
        True,
        ["database/a", "database/b"],
    )
    more = [*children, child(run, "c")]
    assert harness.ledger(harness.calls.open_units(claim, more)) == (True, ["database/c"])
    assert harness.status(run.run_id).open_units == 5
    assert harness.ledger(harness.calls.open_units(claim, [])) == (True, [])


def test_a_lost_claim_opens_no_children(
    harness: LedgerHarness, run: OpenRunResult, unit: UnitMessage
):
    claim = harness.take(unit)
    harness.advance(LEASE + 1)
    harness.take(unit)
    assert harness.ledger(harness.calls.open_units(claim, [child(run)])) == (False, [])
    assert harness.status(run.run_id).open_units == 2


def test_children_that_settled_or_failed_already_are_not_opened_again(
    harness: LedgerHarness, run: OpenRunResult, unit: UnitMessage
):
    claim = harness.take(unit)
    children = [child(run, name) for name in ("well", "badly", "new")]
    harness.ledger(harness.calls.open_units(claim, children[:2]))
    harness.settle(harness.take(children[0]))
    harness.fail(harness.take(children[1]))
    assert harness.settle(claim, children=children) == (True, ["database/new"])


def test_settling_adds_up_counts_listings_receipts_and_warnings(
    harness: LedgerHarness, run: OpenRunResult
):
    first, second = (harness.take(unit) for unit in run.units)
    harness.settle(
        first,
        counts={"table": 2, "calls": 1},
        listings=["databases", "database/a"],
        warnings=["odd"],
        receipt={"jsonl": {"path": "a/b", "größe": [1, None]}},
    )
    harness.settle(second, counts={"table": 3}, listings=["database/a"], warnings=["odd", "ö"])
    assert harness.status(run.run_id).counts == {"calls": 1, "table": 5, "warnings": 3}
    results = harness.ledger(harness.calls.results(run.run_id))
    assert results.listings == ["database/a", "databases"]
    assert results.receipts == {"databases": {"jsonl": {"path": "a/b", "größe": [1, None]}}}
    assert harness.ledger(harness.calls.failures(run.run_id)) == ([], ["odd", "odd", "ö"])


def test_a_failed_unit_is_kept_with_its_reason(
    harness: LedgerHarness, run: OpenRunResult, unit: UnitMessage
):
    why = failure(unit.unit_id, 'said "no" \\ ünïcode')
    harness.settle(harness.take(unit), failure=why, counts={"calls": 4})
    status = harness.status(run.run_id)
    assert (status.failed_units, status.settled_units, status.counts) == (1, 0, {"calls": 4})
    assert harness.ledger(harness.calls.failures(run.run_id)) == ([why], [])
    assert harness.ledger(harness.calls.results(run.run_id)).failures == [why]


def test_a_lost_claim_settles_nothing(
    harness: LedgerHarness, run: OpenRunResult, unit: UnitMessage
):
    lost = harness.take(unit)
    harness.advance(LEASE + 1)
    harness.take(unit)
    before = harness.status(run.run_id)
    answer = harness.settle(
        lost,
        counts={"table": 9},
        listings=["databases"],
        receipt={"a": 1},
        warnings=["w"],
        children=[child(run)],
    )
    assert answer == (False, [])
    assert harness.status(run.run_id) == before
    results = harness.ledger(harness.calls.results(run.run_id))
    assert (results.listings, results.receipts) == ([], {})


def test_a_unit_settles_once(harness: LedgerHarness, run: OpenRunResult, unit: UnitMessage):
    claim = harness.take(unit)
    assert harness.settle(claim, counts={"table": 1})[0]
    assert harness.settle(claim, counts={"table": 1}) == (False, [])
    assert harness.status(run.run_id).counts == {"table": 1}


def test_finish_follows_the_last_unit_and_only_it(harness: LedgerHarness, run: OpenRunResult):
    first, second = (harness.take(unit) for unit in run.units)
    assert harness.settle(first, children=[child(run)]) == (True, ["database/a"])
    assert harness.fail(second) == (True, [])
    assert harness.settle(harness.take(child(run))) == (True, ["finish"])
    assert harness.status(run.run_id).open_units == 1


def test_warnings_are_counted_all_and_kept_up_to_a_limit(
    harness: LedgerHarness, run: OpenRunResult
):
    first, second = (harness.take(unit) for unit in run.units)
    harness.settle(first, warnings=[f"w{i}" for i in range(900)])
    harness.settle(second, warnings=[f"v{i}" for i in range(900)])
    _, warnings = harness.ledger(harness.calls.failures(run.run_id)) or ([], [])
    assert len(warnings) == 1000
    assert harness.status(run.run_id).counts["warnings"] == 1800


def test_a_unit_given_back_by_a_stopping_worker_has_lost_no_attempt(
    harness: LedgerHarness, unit: UnitMessage
):
    for _ in range(10):
        claim = harness.take(unit)
        assert harness.ledger(harness.calls.release(claim, counted=False))
    assert harness.claim(unit)[1].attempts == 1
    assert not harness.ledger(harness.calls.release(claim, counted=False))


def test_a_unit_waits_for_its_next_attempt_and_is_then_due(
    harness: LedgerHarness, unit: UnitMessage
):
    harness.fill_queue(100)
    claim = harness.take(unit)
    assert harness.ledger(harness.calls.release(claim, delay_ms=60_000))
    assert harness.settle(claim) == (False, [])
    assert harness.due_units() == []
    harness.advance(60_000)
    assert harness.due_units() == [unit]
    assert harness.claim(unit)[1].attempts == 2


def test_a_unit_that_was_requeued_is_due_when_its_message_is_lost(
    harness: LedgerHarness, unit: UnitMessage
):
    harness.ledger(harness.calls.release(harness.take(unit)))
    harness.advance(SILENCE - 1000)
    assert harness.due_units() == []
    harness.advance(1001)
    assert unit in harness.due_units()


TEXTS = st.text(min_size=1, max_size=30)


@settings(deadline=None)
@given(names=st.lists(TEXTS, min_size=1, max_size=5, unique=True), warning=TEXTS, listing=TEXTS)
def test_odd_names_go_through_the_ledger_unharmed(redis_server, names, warning, listing):
    with redis.Redis.from_url(redis_server.url) as client:
        harness = LedgerHarness(client, f"test-{uuid4().hex}:")
        run = harness.open()
        units = [JobUnit(run_id=run.run_id, source="default", job=name) for name in names]
        held, ids = harness.settle(
            harness.take(run.units[0]), children=units, warnings=[warning], listings=[listing]
        )
        assert held
        assert ids == [unit.unit_id for unit in units]
        harness.advance(SILENCE + 1)
        assert {unit.unit_id: unit for unit in harness.due_units()} == {
            unit.unit_id: unit for unit in (run.units[1], *units)
        }
        assert harness.ledger(harness.calls.failures(run.run_id)) == ([], [warning])
        assert harness.ledger(harness.calls.results(run.run_id)).listings == [listing]


def test_of_units_lost_twice_only_one_runs_at_a_time(harness: LedgerHarness, run: OpenRunResult):
    first, second = run.units
    for _ in range(2):
        harness.take(first), harness.take(second)
        harness.advance(LEASE + 1)
        assert {unit.unit_id for unit in harness.due_units()} == {first.unit_id, second.unit_id}
    claim = harness.take(first)
    _, answer = harness.claim(second)
    assert (answer.outcome, answer.attempts) == ("busy", 0)
    harness.settle(claim)
    harness.advance(1000)
    assert [unit.unit_id for unit in harness.due_units()] == [second.unit_id]
    assert harness.claim(second)[1].attempts == 3
