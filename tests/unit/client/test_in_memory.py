"""``glueline.testing`` against the same assertions as the ledger in Redis."""

import doctest
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from tests.unit.ledger_harness import LedgerHarness

import glueline.testing
from glueline import (
    AsyncProducer,
    ExtractionRequest,
    KeyConflict,
    Options,
    Producer,
    Retryable,
    RunState,
    Settings,
    UnknownRun,
    UsageError,
    WaitTimeout,
    accept_events,
)
from glueline.contract.checks import CheckReport
from glueline.contract.messages import (
    DatabaseScope,
    FinishUnit,
    JobsUnit,
    JobUnit,
    UnitMessage,
    parse_message,
)
from glueline.ledger.checks import record_check
from glueline.ledger.commands import make_finish_unit
from glueline.settings.schedules import Schedule
from glueline.testing import InMemoryGlueline, InMemoryLedger

SALES = ExtractionRequest(scope=DatabaseScope(name="sales"))
REQUESTS = [SALES, ExtractionRequest(options=Options(raw=True))]
SLOT = 1_700_000_000
TABLE_CHANGE = {
    "id": "1",
    "source": "aws.glue",
    "detail-type": "Glue Data Catalog Table State Change",
    "detail": {"databaseName": "sales", "tableName": "orders"},
}


@dataclass
class Stage:
    """A producer, what it published, and a hand that takes the place of workers."""

    producer: Producer
    ledger: Any
    published: Callable[[], list[Any]]
    settle: Callable[[UnitMessage], None]
    fail: Callable[[UnitMessage, str], None]
    finish: Callable[[str, RunState], None]

    def take(self, run_id: str) -> list[Any]:
        """Return the units of a run that were published and are not finishes."""
        return [
            unit
            for unit in self.published()
            if unit.run_id == run_id and not isinstance(unit, FinishUnit)
        ]

    def end(self, run_id: str, state: RunState = RunState.SUCCEEDED) -> None:
        """Let a run end: its units go well, or all fail."""
        for unit in self.take(run_id):
            if state is RunState.FAILED:
                self.fail(unit, "AccessDenied: no")
            else:
                self.settle(unit)
        self.finish(run_id, state)


def _in_memory(settings: Settings) -> Stage:
    glueline = InMemoryGlueline(settings)
    ledger = glueline.ledger
    return Stage(
        glueline.producer,
        ledger,
        lambda: glueline.publisher.messages,
        lambda unit: ledger.settle_unit(unit.run_id, unit.unit_id, counts={"table": 2}),
        lambda unit, why: ledger.fail_unit(unit.run_id, unit.unit_id, why),
        ledger.finish_run,
    )


def _in_redis(producer: Producer, harness: LedgerHarness, queue: Callable[[], Any]) -> Stage:
    def finish(run_id: str, state: RunState) -> None:
        is_running = harness.status(run_id).state is RunState.RUNNING
        harness.finish(run_id, state if is_running else None)

    return Stage(
        producer,
        harness.ledger,
        lambda: [parse_message(envelope["args"][0]) for envelope in queue()],
        lambda unit: harness.settle(harness.take(unit), counts={"table": 2}) and None,
        lambda unit, why: harness.fail(harness.take(unit), why) and None,
        finish,
    )


@pytest.fixture(params=["memory", "redis"])
def stage(
    request: pytest.FixtureRequest,
    settings: Settings,
    harness: LedgerHarness,
    queue: Callable[[], Any],
) -> Iterator[Stage]:
    if request.param == "memory":
        yield _in_memory(settings)
        return
    with Producer(settings) as producer:
        yield _in_redis(producer, harness, queue)


def test_an_extraction_is_open_and_published(stage: Stage):
    for request in REQUESTS:
        accepted = stage.producer.enqueue(request)
        run = stage.producer.status(accepted.run_id)
        assert accepted.is_new
        assert (run.request, run.generation) == (request, accepted.generation)
        assert run.state is RunState.RUNNING
        assert (run.settled_units, run.failed_units, run.counts) == (0, 0, {})
        assert run.open_units == len(stage.take(accepted.run_id))
        assert (run.reason, run.finished_at, run.is_readable) == (None, None, True)


def test_generations_of_a_source_grow(stage: Stage):
    found = [stage.producer.enqueue_job(f"j{n}").generation for n in range(3)]
    assert found == [found[0], found[0] + 1, found[0] + 2]


def test_an_idempotency_key_is_one_run_also_after_its_end(stage: Stage):
    keyed = SALES.model_copy(update={"idempotency_key": "k"})
    first = stage.producer.enqueue(keyed)
    assert stage.producer.enqueue(keyed) == first.model_copy(update={"is_new": False})
    with pytest.raises(KeyConflict) as conflict:
        stage.producer.enqueue_database("other", idempotency_key="k")
    assert conflict.value.run_id == first.run_id
    other = keyed.model_copy(update={"source": "other"})
    assert stage.producer.enqueue(other).run_id != first.run_id
    stage.end(first.run_id)
    assert stage.producer.enqueue(keyed).run_id == first.run_id
    assert stage.producer.enqueue(keyed, "schedule").run_id != first.run_id


def test_of_many_requests_only_the_one_in_conflict_is_refused(stage: Stage):
    first = stage.producer.enqueue_database("first", idempotency_key="k")
    keyed = SALES.model_copy(update={"idempotency_key": "k"})
    with pytest.raises(KeyConflict) as conflict:
        stage.producer.enqueue_many([keyed, *REQUESTS])
    assert conflict.value.run_id == first.run_id
    assert len(stage.producer.runs()) == 1 + len(REQUESTS)


def test_a_newer_run_supersedes_and_the_next_one_waits(stage: Stage):
    older, newer, waiting = (stage.producer.enqueue(SALES) for _ in range(3))
    found = [stage.producer.status(run.run_id) for run in (older, newer, waiting)]
    assert [run.state for run in found] == ["superseded", "running", "running"]
    assert [run.open_units for run in found] == [1, 1, 0]
    assert found[0].reason == f"superseded by run {newer.run_id}"
    assert found[2].reason == f"waits for the end of run {newer.run_id}"
    assert FinishUnit(run_id=older.run_id, source="default") in stage.published()
    last = stage.producer.enqueue(SALES)
    assert stage.producer.status(waiting.run_id).state is RunState.SUPERSEDED
    assert stage.producer.status(last.run_id).reason == found[2].reason
    running = stage.producer.find_running(SALES)
    assert running is not None
    assert running.run_id == last.run_id


def test_a_run_goes_on_to_its_end(stage: Stage):
    run_id = stage.producer.enqueue_catalog().run_id
    first, second = stage.take(run_id)
    stage.settle(first)
    stage.fail(second, "AccessDenied: no")
    run = stage.producer.status(run_id)
    assert (run.settled_units, run.failed_units) == (1, 1)
    assert run.counts == {"table": 2}
    stage.finish(run_id, RunState.PARTIAL)
    run = stage.producer.wait(run_id, timeout=0)
    assert (run.state, run.open_units) == (RunState.PARTIAL, 0)
    assert run.finished_at is not None
    assert run.finished_at >= run.created_at
    (failure,) = stage.producer.failures(run_id)
    assert (failure.unit_id, failure.message) == (second.unit_id, "AccessDenied: no")
    assert stage.producer.warnings(run_id) == []
    assert stage.producer.find_running(ExtractionRequest()) is None


def test_cancelling(stage: Stage):
    run_id = stage.producer.enqueue(SALES).run_id
    before = len(stage.published())
    assert stage.producer.cancel(run_id, "not today") is RunState.CANCELLED
    assert stage.published()[before:] == [make_finish_unit(run_id, "default")]
    assert stage.producer.cancel(run_id) is RunState.CANCELLED
    run = stage.producer.status(run_id)
    assert (run.state, run.reason, run.open_units) == (RunState.CANCELLED, "not today", 1)
    stage.finish(run_id, RunState.SUCCEEDED)
    assert stage.producer.status(run_id).state is RunState.CANCELLED
    assert len(stage.published()) == before + 1
    ended = stage.producer.enqueue_job("j").run_id
    stage.end(ended)
    assert stage.producer.cancel(ended) is RunState.SUCCEEDED


def test_each_refusal_of_a_replay_and_then_a_replay(stage: Stage):
    def refused(run_id: str, match: str, *units: str) -> None:
        with pytest.raises(UsageError, match=match):
            stage.producer.replay(run_id, list(units) or None)

    run_id = stage.producer.enqueue_catalog().run_id
    refused(run_id, "still running")
    stage.end(run_id, RunState.FAILED)
    refused(run_id, "none of these units has failed", "job/other")
    assert stage.producer.replay(run_id, ["jobs"]) == 1
    assert stage.published()[-1] == JobsUnit(run_id=run_id, source="default")
    run = stage.producer.status(run_id)
    assert (run.state, run.open_units, run.failed_units) == (RunState.RUNNING, 1, 1)
    assert (run.finished_at, run.reason) == (None, None)
    stage.settle(stage.published()[-1])
    stage.finish(run_id, RunState.PARTIAL)
    assert stage.producer.replay(run_id) == 1
    stage.fail(stage.published()[-1], "again")
    stage.finish(run_id, RunState.FAILED)
    newer = stage.producer.enqueue_catalog().run_id
    refused(run_id, "a newer run of the same scope")
    stage.end(newer)
    refused(newer, "the run has succeeded")


def test_a_run_that_failed_at_its_commit_is_finished_again(stage: Stage):
    run_id = stage.producer.enqueue(SALES).run_id
    stage.settle(stage.take(run_id)[0])
    stage.finish(run_id, RunState.FAILED)
    assert stage.producer.replay(run_id) == 1
    assert stage.published()[-1] == make_finish_unit(run_id, "default")
    assert stage.producer.status(run_id).open_units == 1


def test_runs_are_listed_and_found(stage: Stage):
    ids = [stage.producer.enqueue_job(f"j{n}").run_id for n in range(5)]
    listed = stage.producer.runs()
    assert sorted(run.run_id for run in listed) == sorted(ids)
    assert [(run.created_at, run.run_id) for run in listed] == sorted(
        ((run.created_at, run.run_id) for run in listed), reverse=True
    )
    assert stage.producer.runs(2) == listed[:2]
    assert stage.producer.runs(2, listed[1]) == listed[2:4]
    assert stage.producer.find(ids[0]) == stage.producer.find(ids[0][:20])
    with pytest.raises(UnknownRun):
        stage.producer.find("x")


@pytest.mark.parametrize("ask", ["status", "failures", "cancel", "replay", "wait", "find"])
def test_a_run_that_is_not_there(stage: Stage, ask: Literal["status"]):
    with pytest.raises(UnknownRun):
        getattr(stage.producer, ask)("f" * 32)


def test_checks_are_asked_for_once(stage: Stage):
    checks = stage.producer.checks
    assert [checks.ask("default"), checks.ask("default"), checks.ask("other")] == [
        True,
        False,
        True,
    ]
    assert [unit.kind for unit in stage.published()] == ["check", "check"]
    found = checks.read_reports(["default", "third"])
    assert [(one.is_checking, one.report) for one in found] == [(True, None), (False, None)]
    report = CheckReport(source="default", at="2026-01-01T00:00:00Z", ok=True)  # type: ignore[arg-type]
    stage.ledger(record_check(stage.producer._commands.keys, report))
    (found_now,) = checks.read_reports(["default"])
    assert (found_now.is_checking, found_now.report) == (False, report)


def test_slots_of_schedules(stage: Stage):
    hourly = Schedule(name="s", every=3600)
    assert stage.producer.last_slot(hourly) is None
    for slot in (SLOT, SLOT - 3600):
        stage.producer.mark_slot(hourly, slot)
        assert stage.producer.last_slot(hourly) == SLOT
    daily = Schedule(name="s", every=86400)
    assert stage.producer.last_slot(daily) is None
    stage.producer.mark_slot(daily, SLOT - 86400)
    assert stage.producer.last_slot(daily) == SLOT - 86400
    assert stage.producer.last_slot(hourly) is None
    stage.producer.mark_scheduler()


def test_dead_letters_are_the_newest_first(stage: Stage):
    for number in range(3):
        stage.ledger(stage.producer._commands.add_dead_letter(f"reason {number}", "{"))
    found = stage.producer.dead_letters(2)
    assert [letter.reason for letter in found] == ["reason 2", "reason 1"]


def test_events_are_noted_once(stage: Stage):
    found = [accept_events(stage.producer, TABLE_CHANGE, "default") for _ in range(2)]
    assert [(one.noted, one.repeated) for one in found] == [(1, 0), (0, 1)]
    assert found[0].changes == found[1].changes


async def test_an_async_producer_has_the_same_ledger(glueline: InMemoryGlueline):
    run_id = (await glueline.async_producer.enqueue_job("j")).run_id
    assert glueline.publisher.messages == [JobUnit(run_id=run_id, source="default", job="j")]
    with pytest.raises(WaitTimeout):
        await glueline.async_producer.wait(run_id, timeout=0)
    glueline.ledger.finish_run(run_id, counts={"job": 1}, warnings=["odd"])
    run = await glueline.async_producer.wait(run_id, timeout=10)
    assert (run.state, run.counts) == (RunState.SUCCEEDED, {"job": 1, "warnings": 1})
    assert glueline.producer.warnings(run_id) == ["odd"]
    await glueline.async_producer.close()


@pytest.mark.parametrize(
    ("failures", "state"),
    [
        ({}, RunState.SUCCEEDED),
        ({"jobs": "no"}, RunState.PARTIAL),
        ({"jobs": "no", "databases": "no"}, RunState.FAILED),
    ],
)
def test_the_end_follows_from_the_failures(
    glueline: InMemoryGlueline, failures: dict[str, str], state: RunState
):
    run_id = glueline.producer.enqueue_catalog().run_id
    glueline.ledger.finish_run(run_id, failures=failures, reason="why")
    run = glueline.producer.status(run_id)
    assert (run.state, run.failed_units, run.settled_units) == (
        state,
        len(failures),
        2 - len(failures),
    )
    assert (run.open_units, run.reason) == (0, "why")
    assert sorted(one.unit_id for one in glueline.producer.failures(run_id)) == sorted(failures)


def test_a_run_that_waits_begins_when_the_other_is_finished(glueline: InMemoryGlueline):
    _, ahead, waiting = (glueline.producer.enqueue(SALES) for _ in range(3))
    glueline.ledger.finish_run(ahead.run_id)
    run = glueline.producer.status(waiting.run_id)
    assert (run.state, run.open_units, run.reason) == (RunState.RUNNING, 1, None)


def test_a_run_is_moved_only_where_it_can_be(glueline: InMemoryGlueline):
    ledger, run_id = glueline.ledger, glueline.producer.enqueue(SALES).run_id
    with pytest.raises(UsageError, match="there is no run"):
        ledger.finish_run("f" * 32)
    with pytest.raises(UsageError, match="no open unit 'x'; the open ones: database/sales"):
        ledger.settle_unit(run_id, "x")
    ledger.finish_run(run_id)
    with pytest.raises(UsageError, match="has ended: it is succeeded"):
        ledger.finish_run(run_id)


def test_redis_can_be_away(glueline: InMemoryGlueline):
    glueline.go_away()
    with pytest.raises(Retryable, match="Redis did not answer"):
        glueline.producer.enqueue(SALES)
    glueline.ledger.is_available = True
    accepted = glueline.producer.enqueue(SALES)
    assert (accepted.is_new, glueline.publisher.messages) == (True, [])
    with pytest.raises(Retryable, match="cannot publish"):
        glueline.producer.checks.ask("default")
    glueline.come_back()
    assert glueline.producer.checks.ask("default")


def test_commands_of_workers_are_refused(glueline: InMemoryGlueline):
    with pytest.raises(NotImplementedError, match="'due': that is for workers"):
        glueline.ledger(glueline.producer._commands.find_due())


def test_a_producer_closes_only_what_it_opened():
    with Producer(ledger=InMemoryLedger(), publisher=InMemoryGlueline().publisher) as producer:
        producer.enqueue_job("j")
    producer.enqueue_job("j")
    assert isinstance(AsyncProducer(ledger=InMemoryLedger()).producer, Producer)


def test_the_example_of_the_docstring_runs():
    result = doctest.testmod(glueline.testing)
    assert (result.failed, result.attempted > 0) == (0, True)
