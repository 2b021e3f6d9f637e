"""The figures of the whole ledger."""

import pytest
from prometheus_client import CollectorRegistry
from tests.unit.ledger_harness import SILENCE, LedgerHarness

from glueline.contract.messages import DatabaseUnit, ExtractionRequest, JobScope
from glueline.contract.runs import RunState
from glueline.ledger.gauges import Gauges, read_gauges
from glueline.ledger.schedules import mark_scheduler
from glueline.settings.settings import Settings
from glueline.telemetry.ledger_metrics import LedgerCollector


def look(harness: LedgerHarness) -> Gauges:
    return harness.ledger(read_gauges(harness.keys, SILENCE))


def test_an_empty_ledger_tells_zeros(harness: LedgerHarness):
    found = look(harness)
    assert (found.queue_length, found.open_units, found.held_units, found.oldest) == (0, 0, 0, 0)
    assert set(found.runs.values()) == {0}


def test_units_are_open_until_they_settle_and_held_while_they_are_claimed(harness: LedgerHarness):
    run = harness.open()
    assert len(run.units) == 2
    harness.fill_queue(2)
    claim = harness.take(run.units[0])
    found = look(harness)
    assert (found.queue_length, found.open_units, found.held_units) == (2, 2, 1)
    assert found.runs[RunState.RUNNING] == 1
    children = [
        DatabaseUnit(run_id=run.run_id, source="default", database=name) for name in ("a", "b")
    ]
    harness.settle(claim, children=children)
    assert (look(harness).open_units, look(harness).held_units) == (3, 0)


def by_state(harness: LedgerHarness) -> dict[str, int]:
    found = look(harness).units
    return {f"{kind} {state}": units for (kind, state), units in found.items() if units}


def test_open_units_are_counted_by_kind_and_state(harness: LedgerHarness):
    first, second = harness.open(), harness.open(ExtractionRequest(scope=JobScope(name="a/b")))
    assert by_state(harness) == {"databases waiting": 1, "jobs waiting": 1, "job waiting": 1}
    claim = harness.take(first.units[0])
    children = [
        DatabaseUnit(run_id=first.run_id, source="default", database=name, page=page)
        for name, page in (("a", 0), ("b", 0), ("b", 3))
    ]
    assert by_state(harness)["databases held"] == 1
    harness.ledger(harness.calls.open_units(claim, children[:1]))
    harness.settle(claim, children=children)
    harness.ledger(harness.calls.release(harness.take(children[0]), delay_ms=1000))
    harness.take(children[1])
    assert by_state(harness) == {
        "database waiting": 1,
        "database held": 1,
        "database retrying": 1,
        "jobs waiting": 1,
        "job waiting": 1,
    }
    harness.fail(harness.take(second.units[0]))
    harness.ledger(harness.calls.cancel(first.run_id, "enough"))
    assert by_state(harness) == {"finish waiting": 2}
    harness.finish(first.run_id, None)
    harness.finish(second.run_id, RunState.FAILED)
    assert by_state(harness) == {}
    harness.ledger(harness.calls.replay(harness.status(second.run_id)))
    assert by_state(harness) == {"job waiting": 1}


def test_units_that_an_earlier_version_settled_are_no_negative_ones(harness: LedgerHarness):
    run = harness.open()
    harness.client.hset(harness.keys.run(run.run_id), "open:jobs", -3)
    harness.client.hset(harness.keys.run(run.run_id), "open:unheard-of", 3)
    assert by_state(harness) == {"databases waiting": 1}


def test_a_scheduler_is_known_by_when_it_last_served_all(harness: LedgerHarness):
    assert look(harness).unserved is None
    harness.ledger(mark_scheduler(harness.keys))
    assert look(harness).unserved == pytest.approx(0, abs=2)
    harness.client.decrby(harness.keys.scheduler, 60_000)
    assert look(harness).unserved == pytest.approx(60, abs=2)


def test_the_oldest_unit_is_the_one_that_nobody_holds(harness: LedgerHarness):
    run = harness.open()
    harness.advance(7_000)
    assert look(harness).oldest == pytest.approx(7, abs=1)
    first = harness.take(run.units[0])
    assert look(harness).oldest == pytest.approx(7, abs=1)
    second = harness.take(run.units[1])
    assert look(harness).oldest == 0
    harness.settle(first)
    harness.settle(second)
    assert look(harness).oldest == pytest.approx(0, abs=1)


def test_ended_runs_are_counted_by_their_state(harness: LedgerHarness):
    harness.run_to_end(harness.open().units)
    harness.run_to_end(harness.open().units, RunState.FAILED)
    found = look(harness)
    assert (found.runs[RunState.SUCCEEDED], found.runs[RunState.FAILED]) == (1, 1)
    assert found.open_units == 0


def test_a_quota_is_told_for_as_long_as_it_is_known(harness: LedgerHarness):
    harness.client.sadd(harness.keys.quotas, "123456789012:eu-west-1:GetTables", "1:eu:GetJob")
    harness.client.hset(harness.keys.quota("123456789012:eu-west-1:GetTables"), "rate", "12.5")
    assert look(harness).rates == {"123456789012:eu-west-1:GetTables": 12.5}


def test_a_collector_tells_prometheus_and_survives_a_redis_that_is_away(
    harness: LedgerHarness, settings: Settings
):
    harness.client.sadd(harness.keys.quotas, "1:eu:GetJob")
    harness.client.hset(harness.keys.quota("1:eu:GetJob"), "rate", "3")
    harness.open()
    registry = CollectorRegistry()
    registry.register(
        LedgerCollector(settings.model_copy(update={"key_prefix": harness.keys.prefix}))
    )
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
