"""The producer on a real Redis; the test moves the ledger in place of workers."""

import base64
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from tests.unit.desk import Desk

from glueline import (
    AsyncProducer,
    ExtractionRequest,
    Filters,
    Globs,
    Options,
    Producer,
    RunState,
    Settings,
    UnknownRun,
    UsageError,
    WaitTimeout,
)
from glueline.contract.messages import DatabaseScope, JobUnit, first_units, parse
from glueline.ledger import LedgerUnavailable
from glueline.queue import Publisher, QueueUnavailable, celery_app

SECRET = "hunter2"


@pytest.fixture
def producer(settings: Settings) -> Iterator[Producer]:
    with Producer(settings) as the_producer:
        yield the_producer


@pytest.fixture
async def async_producer(settings: Settings) -> AsyncIterator[AsyncProducer]:
    async with AsyncProducer(settings) as the_producer:
        yield the_producer


@pytest.fixture
def queue(desk: Desk) -> Callable[[], list[dict[str, Any]]]:
    """What lies on the queue, the oldest first, as any Celery worker would read it."""

    def read() -> list[dict[str, Any]]:
        envelopes = [json.loads(raw) for raw in desk.client.lrange(desk.keys.queue, 0, -1)][::-1]
        for envelope in envelopes:
            envelope["args"] = json.loads(base64.b64decode(envelope["body"]))[0]
        return envelopes

    return read


def end(desk: Desk, run_id: str, request: ExtractionRequest, state: RunState) -> None:
    desk.run_to_end(first_units(run_id, request), state)


def test_an_extraction_is_in_the_ledger_and_on_the_queue(producer: Producer, queue):
    accepted = producer.enqueue_database("Sales/EU", options=Options(raw=True))
    status = producer.status(accepted.run_id)
    assert accepted.is_new
    assert (status.run_id, status.generation) == (accepted.run_id, accepted.generation)
    assert status.request == ExtractionRequest(
        scope=DatabaseScope(name="Sales/EU"), options=Options(raw=True)
    )
    (envelope,) = queue()
    (message,) = envelope["args"]
    assert envelope["headers"]["task"] == "glueline.database"
    assert parse(message).unit_id == "database/Sales%2FEU"
    assert message["run_id"] == accepted.run_id


def test_flower_shows_the_unit_and_its_run(producer: Producer, queue):
    accepted = producer.enqueue_job("load orders", source="prod")
    (envelope,) = queue()
    assert (
        envelope["headers"]["argsrepr"] == f"job/load%20orders · run {accepted.run_id[:8]} · prod"
    )
    assert envelope["headers"]["kwargsrepr"] == ""


def test_messages_are_json_and_hold_no_filters_options_or_settings(
    producer: Producer, queue, settings
):
    producer.enqueue_catalog(filters=Filters(tables=Globs(deny=("private_*",))))
    envelopes = queue()
    assert [envelope["headers"]["task"] for envelope in envelopes] == [
        "glueline.databases",
        "glueline.jobs",
    ]
    for envelope in envelopes:
        assert envelope["content-type"] == "application/json"
        text = json.dumps(envelope) + json.dumps(envelope["args"])
        assert "private_" not in text
        assert settings.redis_url not in text


def test_the_same_key_is_the_same_run_and_published_once(producer: Producer, queue):
    first = producer.enqueue_catalog(idempotency_key="nightly")
    second = producer.enqueue_catalog(idempotency_key="nightly")
    assert (second.run_id, second.is_new) == (first.run_id, False)
    assert len(queue()) == 2


def test_a_newer_run_publishes_the_finish_of_the_older(producer: Producer, queue):
    older = producer.enqueue_database("a")
    newer = producer.enqueue_database("a")
    assert producer.status(older.run_id).state is RunState.SUPERSEDED
    assert [(e["headers"]["task"], e["args"][0]["run_id"]) for e in queue()] == [
        ("glueline.database", older.run_id),
        ("glueline.database", newer.run_id),
        ("glueline.finish", older.run_id),
    ]


@pytest.mark.parametrize(
    "enqueue",
    [
        lambda p: p.enqueue_database(""),
        lambda p: p.enqueue_job("j" * 20_000),
        lambda p: p.enqueue_job("lone \ud800"),
        lambda p: p.enqueue_catalog("no such/source name"),
        lambda p: p.enqueue_catalog(idempotency_key=""),
    ],
)
def test_what_is_no_request_is_refused_before_anything_is_opened(producer: Producer, enqueue):
    with pytest.raises(UsageError, match=r"^not a") as refused:
        enqueue(producer)
    assert "\n" not in str(refused.value)
    assert producer.runs() == []


def test_ten_thousand_units_arrive_in_their_order(settings: Settings, desk: Desk):
    app = celery_app(settings)
    publisher = Publisher(app)
    units = [JobUnit(run_id="0" * 16, source="default", job=f"job {i}") for i in range(10_000)]
    for start in range(0, len(units), 2500):
        publisher.publish(units[start : start + 2500])
    publisher.publish([])
    app.close()
    raw = desk.client.lrange(desk.keys.queue, 0, -1)[::-1]
    jobs = [json.loads(base64.b64decode(json.loads(e)["body"]))[0][0]["job"] for e in raw]
    assert jobs == [unit.job for unit in units]


def test_several_threads_may_share_a_producer(producer: Producer, queue):
    threads = [
        threading.Thread(target=producer.enqueue_job, args=(f"j{number}",)) for number in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {e["args"][0]["job"] for e in queue()} == {f"j{number}" for number in range(16)}
    assert len(producer.runs()) == 16


def test_waiting_ends_with_the_run(producer: Producer, desk: Desk):
    accepted = producer.enqueue_database("a")
    timer = threading.Timer(
        0.1, end, (desk, accepted.run_id, producer.status(accepted.run_id).request, RunState.FAILED)
    )
    timer.start()
    status = producer.wait(accepted.run_id, timeout=60)
    timer.join()
    assert status.state is RunState.FAILED
    assert producer.wait(accepted.run_id, timeout=0) == status


def test_waiting_gives_up_and_the_run_goes_on(producer: Producer):
    accepted = producer.enqueue_database("a")
    with pytest.raises(WaitTimeout, match=f"{accepted.run_id} is still running after 0 s"):
        producer.wait(accepted.run_id, timeout=0)
    assert producer.status(accepted.run_id).state is RunState.RUNNING


def test_watching_shows_each_change_until_the_end(
    producer: Producer, desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    request = ExtractionRequest()
    accepted = producer.enqueue(request)
    first, second = first_units(accepted.run_id, request)
    steps = iter(
        [
            lambda: None,
            lambda: desk.settle(desk.take(first), counts={"database": 3}),
            lambda: desk.fail(desk.take(second)),
            lambda: desk.finish(accepted.run_id, RunState.PARTIAL),
        ]
    )
    monkeypatch.setattr("time.sleep", lambda _: next(steps)())
    seen = [(s.state, s.settled_units, s.failed_units) for s in producer.watch(accepted.run_id)]
    assert seen == [
        (RunState.RUNNING, 0, 0),
        (RunState.RUNNING, 1, 0),
        (RunState.RUNNING, 1, 1),
        (RunState.PARTIAL, 1, 1),
    ]


@pytest.mark.parametrize(
    "ask",
    [
        lambda p: p.status("f" * 32),
        lambda p: p.wait("f" * 32),
        lambda p: next(p.watch("f" * 32)),
        lambda p: p.failures("f" * 32),
        lambda p: p.warnings("f" * 32),
        lambda p: p.cancel("f" * 32),
        lambda p: p.replay("f" * 32),
        lambda p: p.find("f"),
        lambda p: p.find(""),
        lambda p: p.find("*"),
    ],
)
def test_an_unknown_run_is_said_in_one_sentence(producer: Producer, ask):
    producer._ledger(producer._calls.open_run("0" * 32, ExtractionRequest()))
    with pytest.raises(UnknownRun, match=r"there is no run .*; `glueline runs` lists"):
        ask(producer)


def test_a_run_is_found_by_the_start_of_its_id(producer: Producer):
    for run_id in ("aa" + "0" * 30, "ab" + "0" * 30):
        producer._ledger(producer._calls.open_run(run_id, ExtractionRequest()))
    assert producer.find("aa").run_id == "aa" + "0" * 30
    assert producer.find("ab" + "0" * 30).run_id == "ab" + "0" * 30
    with pytest.raises(UnknownRun, match="2 runs start with 'a'"):
        producer.find("a")


def test_the_newest_runs_are_listed(producer: Producer):
    for number in range(4):
        producer.enqueue_job(f"j{number}")
    times = [run.created_at for run in producer.runs()]
    assert len(times) == 4
    assert times == sorted(times, reverse=True)
    assert producer.runs(3) == producer.runs()[:3]


def test_cancelling_stops_a_run_and_publishes_its_finish(producer: Producer, queue):
    accepted = producer.enqueue_job("j")
    assert producer.cancel(accepted.run_id, "not today") is RunState.CANCELLED
    assert producer.status(accepted.run_id).reason == "not today"
    assert [e["headers"]["task"] for e in queue()] == ["glueline.job", "glueline.finish"]
    assert producer.cancel(accepted.run_id) is RunState.CANCELLED
    assert len(queue()) == 2


def test_a_run_that_ended_stays_as_it_is(producer: Producer, desk: Desk):
    request = ExtractionRequest()
    accepted = producer.enqueue(request)
    end(desk, accepted.run_id, request, RunState.SUCCEEDED)
    assert producer.cancel(accepted.run_id) is RunState.SUCCEEDED


def test_failures_and_warnings_are_told(producer: Producer, desk: Desk):
    request = ExtractionRequest()
    accepted = producer.enqueue(request)
    first, second = first_units(accepted.run_id, request)
    desk.settle(desk.take(first), warnings=["odd type"])
    desk.fail(desk.take(second), "AccessDenied: no")
    (failure,) = producer.failures(accepted.run_id)
    assert (failure.unit_id, failure.message) == ("jobs", "AccessDenied: no")
    assert producer.warnings(accepted.run_id) == ["odd type"]


def test_failed_units_are_published_again(producer: Producer, desk: Desk, queue):
    request = ExtractionRequest()
    accepted = producer.enqueue(request)
    end(desk, accepted.run_id, request, RunState.FAILED)
    assert producer.replay(accepted.run_id, ["jobs"]) == 1
    assert queue()[-1]["headers"]["task"] == "glueline.jobs"
    assert producer.status(accepted.run_id).state is RunState.RUNNING


def test_each_refusal_of_a_replay_is_a_sentence(producer: Producer, desk: Desk):
    request = ExtractionRequest()
    accepted = producer.enqueue(request)

    def refused(match: str) -> None:
        with pytest.raises(UsageError, match=match):
            producer.replay(accepted.run_id)

    refused("still running")
    end(desk, accepted.run_id, request, RunState.FAILED)
    with pytest.raises(UsageError, match="none of these units has failed"):
        producer.replay(accepted.run_id, ["job/other"])
    newer = producer.enqueue(request)
    refused("a newer run of the same scope exists")
    end(desk, newer.run_id, request, RunState.SUCCEEDED)
    with pytest.raises(UsageError, match=f"run {newer.run_id} is succeeded"):
        producer.replay(newer.run_id)


def test_dead_letters_are_told(producer: Producer, desk: Desk):
    desk.ledger(desk.calls.bury("not JSON", "{"))
    (letter,) = producer.dead_letters()
    assert (letter.reason, letter.body) == ("not JSON", "{")


def test_a_run_is_kept_when_only_publishing_fails(
    producer: Producer, monkeypatch: pytest.MonkeyPatch
):
    def publish(_: object) -> None:
        raise QueueUnavailable("no broker")

    monkeypatch.setattr(producer._publisher, "publish", publish)
    accepted = producer.enqueue_job("j")
    assert producer.status(accepted.run_id).open_units == 1


@pytest.fixture
def away(settings: Settings) -> Settings:
    return settings.model_copy(update={"redis_url": f"redis://user:{SECRET}@127.0.0.1:1/0"})


@pytest.mark.parametrize(
    "ask", [lambda p: p.enqueue_job("j"), lambda p: p.runs(), lambda p: p.find("a")]
)
def test_without_redis_one_sentence_says_so_without_the_password(away: Settings, ask):
    with Producer(away) as producer, pytest.raises(LedgerUnavailable) as error:
        ask(producer)
    assert str(error.value).startswith("Redis did not answer: ")
    assert SECRET not in str(error.value)
    assert "\n" not in str(error.value)


def test_without_redis_publishing_says_so_without_the_password(away: Settings):
    app = celery_app(away)
    app.conf.task_publish_retry = False
    with pytest.raises(QueueUnavailable, match=r"^cannot publish: ") as error:
        Publisher(app).publish([JobUnit(run_id="0" * 16, source="default", job="j")])
    app.close()
    assert SECRET not in str(error.value)


async def test_the_same_calls_work_on_an_event_loop(async_producer: AsyncProducer, desk: Desk):
    accepted = await async_producer.enqueue_database("a", idempotency_key="k")
    assert not (await async_producer.enqueue_database("a", idempotency_key="k")).is_new
    job = await async_producer.enqueue_job("j")
    catalog = await async_producer.enqueue_catalog()
    assert await async_producer.cancel(job.run_id) is RunState.CANCELLED
    assert {run.run_id for run in await async_producer.runs()} == {
        accepted.run_id,
        job.run_id,
        catalog.run_id,
    }
    request = (await async_producer.find(accepted.run_id)).request
    end(desk, accepted.run_id, request, RunState.FAILED)
    assert (await async_producer.wait(accepted.run_id, timeout=60)).state is RunState.FAILED
    assert len(await async_producer.failures(accepted.run_id)) == 1
    assert await async_producer.warnings(accepted.run_id) == []
    assert await async_producer.replay(accepted.run_id) == 1
    assert await async_producer.dead_letters() == []


async def test_waiting_on_an_event_loop_gives_up(async_producer: AsyncProducer):
    accepted = await async_producer.enqueue(ExtractionRequest())
    with pytest.raises(WaitTimeout, match="still running"):
        await async_producer.wait(accepted.run_id, timeout=0)


async def test_watching_on_an_event_loop_ends_with_the_run(
    async_producer: AsyncProducer, desk: Desk
):
    request = ExtractionRequest(scope=DatabaseScope(name="a"))
    accepted = await async_producer.enqueue(request)
    seen = []
    async for status in async_producer.watch(accepted.run_id):
        seen.append(status.state)
        if status.state is RunState.RUNNING:
            end(desk, accepted.run_id, request, RunState.SUCCEEDED)
    assert seen == [RunState.RUNNING, RunState.SUCCEEDED]


async def test_an_unknown_run_is_said_on_an_event_loop(async_producer: AsyncProducer):
    with pytest.raises(UnknownRun):
        await async_producer.wait("f" * 32, timeout=1)
