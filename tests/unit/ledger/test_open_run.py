"""Opening runs: first units, generations, idempotency keys, and what a newer run does."""

from typing import Any

import pytest
from tests.unit.ledger_harness import LedgerHarness

from glueline.contract.filters import Filters, Globs
from glueline.contract.messages import (
    CatalogScope,
    DatabaseScope,
    DatabaseUnit,
    ExtractionRequest,
    JobScope,
    Options,
)
from glueline.contract.runs import RunState
from glueline.ledger.commands import make_finish_unit
from glueline.ledger.decoding import digest_request
from glueline.ledger.keys import KeyOrigin

SALES = ExtractionRequest(scope=DatabaseScope(name="sales"))


def test_a_new_run_is_running_with_its_first_units_open(harness: LedgerHarness):
    request = ExtractionRequest(options=Options(raw=True), idempotency_key="ü/1")
    opened = harness.open(request)
    status = harness.status(opened.run_id)
    assert opened.is_new
    assert [unit.unit_id for unit in opened.units] == ["databases", "jobs"]
    assert (status.state, status.request, status.generation) == (
        RunState.RUNNING,
        request,
        opened.generation,
    )
    assert (status.open_units, status.settled_units, status.failed_units) == (2, 0, 0)
    assert status.counts == {}
    assert status.finished_at is None
    assert status.reason is None


def test_the_same_idempotency_key_gives_the_same_run(harness: LedgerHarness):
    keyed = SALES.model_copy(update={"idempotency_key": "nightly 1/2"})
    first, second = harness.open(keyed), harness.open(keyed)
    assert (first.is_new, second.is_new) == (True, False)
    assert (second.run_id, second.generation) == (first.run_id, first.generation)
    assert second.units == []
    assert harness.status(first.run_id).state is RunState.RUNNING


def test_idempotency_keys_belong_to_a_source(harness: LedgerHarness):
    keyed = SALES.model_copy(update={"idempotency_key": "k"})
    other = keyed.model_copy(update={"source": "prod"})
    assert harness.open(keyed).run_id != harness.open(other).run_id


def test_an_idempotency_key_is_known_after_the_run_ended(harness: LedgerHarness):
    keyed = SALES.model_copy(update={"idempotency_key": "k"})
    first = harness.open(keyed)
    harness.run_to_end(first.units)
    assert harness.open(keyed).run_id == first.run_id


def test_an_idempotency_key_outlives_its_run(harness: LedgerHarness):
    """It lives as long as promised, however short runs are kept."""
    keyed = SALES.model_copy(update={"idempotency_key": "k"})
    first = harness.open(keyed)
    harness.run_to_end(first.units)
    harness.client.delete(*harness.run_keys(first.run_id))
    again = harness.open(keyed)
    assert (again.is_new, again.run_id, again.generation) == (
        False,
        first.run_id,
        first.generation,
    )
    assert again.units == []


def test_an_idempotency_key_of_another_version_is_as_old_as_its_run(harness: LedgerHarness):
    """0.1.0 kept no generation and no digest with it."""
    keyed = SALES.model_copy(update={"idempotency_key": "k"})
    first = harness.open(keyed)
    harness.client.delete(harness.keys.idempotency(keyed) + ":asked")
    assert harness.open(keyed).run_id == first.run_id
    harness.client.delete(*harness.run_keys(first.run_id))
    assert harness.open(keyed).is_new


@pytest.mark.parametrize(
    "other",
    [
        {"scope": JobScope(name="sales")},
        {"filters": Filters(tables=Globs(deny=("a*",)))},
        {"options": Options(raw=True)},
    ],
    ids=lambda other: next(iter(other)),
)
def test_an_idempotency_key_with_another_request_opens_nothing(
    harness: LedgerHarness, other: dict[str, Any]
):
    keyed = SALES.model_copy(update={"idempotency_key": "k"})
    first = harness.open(keyed)
    for is_forgotten in (False, True):
        if is_forgotten:
            harness.client.delete(*harness.run_keys(first.run_id))
        answer = harness.open(keyed.model_copy(update=other))
        assert (answer.is_conflict, answer.is_new, answer.units) == (True, False, [])
        assert answer.run_id == first.run_id
    assert not harness.open(keyed).is_conflict


def test_the_digest_of_a_request_says_nothing_of_defaults():
    """A version with more fields must not take its own retry for another request."""
    spelt = ExtractionRequest.model_validate_json(SALES.model_dump_json())
    assert digest_request(spelt) == digest_request(
        ExtractionRequest(scope=DatabaseScope(name="sales"))
    )
    assert digest_request(SALES) != digest_request(ExtractionRequest(scope=JobScope(name="sales")))
    assert digest_request(SALES) == digest_request(
        SALES.model_copy(update={"idempotency_key": "k"})
    )


@pytest.mark.parametrize("origin", ["schedule", "message", "change"])
def test_no_caller_can_take_a_key_of_gluelines_own(harness: LedgerHarness, origin: KeyOrigin):
    keyed = SALES.model_copy(update={"idempotency_key": "schedule/nightly/1"})
    taken = harness.open(keyed)
    call = harness.calls.open_run("a" * 32, keyed, origin=origin)
    own = harness.ledger(call)
    assert own.is_new
    assert own.run_id != taken.run_id
    again = harness.ledger(harness.calls.open_run("b" * 32, keyed, origin=origin))
    assert (again.is_new, again.run_id) == (False, own.run_id)


def test_runs_that_are_asked_for_faster_than_they_end_still_end(harness: LedgerHarness):
    """The first is superseded, the second is not: the newest of all later ones waits for it."""
    runs = [harness.open(SALES)]
    runs += [harness.open(SALES) for _ in range(9)]
    first, second, *waited, last = runs
    assert harness.status(first.run_id).state is RunState.SUPERSEDED
    assert harness.status(second.run_id).state is RunState.RUNNING
    assert [harness.status(run.run_id).state for run in waited] == [RunState.SUPERSEDED] * 7
    status = harness.status(last.run_id)
    assert (status.state, status.open_units) == (RunState.RUNNING, 0)
    assert status.reason == f"waits for the end of run {second.run_id}"
    assert last.is_waiting
    assert [unit.unit_id for unit in last.units] == ["finish"]
    for run in (first, *waited):
        assert harness.finish(run.run_id, None)
    assert harness.due_units() == []
    harness.run_to_end(second.units[:1])
    assert [unit.unit_id for unit in harness.due_units()] == ["database/sales"]
    status = harness.status(last.run_id)
    assert (status.open_units, status.reason) == (1, None)
    assert harness.open(SALES).is_waiting  # that one has waited, so it goes on to its end
    harness.run_to_end([DatabaseUnit(run_id=last.run_id, source="default", database="sales")])
    assert harness.status(last.run_id).state is RunState.SUCCEEDED


def test_a_run_that_waits_can_be_cancelled_and_the_next_one_waits(harness: LedgerHarness):
    first, second, third = (harness.open(SALES) for _ in range(3))
    assert third.is_waiting
    assert harness.cancel(third.run_id)
    fourth = harness.open(SALES)
    assert fourth.is_waiting
    assert harness.status(third.run_id).state is RunState.CANCELLED
    harness.finish(first.run_id, None)
    harness.finish(third.run_id, None)
    assert harness.cancel(second.run_id)
    assert {unit.run_id for unit in harness.due_units()} >= {fourth.run_id}
    assert harness.status(fourth.run_id).open_units == 1


def test_a_run_that_waits_is_the_run_of_its_key(harness: LedgerHarness):
    keyed = SALES.model_copy(update={"idempotency_key": "k"})
    harness.open(SALES)
    harness.open(SALES)
    waiting, again = harness.open(keyed), harness.open(keyed)
    assert (waiting.is_waiting, again.is_new, again.run_id) == (True, False, waiting.run_id)
    assert harness.status(waiting.run_id).state is RunState.RUNNING


def test_a_run_that_waits_for_a_lost_run_begins(harness: LedgerHarness):
    _, second, third = (harness.open(SALES) for _ in range(3))
    harness.client.delete(*harness.run_keys(second.run_id))
    assert third.run_id in {unit.run_id for unit in harness.due_units()}


def test_without_a_key_each_request_is_a_run(harness: LedgerHarness):
    assert harness.open(SALES).run_id != harness.open(SALES).run_id


def test_generations_grow_within_a_source_whatever_the_scope(harness: LedgerHarness):
    scopes = [CatalogScope(), DatabaseScope(name="a"), JobScope(name="a"), CatalogScope()]
    generations = [harness.open(ExtractionRequest(scope=scope)).generation for scope in scopes]
    assert generations == sorted(set(generations))


def test_a_fresh_redis_does_not_begin_with_older_generations(harness: LedgerHarness):
    opened = harness.open(SALES)
    created = harness.status(opened.run_id).created_at.timestamp() * 1000
    assert opened.generation >= round(created)
    harness.client.delete(harness.keys.generation("default"))
    assert harness.open(SALES).generation >= opened.generation


def test_generations_grow_even_when_the_clock_was_ahead(harness: LedgerHarness):
    ahead = 4_000_000_000_000
    harness.client.set(harness.keys.generation("default"), ahead)
    assert harness.open(SALES).generation == ahead + 1
    assert harness.open(SALES).generation == ahead + 2


def test_a_newer_run_of_the_scope_supersedes(harness: LedgerHarness):
    older = harness.open(SALES)
    claim = harness.take(older.units[0])
    newer = harness.open(SALES)
    status = harness.status(older.run_id)
    assert status.state is RunState.SUPERSEDED
    assert newer.run_id in (status.reason or "")
    assert status.open_units == 1
    assert [(u.run_id, u.unit_id) for u in newer.units] == [
        (newer.run_id, "database/sales"),
        (older.run_id, "finish"),
    ]
    assert harness.settle(claim) == (False, [])
    assert harness.finish(older.run_id, None)
    assert harness.status(older.run_id).state is RunState.SUPERSEDED
    assert harness.status(newer.run_id).state is RunState.RUNNING


@pytest.mark.parametrize("source", ["default", "0" * 16, "a" + "0" * 20])
def test_the_finish_of_a_superseded_run_is_the_older_runs_own(harness: LedgerHarness, source: str):
    request = SALES.model_copy(update={"source": source})
    older, newer = harness.open(request), harness.open(request)
    finish = newer.units[-1]
    assert (finish.kind, finish.run_id, finish.source) == ("finish", older.run_id, source)


@pytest.mark.parametrize(
    "other",
    [
        ExtractionRequest(scope=DatabaseScope(name="sale")),
        ExtractionRequest(scope=JobScope(name="sales")),
        ExtractionRequest(),
        SALES.model_copy(update={"source": "prod"}),
        SALES.model_copy(update={"filters": Filters(tables=Globs(allow=("a*",)))}),
    ],
)
def test_a_run_about_other_things_does_not_supersede(
    harness: LedgerHarness, other: ExtractionRequest
):
    first = harness.open(SALES)
    assert "finish" not in {unit.kind for unit in harness.open(other).units}
    assert harness.status(first.run_id).state is RunState.RUNNING


def test_other_options_supersede_because_they_are_about_the_same_things(harness: LedgerHarness):
    first = harness.open(SALES)
    harness.open(SALES.model_copy(update={"options": Options(raw=True)}))
    assert harness.status(first.run_id).state is RunState.SUPERSEDED


def test_a_run_that_ended_is_not_superseded(harness: LedgerHarness):
    first = harness.open(SALES)
    harness.run_to_end(first.units)
    assert len(harness.open(SALES).units) == 1
    assert harness.status(first.run_id).state is RunState.SUCCEEDED


def test_a_run_whose_sinks_are_being_committed_is_left_to_its_end(harness: LedgerHarness):
    first = harness.open(SALES)
    harness.settle(harness.take(first.units[0]))
    finish = harness.take(make_finish_unit(first.run_id, "default"))
    assert len(harness.open(SALES).units) == 1
    assert harness.status(first.run_id).state is RunState.RUNNING
    assert harness.ledger(harness.calls.finish(finish, RunState.SUCCEEDED, keep_ms=1000))


def test_a_run_whose_opening_is_asked_for_again_is_the_same_run(harness: LedgerHarness):
    """A client sends the script again when the connection broke before the answer came."""
    call = harness.calls.open_run("a" * 32, SALES.model_copy(update={"idempotency_key": "k"}))
    first, again = harness.ledger(call), harness.ledger(call)
    assert again == first
    run = harness.status(first.run_id)
    assert (run.state, run.open_units, run.reason) == (RunState.RUNNING, 1, None)


def test_who_is_patient_opens_nothing_while_another_run_of_the_scope_goes_on(
    harness: LedgerHarness,
):
    first = harness.open(SALES)
    call = harness.calls.open_run("b" * 32, SALES, unless_running=True)
    waiting = harness.ledger(call)
    assert (waiting.is_other, waiting.is_new, waiting.units) == (True, False, [])
    assert (waiting.run_id, waiting.generation) == (first.run_id, first.generation)
    assert harness.status(first.run_id).state is RunState.RUNNING
    harness.run_to_end(first.units)
    opened = harness.ledger(call)
    assert (opened.is_other, opened.is_new, opened.run_id) == (False, True, "b" * 32)


def test_who_is_patient_knows_its_own_run(harness: LedgerHarness):
    mine = SALES.model_copy(update={"idempotency_key": "mine"})
    first = harness.ledger(harness.calls.open_run("a" * 32, mine, unless_running=True))
    again = harness.ledger(harness.calls.open_run("b" * 32, mine, unless_running=True))
    assert (first.is_new, again.is_new, again.is_other) == (True, False, False)
    assert again.run_id == first.run_id
