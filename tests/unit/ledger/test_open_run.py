"""Opening runs: first units, generations, idempotency keys, and what a newer run does."""

import pytest
from tests.unit.desk import Desk

from glueline.contract.filters import Filters, Globs
from glueline.contract.messages import (
    CatalogScope,
    DatabaseScope,
    ExtractionRequest,
    JobScope,
    Options,
)
from glueline.contract.runs import RunState
from glueline.ledger.calls import finish_of

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


def test_an_idempotency_key_outlives_no_run_that_is_forgotten(desk: Desk):
    keyed = SALES.model_copy(update={"idempotency_key": "k"})
    first = desk.open(keyed)
    desk.client.delete(*desk.keys_of(first.run_id))
    assert desk.open(keyed).is_new


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
    finish = desk.take(finish_of(first.run_id, "default"))
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
