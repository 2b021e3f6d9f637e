"""Celery delivers a message again when it takes long; a unit under way must not run twice."""

import json
from collections.abc import Callable

from tests.support.system import System, hooks

from glueline import RunState
from glueline_simulator import Simulator


def test_a_unit_that_takes_longer_than_the_visibility_timeout_is_delivered_once(
    simulator: Callable[..., Simulator], system: Callable[..., System]
) -> None:
    sim = simulator(databases=1, tables=10, latency=1.6)
    # Nobody but Celery is to deliver again, however slowly the worker starts.
    running = system(sim, env=hooks(visibility_timeout=2), log_level="debug", silence=60.0)
    run = running.wait(running.producer.enqueue_database("raw_sales_0000").run_id)
    assert run.state is RunState.SUCCEEDED
    lines = [json.loads(line) for line in running.logs().splitlines() if line.startswith("{")]
    (settled,) = (
        line
        for line in lines
        if line.get("unit", "").startswith("database/") and line["event"] == "unit.settled"
    )
    assert settled["seconds"] > 4
    assert not [line for line in lines if line["event"] == "unit.left"]
