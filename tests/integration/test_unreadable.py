"""What a newer version, a roll-back or a hand left in Redis costs the one run that it belongs to."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import redis
from tests.support.poison import REQUEST, envelope
from tests.support.system import System, eventually

from glueline import ExtractionRequest, Options, RunState
from glueline.contract.messages import DatabaseScope
from glueline.ledger import Ledger
from glueline.queue import make_commands, make_redis_client
from glueline.settings.settings import Settings
from glueline_simulator import Simulator


@pytest.fixture
def the_system(
    system: Callable[..., System], simulator: Callable[..., Simulator]
) -> Callable[..., System]:
    def start(**changes: Any) -> System:
        sim = simulator(databases=2, tables=2, jobs=1)
        return system(sim, worker={"attempts": 2}, silence=0.5, **changes)

    return start


def open_unpublished(settings: Settings, database: str) -> str:
    """A run whose messages were lost on the way to the queue."""
    calls, client = make_commands(settings), make_redis_client(settings)
    request = ExtractionRequest(scope=DatabaseScope(name=database))
    run_id = Ledger(client)(calls.open_run(uuid4().hex, request)).run_id
    client.close()
    return run_id


def test_a_unit_and_a_request_that_cannot_be_read_stop_no_other_run(
    the_system: Callable[..., System], settings: Settings, client: redis.Redis
) -> None:
    """One has a unit, one a request, of a newer version; one lost its units."""
    base = f"{settings.key_prefix}run:"
    unit, request, lost, good = (
        open_unpublished(settings, name)
        for name in ("raw_sales_0000", "raw_marketing_0001", "other", "another")
    )
    message = json.loads(client.hget(f"{base}{unit}:units", "database/raw_sales_0000") or "")
    client.hset(
        f"{base}{unit}:units", "database/raw_sales_0000", json.dumps({**message, "newer": 1})
    )
    asked = json.loads(client.hget(base + request, "request") or "")
    asked["options"]["newer"] = True
    client.hset(base + request, "request", json.dumps(asked))
    client.delete(f"{base}{lost}:units")
    system = the_system()
    assert len(system.producer.runs()) == 4
    assert not system.producer.status(request).is_readable
    assert system.wait(good).state.is_final
    failed = [system.wait(run_id) for run_id in (unit, request, lost)]
    assert {run.state for run in failed} == {RunState.FAILED}
    reasons = [run.reason or "" for run in failed]
    assert "newer" in reasons[0]
    assert "options.newer" in reasons[1]
    assert "Redis lost the messages of its units" in reasons[2]
    (failure,) = system.producer.failures(unit)
    assert (failure.code, failure.attempts) == ("unreadable", 2)
    letters = eventually(system.producer.dead_letters)
    assert any(unit in letter.reason for letter in letters)
    assert any(request in letter.reason for letter in letters)
    system.calm_down()


def test_a_request_on_the_queue_with_the_key_of_another_is_a_dead_letter(
    the_system: Callable[..., System], client: redis.Redis
) -> None:
    system = the_system()
    queue = f"{system.settings.key_prefix}glueline"
    first = {**REQUEST, "idempotency_key": "k"}
    client.lpush(queue, json.dumps(envelope([first])))
    (run,) = eventually(system.producer.runs)
    other = {**first, "options": Options(raw=True).model_dump(mode="json")}
    client.lpush(queue, json.dumps(envelope([other])))
    (letter,) = eventually(system.producer.dead_letters)
    assert "belongs to another request" in letter.reason
    assert [one.run_id for one in system.producer.runs()] == [run.run_id]


def test_runs_that_are_asked_for_faster_than_they_end_publish(
    system: Callable[..., System], simulator: Callable[..., Simulator]
) -> None:
    """None ends before the next is asked for, and still results come."""
    sim = simulator(databases=2, tables=2, jobs=1)
    sim.configure(hold=["GetTables:raw_sales_0000"])
    one = system(sim)
    runs = [one.producer.enqueue_catalog().run_id for _ in range(6)]
    sim.configure(hold=[])
    states = [one.wait(run_id).state for run_id in runs]
    assert states == [
        RunState.SUPERSEDED,
        RunState.SUCCEEDED,
        *[RunState.SUPERSEDED] * 3,
        RunState.SUCCEEDED,
    ]
    manifests = {path.stem for path in (one.folder / "out" / "runs").glob("*.json")}
    assert manifests == {runs[1], runs[-1]}


def test_a_run_that_does_not_end_in_time_fails_and_is_taken_back(
    system: Callable[..., System], simulator: Callable[..., Simulator]
) -> None:
    sim = simulator(databases=2, tables=2, jobs=0)
    sim.configure(hold=["GetTables:raw_marketing_0001"])
    one = system(sim, env={"GLUELINE_RUN_TIMEOUT": "2"})
    run = one.wait(one.producer.enqueue_catalog().run_id)
    sim.configure(hold=[])
    assert run.state is RunState.FAILED
    assert "run_timeout" in (run.reason or "")
    assert "database/raw_marketing_0001" in (run.reason or "")
    eventually(lambda: one.producer.status(run.run_id).open_units == 0)
    assert not [p for p in (one.folder / "out").rglob("*") if run.run_id in str(p) and p.is_file()]
    one.calm_down()
