"""The life of a unit: claimed, prolonged, given back, settled."""

from uuid import uuid4

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.ledger_harness import LEASE, SILENCE, Desk, failure

from glueline.contract.messages import DatabaseUnit, ExtractionRequest, JobUnit, UnitMessage
from glueline.contract.runs import RunState
from glueline.ledger.commands import Claim, finish_unit
from glueline.ledger.results import OpenRunResult


@pytest.fixture
def run(desk: Desk) -> OpenRunResult:
    return desk.open()


@pytest.fixture
def unit(run: OpenRunResult) -> UnitMessage:
    return run.units[0]


def child(run: OpenRunResult, name: str = "a") -> DatabaseUnit:
    return DatabaseUnit(run_id=run.run_id, source="default", database=name)


def test_a_claim_tells_what_the_run_is_about(desk: Desk, run: OpenRunResult, unit: UnitMessage):
    _, answer = desk.claim(unit)
    status = desk.status(run.run_id)
    assert (answer.outcome, answer.attempts) == ("claimed", 1)
    assert (answer.state, answer.request) == (RunState.RUNNING, status.request)
    assert (answer.generation, answer.created_at) == (run.generation, status.created_at)


def test_a_unit_is_held_by_one(desk: Desk, unit: UnitMessage):
    claim = desk.take(unit)
    assert desk.claim(unit)[1].outcome == "busy"
    assert desk.settle(claim)[0]


def test_a_lapsed_lease_lets_another_take_the_unit(desk: Desk, unit: UnitMessage):
    first = desk.take(unit)
    desk.later(LEASE + 1)
    second, answer = desk.claim(unit)
    assert (answer.outcome, answer.attempts) == ("claimed", 2)
    assert desk.settle(first) == (False, [])
    assert desk.settle(second)[0]


def test_a_renewed_lease_does_not_lapse(desk: Desk, unit: UnitMessage):
    claim = desk.take(unit)
    for _ in range(3):
        desk.later(LEASE - 1000)
        assert desk.ledger(desk.calls.renew([claim], LEASE)) == [True]
        assert desk.claim(unit)[1].outcome == "busy"


def test_renewing_tells_which_claims_are_lost(desk: Desk, run: OpenRunResult):
    kept, lost = (desk.take(unit) for unit in run.units)
    desk.later(LEASE + 1)
    desk.take(lost.unit)
    settled = desk.take(desk.open(ExtractionRequest(source="other")).units[0])
    desk.settle(settled)
    never = Claim(finish_unit("f" * 32, "default"), "token")
    renewed = desk.ledger(desk.calls.renew([kept, lost, settled, never], LEASE))
    assert renewed == [True, False, False, False]


def test_each_attempt_is_counted_before_the_work(desk: Desk, unit: UnitMessage):
    for attempt in (1, 2, 3):
        _, answer = desk.claim(unit, attempts=3)
        assert (answer.outcome, answer.attempts) == ("claimed", attempt)
        desk.later(LEASE + 1)
    exhausted, answer = desk.claim(unit, attempts=3)
    assert answer.outcome == "exhausted"
    assert desk.fail(exhausted)[0]
    assert desk.claim(unit)[1].outcome == "settled"


def test_a_claim_that_is_asked_for_again_is_one_attempt(desk: Desk, unit: UnitMessage):
    """A client sends the script again when the connection broke before the answer came."""
    call = desk.calls.claim(Claim(unit, "token"), LEASE, 4)
    first, again = desk.ledger(call), desk.ledger(call)
    assert again == first
    assert (again.outcome, again.attempts) == ("claimed", 1)


def test_what_is_settled_failed_or_unknown_is_not_claimed(desk: Desk, run: OpenRunResult):
    well, badly = run.units
    desk.settle(desk.take(well))
    desk.fail(desk.take(badly))
    assert desk.claim(well)[1].outcome == "settled"
    assert desk.claim(badly)[1].outcome == "settled"
    assert desk.claim(child(run, "never opened"))[1].outcome == "settled"
    assert desk.claim(finish_unit("f" * 32, "default"))[1].outcome == "unknown"


def test_nothing_is_claimed_once_the_run_is_over(desk: Desk, run: OpenRunResult):
    desk.run_to_end(run.units)
    for unit in (*run.units, finish_unit(run.run_id, "default")):
        assert desk.claim(unit)[1].outcome == "settled"
    assert desk.status(run.run_id).open_units == 0


def test_children_are_opened_once(desk: Desk, run: OpenRunResult, unit: UnitMessage):
    claim = desk.take(unit)
    children = [child(run, "a"), child(run, "b")]
    assert desk.ledger(desk.calls.open_units(claim, children)) == (
        True,
        ["database/a", "database/b"],
    )
    more = [*children, child(run, "c")]
    assert desk.ledger(desk.calls.open_units(claim, more)) == (True, ["database/c"])
    assert desk.status(run.run_id).open_units == 5
    assert desk.ledger(desk.calls.open_units(claim, [])) == (True, [])


def test_a_lost_claim_opens_no_children(desk: Desk, run: OpenRunResult, unit: UnitMessage):
    claim = desk.take(unit)
    desk.later(LEASE + 1)
    desk.take(unit)
    assert desk.ledger(desk.calls.open_units(claim, [child(run)])) == (False, [])
    assert desk.status(run.run_id).open_units == 2


def test_children_that_settled_or_failed_already_are_not_opened_again(
    desk: Desk, run: OpenRunResult, unit: UnitMessage
):
    claim = desk.take(unit)
    children = [child(run, name) for name in ("well", "badly", "new")]
    desk.ledger(desk.calls.open_units(claim, children[:2]))
    desk.settle(desk.take(children[0]))
    desk.fail(desk.take(children[1]))
    assert desk.settle(claim, children=children) == (True, ["database/new"])


def test_settling_adds_up_counts_listings_receipts_and_warnings(desk: Desk, run: OpenRunResult):
    first, second = (desk.take(unit) for unit in run.units)
    desk.settle(
        first,
        counts={"table": 2, "calls": 1},
        listings=["databases", "database/a"],
        warnings=["odd"],
        receipt={"jsonl": {"path": "a/b", "größe": [1, None]}},
    )
    desk.settle(second, counts={"table": 3}, listings=["database/a"], warnings=["odd", "ö"])
    assert desk.status(run.run_id).counts == {"calls": 1, "table": 5, "warnings": 3}
    results = desk.ledger(desk.calls.results(run.run_id))
    assert results.listings == ["database/a", "databases"]
    assert results.receipts == {"databases": {"jsonl": {"path": "a/b", "größe": [1, None]}}}
    assert desk.ledger(desk.calls.failures(run.run_id)) == ([], ["odd", "odd", "ö"])


def test_a_failed_unit_is_kept_with_its_reason(desk: Desk, run: OpenRunResult, unit: UnitMessage):
    why = failure(unit.unit_id, 'said "no" \\ ünïcode')
    desk.settle(desk.take(unit), failure=why, counts={"calls": 4})
    status = desk.status(run.run_id)
    assert (status.failed_units, status.settled_units, status.counts) == (1, 0, {"calls": 4})
    assert desk.ledger(desk.calls.failures(run.run_id)) == ([why], [])
    assert desk.ledger(desk.calls.results(run.run_id)).failures == [why]


def test_a_lost_claim_settles_nothing(desk: Desk, run: OpenRunResult, unit: UnitMessage):
    lost = desk.take(unit)
    desk.later(LEASE + 1)
    desk.take(unit)
    before = desk.status(run.run_id)
    answer = desk.settle(
        lost,
        counts={"table": 9},
        listings=["databases"],
        receipt={"a": 1},
        warnings=["w"],
        children=[child(run)],
    )
    assert answer == (False, [])
    assert desk.status(run.run_id) == before
    results = desk.ledger(desk.calls.results(run.run_id))
    assert (results.listings, results.receipts) == ([], {})


def test_a_unit_settles_once(desk: Desk, run: OpenRunResult, unit: UnitMessage):
    claim = desk.take(unit)
    assert desk.settle(claim, counts={"table": 1})[0]
    assert desk.settle(claim, counts={"table": 1}) == (False, [])
    assert desk.status(run.run_id).counts == {"table": 1}


def test_finish_follows_the_last_unit_and_only_it(desk: Desk, run: OpenRunResult):
    first, second = (desk.take(unit) for unit in run.units)
    assert desk.settle(first, children=[child(run)]) == (True, ["database/a"])
    assert desk.fail(second) == (True, [])
    assert desk.settle(desk.take(child(run))) == (True, ["finish"])
    assert desk.status(run.run_id).open_units == 1


def test_warnings_are_counted_all_and_kept_up_to_a_limit(desk: Desk, run: OpenRunResult):
    first, second = (desk.take(unit) for unit in run.units)
    desk.settle(first, warnings=[f"w{i}" for i in range(900)])
    desk.settle(second, warnings=[f"v{i}" for i in range(900)])
    _, warnings = desk.ledger(desk.calls.failures(run.run_id)) or ([], [])
    assert len(warnings) == 1000
    assert desk.status(run.run_id).counts["warnings"] == 1800


def test_a_unit_given_back_by_a_stopping_worker_has_lost_no_attempt(desk: Desk, unit: UnitMessage):
    for _ in range(10):
        claim = desk.take(unit)
        assert desk.ledger(desk.calls.release(claim, counted=False))
    assert desk.claim(unit)[1].attempts == 1
    assert not desk.ledger(desk.calls.release(claim, counted=False))


def test_a_unit_waits_for_its_next_attempt_and_is_then_due(desk: Desk, unit: UnitMessage):
    desk.waiting(100)
    claim = desk.take(unit)
    assert desk.ledger(desk.calls.release(claim, delay_ms=60_000))
    assert desk.settle(claim) == (False, [])
    assert desk.due() == []
    desk.later(60_000)
    assert desk.due() == [unit]
    assert desk.claim(unit)[1].attempts == 2


def test_a_unit_that_was_requeued_is_due_when_its_message_is_lost(desk: Desk, unit: UnitMessage):
    desk.ledger(desk.calls.release(desk.take(unit)))
    desk.later(SILENCE - 1000)
    assert desk.due() == []
    desk.later(1001)
    assert unit in desk.due()


TEXTS = st.text(min_size=1, max_size=30)


@settings(deadline=None)
@given(names=st.lists(TEXTS, min_size=1, max_size=5, unique=True), warning=TEXTS, listing=TEXTS)
def test_odd_names_go_through_the_ledger_unharmed(redis_server, names, warning, listing):
    with redis.Redis.from_url(redis_server.url) as client:
        desk = Desk(client, f"test-{uuid4().hex}:")
        run = desk.open()
        units = [JobUnit(run_id=run.run_id, source="default", job=name) for name in names]
        held, ids = desk.settle(
            desk.take(run.units[0]), children=units, warnings=[warning], listings=[listing]
        )
        assert held
        assert ids == [unit.unit_id for unit in units]
        desk.later(SILENCE + 1)
        assert {unit.unit_id: unit for unit in desk.due()} == {
            unit.unit_id: unit for unit in (run.units[1], *units)
        }
        assert desk.ledger(desk.calls.failures(run.run_id)) == ([], [warning])
        assert desk.ledger(desk.calls.results(run.run_id)).listings == [listing]


def test_of_units_lost_twice_only_one_runs_at_a_time(desk: Desk, run: OpenRunResult):
    first, second = run.units
    for _ in range(2):
        desk.take(first), desk.take(second)
        desk.later(LEASE + 1)
        assert {unit.unit_id for unit in desk.due()} == {first.unit_id, second.unit_id}
    claim = desk.take(first)
    _, answer = desk.claim(second)
    assert (answer.outcome, answer.attempts) == ("busy", 0)
    desk.settle(claim)
    desk.later(1000)
    assert [unit.unit_id for unit in desk.due()] == [second.unit_id]
    assert desk.claim(second)[1].attempts == 3
