"""Opening runs: first units, generations, idempotency keys, and what a newer run does."""

from typing import Any

import pytest
from tests.unit.ledger_harness import Desk

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
from glueline.ledger.commands import finish_unit
from glueline.ledger.decoding import digest_of
from glueline.ledger.keys import Origin

SALES = ExtractionRequest(scope=DatabaseScope(name="sales"))


def test_a_new_run_is_running_with_its_first_units_open(desk: Desk):
    request = ExtractionRequest(options=Options(raw=True), idempotency_key="ü/1")
    opened = desk.open(request)
    status = desk.status(opened.run_id)
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


def test_the_same_idempotency_key_gives_the_same_run(desk: Desk):
    keyed = SALES.model_copy(update={"idempotency_key": "nightly 1/2"})
    first, second = desk.open(keyed), desk.open(keyed)
    assert (first.is_new, second.is_new) == (True, False)
    assert (second.run_id, second.generation) == (first.run_id, first.generation)
    assert second.units == []
    assert desk.status(first.run_id).state is RunState.RUNNING


def test_idempotency_keys_belong_to_a_source(desk: Desk):
    keyed = SALES.model_copy(update={"idempotency_key": "k"})
    other = keyed.model_copy(update={"source": "prod"})
    assert desk.open(keyed).run_id != desk.open(other).run_id


def test_an_idempotency_key_is_known_after_the_run_ended(desk: Desk):
    keyed = SALES.model_copy(update={"idempotency_key": "k"})
    first = desk.open(keyed)
    desk.run_to_end(first.units)
    assert desk.open(keyed).run_id == first.run_id


def test_an_idempotency_key_outlives_its_run(desk: Desk):
    """It lives as long as promised, however short runs are kept."""
    keyed = SALES.model_copy(update={"idempotency_key": "k"})
    first = desk.open(keyed)
    desk.run_to_end(first.units)
    desk.client.delete(*desk.keys_of(first.run_id))
    again = desk.open(keyed)
    assert (again.is_new, again.run_id, again.generation) == (
        False,
        first.run_id,
        first.generation,
    )
    assert again.units == []


def test_an_idempotency_key_of_another_version_is_as_old_as_its_run(desk: Desk):
    """0.1.0 kept no generation and no digest with it."""
    keyed = SALES.model_copy(update={"idempotency_key": "k"})
    first = desk.open(keyed)
    desk.client.delete(desk.keys.idempotency(keyed) + ":asked")
    assert desk.open(keyed).run_id == first.run_id
    desk.client.delete(*desk.keys_of(first.run_id))
    assert desk.open(keyed).is_new


@pytest.mark.parametrize(
    "other",
    [
        {"scope": JobScope(name="sales")},
        {"filters": Filters(tables=Globs(deny=("a*",)))},
        {"options": Options(raw=True)},
    ],
    ids=lambda other: next(iter(other)),
)
def test_an_idempotency_key_with_another_request_opens_nothing(desk: Desk, other: dict[str, Any]):
    keyed = SALES.model_copy(update={"idempotency_key": "k"})
    first = desk.open(keyed)
    for is_forgotten in (False, True):
        if is_forgotten:
            desk.client.delete(*desk.keys_of(first.run_id))
        answer = desk.open(keyed.model_copy(update=other))
        assert (answer.is_conflict, answer.is_new, answer.units) == (True, False, [])
        assert answer.run_id == first.run_id
    assert not desk.open(keyed).is_conflict


def test_the_digest_of_a_request_says_nothing_of_defaults():
    """A version with more fields must not take its own retry for another request."""
    spelt = ExtractionRequest.model_validate_json(SALES.model_dump_json())
    assert digest_of(spelt) == digest_of(ExtractionRequest(scope=DatabaseScope(name="sales")))
    assert digest_of(SALES) != digest_of(ExtractionRequest(scope=JobScope(name="sales")))
    assert digest_of(SALES) == digest_of(SALES.model_copy(update={"idempotency_key": "k"}))


@pytest.mark.parametrize("origin", ["schedule", "message", "change"])
def test_no_caller_can_take_a_key_of_gluelines_own(desk: Desk, origin: Origin):
    keyed = SALES.model_copy(update={"idempotency_key": "schedule/nightly/1"})
    taken = desk.open(keyed)
    call = desk.calls.open_run("a" * 32, keyed, origin=origin)
    own = desk.ledger(call)
    assert own.is_new
    assert own.run_id != taken.run_id
    again = desk.ledger(desk.calls.open_run("b" * 32, keyed, origin=origin))
    assert (again.is_new, again.run_id) == (False, own.run_id)


def test_runs_that_are_asked_for_faster_than_they_end_still_end(desk: Desk):
    """The first is superseded, the second is not: the newest of all later ones waits for it."""
    runs = [desk.open(SALES)]
    runs += [desk.open(SALES) for _ in range(9)]
    first, second, *waited, last = runs
    assert desk.status(first.run_id).state is RunState.SUPERSEDED
    assert desk.status(second.run_id).state is RunState.RUNNING
    assert [desk.status(run.run_id).state for run in waited] == [RunState.SUPERSEDED] * 7
    status = desk.status(last.run_id)
    assert (status.state, status.open_units) == (RunState.RUNNING, 0)
    assert status.reason == f"waits for the end of run {second.run_id}"
    assert last.is_waiting
    assert [unit.unit_id for unit in last.units] == ["finish"]
    for run in (first, *waited):
        assert desk.finish(run.run_id, None)
    assert desk.due() == []
    desk.run_to_end(second.units[:1])
    assert [unit.unit_id for unit in desk.due()] == ["database/sales"]
    status = desk.status(last.run_id)
    assert (status.open_units, status.reason) == (1, None)
    assert desk.open(SALES).is_waiting  # that one has waited, so it goes on to its end
    desk.run_to_end([DatabaseUnit(run_id=last.run_id, source="default", database="sales")])
    assert desk.status(last.run_id).state is RunState.SUCCEEDED


def test_a_run_that_waits_can_be_cancelled_and_the_next_one_waits(desk: Desk):
    first, second, third = (desk.open(SALES) for _ in range(3))
    assert third.is_waiting
    assert desk.ledger(desk.calls.cancel(third.run_id, "default", "enough")) == "running"
    fourth = desk.open(SALES)
    assert fourth.is_waiting
    assert desk.status(third.run_id).state is RunState.CANCELLED
    desk.finish(first.run_id, None)
    desk.finish(third.run_id, None)
    assert desk.ledger(desk.calls.cancel(second.run_id, "default", "enough")) == "running"
    assert {unit.run_id for unit in desk.due()} >= {fourth.run_id}
    assert desk.status(fourth.run_id).open_units == 1


def test_a_run_that_waits_is_the_run_of_its_key(desk: Desk):
    keyed = SALES.model_copy(update={"idempotency_key": "k"})
    desk.open(SALES)
    desk.open(SALES)
    waiting, again = desk.open(keyed), desk.open(keyed)
    assert (waiting.is_waiting, again.is_new, again.run_id) == (True, False, waiting.run_id)
    assert desk.status(waiting.run_id).state is RunState.RUNNING


def test_a_run_that_waits_for_a_lost_run_begins(desk: Desk):
    _, second, third = (desk.open(SALES) for _ in range(3))
    desk.client.delete(*desk.keys_of(second.run_id))
    assert third.run_id in {unit.run_id for unit in desk.due()}


def test_without_a_key_each_request_is_a_run(desk: Desk):
    assert desk.open(SALES).run_id != desk.open(SALES).run_id


def test_generations_grow_within_a_source_whatever_the_scope(desk: Desk):
    scopes = [CatalogScope(), DatabaseScope(name="a"), JobScope(name="a"), CatalogScope()]
    generations = [desk.open(ExtractionRequest(scope=scope)).generation for scope in scopes]
    assert generations == sorted(set(generations))


def test_a_fresh_redis_does_not_begin_with_older_generations(desk: Desk):
    opened = desk.open(SALES)
    created = desk.status(opened.run_id).created_at.timestamp() * 1000
    assert opened.generation >= round(created)
    desk.client.delete(desk.keys.generation("default"))
    assert desk.open(SALES).generation >= opened.generation


def test_generations_grow_even_when_the_clock_was_ahead(desk: Desk):
    ahead = 4_000_000_000_000
    desk.client.set(desk.keys.generation("default"), ahead)
    assert desk.open(SALES).generation == ahead + 1
    assert desk.open(SALES).generation == ahead + 2


def test_a_newer_run_of_the_scope_supersedes(desk: Desk):
    older = desk.open(SALES)
    claim = desk.take(older.units[0])
    newer = desk.open(SALES)
    status = desk.status(older.run_id)
    assert status.state is RunState.SUPERSEDED
    assert newer.run_id in (status.reason or "")
    assert status.open_units == 1
    assert [(u.run_id, u.unit_id) for u in newer.units] == [
        (newer.run_id, "database/sales"),
        (older.run_id, "finish"),
    ]
    assert desk.settle(claim) == (False, [])
    assert desk.finish(older.run_id, None)
    assert desk.status(older.run_id).state is RunState.SUPERSEDED
    assert desk.status(newer.run_id).state is RunState.RUNNING


@pytest.mark.parametrize("source", ["default", "0" * 16, "a" + "0" * 20])
def test_the_finish_of_a_superseded_run_is_the_older_runs_own(desk: Desk, source: str):
    request = SALES.model_copy(update={"source": source})
    older, newer = desk.open(request), desk.open(request)
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
def test_a_run_about_other_things_does_not_supersede(desk: Desk, other: ExtractionRequest):
    first = desk.open(SALES)
    assert "finish" not in {unit.kind for unit in desk.open(other).units}
    assert desk.status(first.run_id).state is RunState.RUNNING


def test_other_options_supersede_because_they_are_about_the_same_things(desk: Desk):
    first = desk.open(SALES)
    desk.open(SALES.model_copy(update={"options": Options(raw=True)}))
    assert desk.status(first.run_id).state is RunState.SUPERSEDED


def test_a_run_that_ended_is_not_superseded(desk: Desk):
    first = desk.open(SALES)
    desk.run_to_end(first.units)
    assert len(desk.open(SALES).units) == 1
    assert desk.status(first.run_id).state is RunState.SUCCEEDED


def test_a_run_whose_sinks_are_being_committed_is_left_to_its_end(desk: Desk):
    first = desk.open(SALES)
    desk.settle(desk.take(first.units[0]))
    finish = desk.take(finish_unit(first.run_id, "default"))
    assert len(desk.open(SALES).units) == 1
    assert desk.status(first.run_id).state is RunState.RUNNING
    assert desk.ledger(desk.calls.finish(finish, RunState.SUCCEEDED, keep_ms=1000))


def test_a_run_whose_opening_is_asked_for_again_is_the_same_run(desk: Desk):
    """A client sends the script again when the connection broke before the answer came."""
    call = desk.calls.open_run("a" * 32, SALES.model_copy(update={"idempotency_key": "k"}))
    first, again = desk.ledger(call), desk.ledger(call)
    assert again == first
    run = desk.status(first.run_id)
    assert (run.state, run.open_units, run.reason) == (RunState.RUNNING, 1, None)


def test_who_is_patient_opens_nothing_while_another_run_of_the_scope_goes_on(desk: Desk):
    first = desk.open(SALES)
    call = desk.calls.open_run("b" * 32, SALES, patiently=True)
    waiting = desk.ledger(call)
    assert (waiting.is_other, waiting.is_new, waiting.units) == (True, False, [])
    assert (waiting.run_id, waiting.generation) == (first.run_id, first.generation)
    assert desk.status(first.run_id).state is RunState.RUNNING
    desk.run_to_end(first.units)
    opened = desk.ledger(call)
    assert (opened.is_other, opened.is_new, opened.run_id) == (False, True, "b" * 32)


def test_who_is_patient_knows_its_own_run(desk: Desk):
    mine = SALES.model_copy(update={"idempotency_key": "mine"})
    first = desk.ledger(desk.calls.open_run("a" * 32, mine, patiently=True))
    again = desk.ledger(desk.calls.open_run("b" * 32, mine, patiently=True))
    assert (first.is_new, again.is_new, again.is_other) == (True, False, False)
    assert again.run_id == first.run_id
