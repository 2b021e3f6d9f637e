"""Schedules: each slot once, whoever fires it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.ledger_harness import LedgerHarness

from glueline import ExtractionRequest, Globs, Producer, RunState, Settings, load_settings
from glueline.client.scheduler import Scheduler
from glueline.contract.errors import UsageError
from glueline.contract.messages import DatabaseScope, JobScope, first_units
from glueline.ledger import LedgerUnavailable
from glueline.settings.schedules import Schedule
from glueline.settings.sources import Source
from glueline.testing import InMemoryGlueline

HOURLY = Schedule(
    name="hourly", every=3600, request=ExtractionRequest(scope=DatabaseScope(name="a"))
)
OFTEN = Schedule(name="often", every=60, request=ExtractionRequest(scope=JobScope(name="j")))
NIGHTLY = Schedule(name="nightly", cron="15 2 * * *", timezone="Europe/Berlin")
DAY = 24 * 3600


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def producer(glueline: InMemoryGlueline) -> Producer:
    return glueline.producer


@pytest.fixture
def redis_producer(settings: Settings) -> Iterator[Producer]:
    with Producer(settings) as producer:
        yield producer


def test_a_slot_is_fired_once(producer: Producer, glueline: InMemoryGlueline, clock: Clock):
    scheduler = Scheduler(producer, [HOURLY], clock)
    (fired,) = scheduler.tick()
    assert scheduler.tick() == []
    glueline.ledger.finish_run(fired.run_id)
    assert scheduler.tick() == []
    clock.now += 3600
    (next_one,) = scheduler.tick()
    assert next_one.run_id != fired.run_id


def test_a_second_scheduler_or_a_restart_fires_no_slot_again(
    producer: Producer, glueline: InMemoryGlueline, clock: Clock
):
    (fired,) = Scheduler(producer, [HOURLY], clock).tick()
    assert Scheduler(producer, [HOURLY], clock).tick() == []
    glueline.ledger.finish_run(fired.run_id)
    assert Scheduler(producer, [HOURLY], clock).tick() == []
    assert len(producer.runs()) == 1


def test_a_run_that_goes_on_is_not_restarted(
    producer: Producer, glueline: InMemoryGlueline, clock: Clock
):
    scheduler = Scheduler(producer, [HOURLY], clock)
    (fired,) = scheduler.tick()
    clock.now += 3600
    assert scheduler.tick() == []
    assert producer.status(fired.run_id).state is RunState.RUNNING
    glueline.ledger.finish_run(fired.run_id)
    clock.now += 3600
    assert len(scheduler.tick()) == 1


def test_schedules_have_slots_of_their_own(
    producer: Producer, glueline: InMemoryGlueline, clock: Clock
):
    scheduler = Scheduler(producer, [HOURLY, OFTEN], clock)
    hourly, often = scheduler.tick()
    glueline.ledger.finish_run(hourly.run_id)
    glueline.ledger.finish_run(often.run_id)
    clock.now += 60
    (fired,) = scheduler.tick()
    assert producer.status(fired.run_id).request.scope == JobScope(name="j")


def test_without_redis_a_slot_stays_due(settings: Settings, producer: Producer, clock: Clock):
    away = Producer(settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}))
    scheduler = Scheduler(away, [HOURLY], clock)
    assert scheduler.tick() == []
    away.close()
    scheduler.producer = producer
    assert len(scheduler.tick()) == 1


def test_a_run_that_goes_on_is_superseded_where_asked_for(producer: Producer, clock: Clock):
    schedule = HOURLY.model_copy(update={"overlap": "supersede"})
    scheduler = Scheduler(producer, [schedule], clock)
    (first,) = scheduler.tick()
    clock.now += 3600
    (second,) = scheduler.tick()
    assert producer.status(first.run_id).state is RunState.SUPERSEDED
    assert producer.status(second.run_id).state is RunState.RUNNING


def test_a_run_is_found_going_on_behind_many_others(producer: Producer, clock: Clock):
    scheduler = Scheduler(producer, [HOURLY], clock)
    (fired,) = scheduler.tick()
    for number in range(250):
        producer.enqueue_job(f"other{number}")
    clock.now += 3600
    assert scheduler.tick() == []
    assert producer.status(fired.run_id).state is RunState.RUNNING


def test_what_was_missed_is_served_once(
    producer: Producer, glueline: InMemoryGlueline, clock: Clock
):
    assert Scheduler(producer, [NIGHTLY], clock).tick() == []
    clock.now += 10 * DAY
    (fired,) = Scheduler(producer, [NIGHTLY], clock).tick()
    glueline.ledger.finish_run(fired.run_id)
    assert Scheduler(producer, [NIGHTLY], clock).tick() == []


def test_a_new_cron_schedule_waits_for_its_time(producer: Producer, clock: Clock):
    scheduler = Scheduler(producer, [NIGHTLY], clock)
    assert scheduler.tick() == []
    clock.now = NIGHTLY.next_due(clock.now) - 0.1
    assert scheduler.tick() == []
    clock.now += 0.1
    assert len(scheduler.tick()) == 1


def test_a_cron_that_was_changed_waits_for_its_new_time(producer: Producer, clock: Clock):
    Scheduler(producer, [NIGHTLY], clock).tick()
    changed = Schedule(name="nightly", cron="0 1 * * *", request=NIGHTLY.request)
    clock.now += DAY
    assert Scheduler(producer, [changed], clock).tick() == []


def test_a_slot_is_known_when_its_run_is_forgotten(
    redis_producer: Producer, harness: LedgerHarness, clock: Clock, prefix: str
):
    (fired,) = Scheduler(redis_producer, [HOURLY], clock).tick()
    harness.run_to_end(first_units(fired.run_id, HOURLY.request))
    for key in harness.client.scan_iter(f"{prefix}*"):
        if not key.endswith(b"schedules"):
            harness.client.delete(key)
    assert Scheduler(redis_producer, [HOURLY], clock).tick() == []


def test_a_scheduler_that_died_before_it_noted_the_slot_fires_it_once(
    producer: Producer, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    class Killed(Exception):
        pass

    def die(*_: object) -> None:
        raise Killed

    scheduler = Scheduler(producer, [HOURLY], clock)
    with monkeypatch.context() as patch:
        patch.setattr(producer, "mark_slot", die)
        with pytest.raises(Killed):
            scheduler.tick()
    (run,) = producer.runs()
    assert Scheduler(producer, [HOURLY], clock).tick() == []
    assert [r.run_id for r in producer.runs()] == [run.run_id]


def test_a_clock_that_lags_fires_no_older_slot(
    producer: Producer, glueline: InMemoryGlueline, clock: Clock
):
    (fired,) = Scheduler(producer, [HOURLY], clock).tick()
    glueline.ledger.finish_run(fired.run_id)
    clock.now -= 3600
    assert Scheduler(producer, [HOURLY], clock).tick() == []
    clock.now += 7200
    assert len(Scheduler(producer, [HOURLY], clock).tick()) == 1


def test_a_scheduler_tells_that_all_was_served_unless_it_was_not(
    redis_producer: Producer, harness: LedgerHarness, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    Scheduler(redis_producer, [], clock).tick()
    assert not harness.client.exists(harness.keys.scheduler)

    def away(*_: object) -> None:
        raise LedgerUnavailable("Redis did not answer")

    with monkeypatch.context() as patched:
        patched.setattr(redis_producer, "enqueue", away)
        Scheduler(redis_producer, [HOURLY, OFTEN], clock).tick()
    assert not harness.client.exists(harness.keys.scheduler)
    Scheduler(redis_producer, [HOURLY, OFTEN], clock).tick()
    assert harness.client.pttl(harness.keys.scheduler) > 0


MANY = """
[sources.lake-a]
tags = { nightly = "yes" }
[sources.lake-b]
[sources.other]
tags = { nightly = "yes" }
[[schedules]]
name = "all"
every = "1h"
"""


@pytest.mark.parametrize(
    ("choice", "served"),
    [
        ('sources = { allow = ["lake-*"] }', ["all/lake-a", "all/lake-b"]),
        ('tags = { nightly = "yes" }', ["all/lake-a", "all/other"]),
        ('sources = { allow = ["lake-*"] }\ntags = { nightly = "yes" }', ["all/lake-a"]),
        ("sources = {}", ["all/lake-a", "all/lake-b", "all/other"]),
    ],
)
def test_a_schedule_of_many_sources_has_slots_for_each(
    choice: str,
    served: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.chdir(tmp_path)
    Path("glueline.toml").write_text(MANY + choice)
    schedules = load_settings().all_schedules
    assert [one.name for one in schedules] == served
    assert [f"all/{one.request.source}" for one in schedules] == served


def test_each_of_many_sources_is_fired_once(producer: Producer, clock: Clock):
    many = Schedule(name="all", every=3600, sources=Globs())
    each = many.expand({"default": Source(), "other": Source()})
    assert len(Scheduler(producer, each, clock).tick()) == 2
    assert Scheduler(producer, each, clock).tick() == []


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (
            'tags = { nightly = "no" }',
            "line 10: schedules.0.tags: none of the 3 declared sources is meant",
        ),
        ('sources = { allow = ["nobody"] }', "none of the 3 declared sources is meant"),
        ('sources = {}\nrequest = { source = "other" }', "either sources or tags"),
    ],
)
def test_a_schedule_that_means_no_source_or_two_ways_is_refused(
    choice: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.chdir(tmp_path)
    Path("glueline.toml").write_text(MANY + choice)
    with pytest.raises(UsageError, match=said):
        load_settings()


def test_a_caller_cannot_take_the_slot_of_a_schedule(producer: Producer, clock: Clock):
    key = f"schedule/hourly/{HOURLY.slot(clock.now)}"
    taken = producer.enqueue_job("other", idempotency_key=key)
    (fired,) = Scheduler(producer, [HOURLY], clock).tick()
    assert fired.run_id != taken.run_id
    assert producer.status(fired.run_id).request.scope == DatabaseScope(name="a")
