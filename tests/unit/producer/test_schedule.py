"""Schedules: each slot once, whoever fires it."""

from collections.abc import Iterator

import pytest
from tests.unit.desk import Desk

from glueline import ExtractionRequest, Producer, RunState, Settings
from glueline.contract.messages import DatabaseScope, JobScope, first_units
from glueline.schedule import Scheduler, slot_of
from glueline.settings import Schedule

HOURLY = Schedule(
    name="hourly", every=3600, request=ExtractionRequest(scope=DatabaseScope(name="a"))
)
OFTEN = Schedule(name="often", every=60, request=ExtractionRequest(scope=JobScope(name="j")))


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def producer(settings: Settings) -> Iterator[Producer]:
    with Producer(settings) as the_producer:
        yield the_producer


def finish(desk: Desk, run_id: str, schedule: Schedule) -> None:
    desk.run_to_end(first_units(run_id, schedule.request), RunState.SUCCEEDED)


def test_a_slot_is_fired_once(producer: Producer, desk: Desk, clock: Clock):
    scheduler = Scheduler(producer, [HOURLY], clock)
    (fired,) = scheduler.tick()
    assert scheduler.tick() == []
    finish(desk, fired.run_id, HOURLY)
    assert scheduler.tick() == []
    clock.now += 3600
    (next_one,) = scheduler.tick()
    assert next_one.run_id != fired.run_id


def test_a_second_scheduler_or_a_restart_fires_no_slot_again(
    producer: Producer, desk: Desk, clock: Clock
):
    (fired,) = Scheduler(producer, [HOURLY], clock).tick()
    assert Scheduler(producer, [HOURLY], clock).tick() == []
    finish(desk, fired.run_id, HOURLY)
    assert Scheduler(producer, [HOURLY], clock).tick() == []
    assert len(producer.runs()) == 1


def test_a_run_that_goes_on_is_not_restarted(producer: Producer, desk: Desk, clock: Clock):
    scheduler = Scheduler(producer, [HOURLY], clock)
    (fired,) = scheduler.tick()
    clock.now += 3600
    assert scheduler.tick() == []
    assert producer.status(fired.run_id).state is RunState.RUNNING
    finish(desk, fired.run_id, HOURLY)
    clock.now += 3600
    assert len(scheduler.tick()) == 1


def test_schedules_have_slots_of_their_own(producer: Producer, desk: Desk, clock: Clock):
    scheduler = Scheduler(producer, [HOURLY, OFTEN], clock)
    hourly, often = scheduler.tick()
    finish(desk, hourly.run_id, HOURLY)
    finish(desk, often.run_id, OFTEN)
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


def test_slots_are_cut_from_unix_time():
    assert slot_of(OFTEN, 59.9) == 0
    assert slot_of(OFTEN, 60) == 1
    assert slot_of(OFTEN, 3600) == 60
