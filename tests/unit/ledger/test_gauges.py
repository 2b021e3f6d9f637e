"""The figures of the whole ledger."""

import pytest
from prometheus_client import CollectorRegistry
from tests.unit.ledger_harness import SILENCE, Desk

from glueline.contract.messages import DatabaseUnit, ExtractionRequest, JobScope
from glueline.contract.runs import RunState
from glueline.ledger.gauges import Gauges, gauges
from glueline.settings.settings import Settings
from glueline.telemetry.ledger_metrics import LedgerCollector


def look(desk: Desk) -> Gauges:
    return desk.ledger(gauges(desk.keys, SILENCE))


def test_an_empty_ledger_tells_zeros(desk: Desk):
    found = look(desk)
    assert (found.queue_length, found.open_units, found.held_units, found.oldest) == (0, 0, 0, 0)
    assert set(found.runs.values()) == {0}


def test_units_are_open_until_they_settle_and_held_while_they_are_claimed(desk: Desk):
    run = desk.open()
    assert len(run.units) == 2
    desk.waiting(2)
    claim = desk.take(run.units[0])
    found = look(desk)
    assert (found.queue_length, found.open_units, found.held_units) == (2, 2, 1)
    assert found.runs[RunState.RUNNING] == 1
    children = [
        DatabaseUnit(run_id=run.run_id, source="default", database=name) for name in ("a", "b")
    ]
    desk.settle(claim, children=children)
    assert (look(desk).open_units, look(desk).held_units) == (3, 0)


def by_state(desk: Desk) -> dict[str, int]:
    found = look(desk).units
    return {f"{kind} {state}": units for (kind, state), units in found.items() if units}


def test_open_units_are_counted_by_kind_and_state(desk: Desk):
    first, second = desk.open(), desk.open(ExtractionRequest(scope=JobScope(name="a/b")))
    assert by_state(desk) == {"databases waiting": 1, "jobs waiting": 1, "job waiting": 1}
    claim = desk.take(first.units[0])
    children = [
        DatabaseUnit(run_id=first.run_id, source="default", database=name, page=page)
        for name, page in (("a", 0), ("b", 0), ("b", 3))
    ]
    assert by_state(desk)["databases held"] == 1
    desk.ledger(desk.calls.open_units(claim, children[:1]))
    desk.settle(claim, children=children)
    desk.ledger(desk.calls.release(desk.take(children[0]), delay_ms=1000))
    desk.take(children[1])
    assert by_state(desk) == {
        "database waiting": 1,
        "database held": 1,
        "database retrying": 1,
        "jobs waiting": 1,
        "job waiting": 1,
    }
    desk.fail(desk.take(second.units[0]))
    desk.ledger(desk.calls.cancel(first.run_id, "default", "enough"))
    assert by_state(desk) == {"finish waiting": 2}
    desk.finish(first.run_id, None)
    desk.finish(second.run_id, RunState.FAILED)
    assert by_state(desk) == {}
    desk.ledger(desk.calls.replay(desk.status(second.run_id)))
    assert by_state(desk) == {"job waiting": 1}


def test_units_that_an_earlier_version_settled_are_no_negative_ones(desk: Desk):
    run = desk.open()
    desk.client.hset(desk.keys.run(run.run_id), "open:jobs", -3)
    desk.client.hset(desk.keys.run(run.run_id), "open:unheard-of", 3)
    assert by_state(desk) == {"databases waiting": 1}


def test_a_scheduler_is_known_by_when_it_last_served_all(desk: Desk):
    assert look(desk).unserved is None
    desk.ledger(desk.calls.scheduled())
    assert look(desk).unserved == pytest.approx(0, abs=2)
    desk.client.decrby(desk.keys.scheduler, 60_000)
    assert look(desk).unserved == pytest.approx(60, abs=2)


def test_the_oldest_unit_is_the_one_that_nobody_holds(desk: Desk):
    run = desk.open()
    desk.later(7_000)
    assert look(desk).oldest == pytest.approx(7, abs=1)
    first = desk.take(run.units[0])
    assert look(desk).oldest == pytest.approx(7, abs=1)
    second = desk.take(run.units[1])
    assert look(desk).oldest == 0
    desk.settle(first)
    desk.settle(second)
    assert look(desk).oldest == pytest.approx(0, abs=1)


def test_ended_runs_are_counted_by_their_state(desk: Desk):
    desk.run_to_end(desk.open().units)
    desk.run_to_end(desk.open().units, RunState.FAILED)
    found = look(desk)
    assert (found.runs[RunState.SUCCEEDED], found.runs[RunState.FAILED]) == (1, 1)
    assert found.open_units == 0


def test_a_quota_is_told_for_as_long_as_it_is_known(desk: Desk):
    desk.client.sadd(desk.keys.quotas, "123456789012:eu-west-1:GetTables", "1:eu:GetJob")
    desk.client.hset(desk.keys.quota("123456789012:eu-west-1:GetTables"), "rate", "12.5")
    assert look(desk).rates == {"123456789012:eu-west-1:GetTables": 12.5}


def test_a_collector_tells_prometheus_and_survives_a_redis_that_is_away(
    desk: Desk, settings: Settings
):
    desk.client.sadd(desk.keys.quotas, "1:eu:GetJob")
    desk.client.hset(desk.keys.quota("1:eu:GetJob"), "rate", "3")
    desk.open()
    registry = CollectorRegistry()
    registry.register(LedgerCollector(settings.model_copy(update={"key_prefix": desk.keys.prefix})))
    assert registry.get_sample_value("glueline_ledger_up") == 1
    assert registry.get_sample_value("glueline_ledger_open_units") == 2
    labels = {"scope": "1:eu", "operation": "GetJob"}
    assert registry.get_sample_value("glueline_ledger_quota_calls_per_second", labels) == 3

    away = CollectorRegistry()
    away.register(
        LedgerCollector(settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}))
    )
    assert away.get_sample_value("glueline_ledger_up") == 0
    assert away.get_sample_value("glueline_ledger_open_units") is None
