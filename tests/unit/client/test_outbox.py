"""The outbox: a service's own transaction decides, and each row opens one run."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from glueline import ExtractionRequest, Filters, Globs, Outbox, Producer, Settings, UsageError
from glueline.client.outbox import RelayResult
from glueline.contract.errors import Retryable
from glueline.contract.messages import DatabaseScope, JobScope
from glueline.testing import InMemoryGlueline

SALES = ExtractionRequest(
    scope=DatabaseScope(name="sales"), filters=Filters(tables=Globs(deny=("tmp_*",)))
)
JOB = ExtractionRequest(scope=JobScope(name="load"))


@pytest.fixture
def producer(glueline: InMemoryGlueline) -> Producer:
    return glueline.producer


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


@pytest.fixture
def database(tmp_path: Path, outbox: Outbox) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "service.db")
    connection.execute(outbox.ddl)
    connection.commit()
    yield connection
    connection.close()


def test_a_request_is_sent_when_its_transaction_was_committed(
    producer: Producer, database: sqlite3.Connection, outbox: Outbox
):
    outbox.add(database, JOB)
    database.rollback()
    assert outbox.relay(database, producer) == RelayResult()
    row = outbox.add(database, SALES)
    assert outbox.run_of(database, row) is None
    database.commit()
    assert outbox.relay(database, producer) == RelayResult(sent=1)
    run_id = outbox.run_of(database, row)
    assert run_id is not None
    asked = producer.status(run_id).request
    assert asked == SALES.model_copy(update={"idempotency_key": f"outbox/{row}"})
    assert outbox.relay(database, producer) == RelayResult()


def test_a_relay_that_died_after_enqueueing_opens_no_second_run(
    producer: Producer, database: sqlite3.Connection, outbox: Outbox
):
    row = outbox.add(database, SALES)
    database.commit()
    assert outbox.relay(database, producer) == RelayResult(sent=1)
    before = outbox.run_of(database, row)
    database.execute("UPDATE glueline_outbox SET run_id = NULL")
    assert outbox.relay(database, producer) == RelayResult(sent=1)
    assert outbox.run_of(database, row) == before
    assert len(producer.runs()) == 1


def test_without_redis_requests_stay(
    producer: Producer, settings: Settings, database: sqlite3.Connection, outbox: Outbox
):
    row = outbox.add(database, SALES)
    database.commit()
    away = Producer(settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}))
    with pytest.raises(Retryable):
        outbox.relay(database, away)
    away.close()
    assert outbox.run_of(database, row) is None
    assert outbox.relay(database, producer) == RelayResult(sent=1)


def test_what_can_never_be_sent_keeps_no_other_from_being_sent(
    producer: Producer, database: sqlite3.Connection, outbox: Outbox
):
    newer = outbox.add(database, JOB)
    database.execute("UPDATE glueline_outbox SET request = '{\"newer\": 1}'")
    taken = outbox.add(database, SALES.model_copy(update={"idempotency_key": "k"}))
    other = outbox.add(database, JOB.model_copy(update={"idempotency_key": "k"}))
    good = outbox.add(database, JOB)
    assert outbox.relay(database, producer) == RelayResult(sent=2, refused=2)
    assert outbox.run_of(database, taken)
    assert outbox.run_of(database, good)
    for row, problem in ((newer, "newer"), (other, "another request"), ("x", "no row")):
        with pytest.raises(UsageError, match=problem):
            outbox.run_of(database, row)


def test_requests_are_sent_in_their_order_and_in_portions(
    producer: Producer, database: sqlite3.Connection, outbox: Outbox
):
    rows = [outbox.add(database, ExtractionRequest(scope=JobScope(name=name))) for name in "abc"]
    assert outbox.relay(database, producer, limit=2) == RelayResult(sent=2)
    assert [outbox.run_of(database, row) is None for row in rows] == [False, False, True]
    outbox.clear(database, days=0)
    assert database.execute("SELECT id FROM glueline_outbox").fetchall() == [(rows[2],)]


@pytest.mark.parametrize("table", ["a b", "a;drop", "", "1a", "a.b.c", "a" * 64])
def test_a_table_that_is_none_is_refused(table: str):
    with pytest.raises(UsageError, match="name of a table"):
        Outbox(table)


def test_a_paramstyle_that_is_none_is_refused():
    with pytest.raises(UsageError, match="paramstyle"):
        Outbox(paramstyle="named")  # type: ignore[arg-type]
