"""Enqueueing: what is opened in the ledger and published on the queue."""

import json
import threading

import pytest
import redis
from tests.unit.ledger_harness import LedgerHarness

from glueline import (
    ExtractionRequest,
    Filters,
    Globs,
    KeyConflict,
    Options,
    Producer,
    RunState,
    Settings,
    UsageError,
)
from glueline.contract.messages import DatabaseScope, JobScope, JobUnit, parse_message
from glueline.ledger import Keys, LedgerUnavailable
from glueline.queue import Publisher, QueueUnavailable, make_redis_client

SECRET = "hunter2"


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
    assert parse_message(message).unit_id == "database/sales%2Feu"
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


def test_ten_thousand_units_arrive_in_their_order(harness: LedgerHarness):
    publisher = Publisher(harness.client, harness.keys)
    units = [JobUnit(run_id="0" * 16, source="default", job=f"job {i}") for i in range(10_000)]
    for start in range(0, len(units), 2500):
        publisher.publish(units[start : start + 2500])
    publisher.publish([])
    raw = harness.client.lrange(harness.keys.queue, 0, -1)[::-1]
    jobs = [json.loads(json.loads(e)["body"])[0][0]["job"] for e in raw]
    assert jobs == [unit.job for unit in units]


def test_many_requests_open_a_run_each_in_few_round_trips(
    producer: Producer, client: redis.Redis, queue
):
    requests = [ExtractionRequest(scope=JobScope(name=f"j{number}")) for number in range(150)]
    before = client.info("stats")["total_reads_processed"]
    accepted = producer.enqueue_many(requests)
    # Redis reads a long pipeline in pieces. Runs that are opened one by one take 300 reads.
    assert client.info("stats")["total_reads_processed"] - before < 75
    assert [e["args"][0]["job"] for e in queue()] == [f"j{number}" for number in range(150)]
    assert [e["args"][0]["run_id"] for e in queue()] == [run.run_id for run in accepted]
    assert all(run.is_new for run in accepted)
    assert producer.enqueue_many([]) == []


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


def test_a_run_is_kept_when_only_publishing_fails(
    producer: Producer, monkeypatch: pytest.MonkeyPatch
):
    def publish(_: object) -> None:
        raise QueueUnavailable("no broker")

    monkeypatch.setattr(producer._shards.get("main").publisher, "publish", publish)
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
    publisher = Publisher(make_redis_client(away), Keys(away.key_prefix))
    with pytest.raises(QueueUnavailable, match=r"^cannot publish: ") as error:
        publisher.publish([JobUnit(run_id="0" * 16, source="default", job="j")])
    assert SECRET not in str(error.value)


def test_a_full_redis_that_takes_no_messages_says_so(
    client: redis.Redis, harness: LedgerHarness, queue
):
    client.config_set("maxmemory", "1mb")
    try:
        with pytest.raises(QueueUnavailable, match=r"^cannot publish: "):
            Publisher(harness.client, harness.keys).publish(
                [JobUnit(run_id="0" * 16, source="default", job="j")]
            )
    finally:
        client.config_set("maxmemory", "0")
    assert queue() == []


def test_a_key_of_another_request_is_a_sentence(producer: Producer, queue):
    first = producer.enqueue_database("a", idempotency_key="k")
    with pytest.raises(KeyConflict, match="another request") as caught:
        producer.enqueue_database("b", idempotency_key="k")
    assert (caught.value.code, caught.value.run_id) == ("idempotency_key", first.run_id)
    assert len(queue()) == 1
    assert len(producer.runs()) == 1


def test_a_run_that_waits_is_followed_like_any_other(producer: Producer, queue):
    runs = [producer.enqueue_catalog() for _ in range(4)]
    last = producer.status(runs[-1].run_id)
    assert last.state is RunState.RUNNING
    assert last.reason == f"waits for the end of run {runs[1].run_id}"
    assert producer.cancel(last.run_id) is RunState.CANCELLED


def test_too_many_globs_are_a_sentence(producer: Producer):
    with pytest.raises(UsageError, match="at most 1,000 globs"):
        producer.enqueue_catalog(filters=Filters(tables=Globs(deny=("a*",) * 1001)))
    assert producer.runs() == []
