"""One trace leads from whoever asked, over the units of a run, to the calls to AWS."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
import redis
from tests.conftest import FAKE_CREDENTIALS, quick_settings
from tests.support.collector import Collector, Seen, collecting
from tests.support.poison import REQUEST, envelope
from tests.support.system import System, eventually, variables
from tests.unit.api.conftest import Api

from glueline import Options, RunState
from glueline.settings.settings import Settings
from glueline_simulator import Simulator
from glueline_worker.local.server import EmbeddedRedis

SHOP = """
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)

from glueline import Producer

with trace.get_tracer("shop").start_as_current_span("nightly load"), Producer() as producer:
    print(producer.enqueue_catalog().run_id)
provider.shutdown()
"""
"""A service that traces itself and knows nothing of how Glueline does."""
SERVER, CLIENT, PRODUCER, CONSUMER = 2, 3, 4, 5
OURS = f"00-{'ab' * 16}-{'cd' * 8}-01"


@dataclass
class Traced:
    sim: Simulator
    system: System
    collector: Collector

    @property
    def env(self) -> dict[str, str]:
        return {**variables(self.system.settings, self.sim.url), **self.collector.env}

    def trace_of(self, run_id: str, units: int) -> list[Seen]:
        """The trace that all units of a run are in, once they have arrived."""
        eventually(lambda: len(self.settled(run_id)) == units)
        (trace,) = {unit.trace for unit in self.collector.units(run_id)}
        return self.collector.of(trace)

    def settled(self, run_id: str) -> list[Seen]:
        found = self.collector.units(run_id)
        return [unit for unit in found if unit.about["glueline.outcome"] == "settled"]


@pytest.fixture(scope="module")
def running(
    redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Traced]:
    folder = tmp_path_factory.mktemp("traced")
    settings = quick_settings(redis_server, f"{folder.name}:", folder)
    settings = settings.model_copy(
        update={"worker": settings.worker.model_copy(update={"grace": 5.0})}
    )
    with Simulator(databases=3, tables=9, jobs=2) as sim, collecting() as collector:
        system = System(settings, sim.url, 1, folder, {**FAKE_CREDENTIALS, **collector.env})
        system.start()
        yield Traced(sim, system, collector)
        system.stop()


@pytest.fixture
def traced(running: Traced) -> Traced:
    running.sim.configure(faults=0, latency=0)
    return running


def test_a_service_sees_the_units_and_calls_that_follow_from_its_request(traced: Traced) -> None:
    service = {"OTEL_SERVICE_NAME": "shop", **traced.env}
    run_id = subprocess.run(
        [sys.executable, "-c", SHOP],
        env={**os.environ, **service},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.strip()
    assert traced.system.wait(run_id).state is RunState.SUCCEEDED
    spans = traced.trace_of(run_id, units=1 + 3 + 1 + 2 + 1)
    known = {span.id: span for span in spans}

    (nightly,) = (span for span in spans if not span.parent)
    assert (nightly.name, nightly.service) == ("nightly load", "shop")
    assert all(span.parent in known for span in spans if span is not nightly)
    (enqueued,) = (span for span in spans if span.parent == nightly.id)
    assert (enqueued.name, enqueued.kind) == ("glueline.enqueue", PRODUCER)
    assert enqueued.about == {
        "glueline.source": "default",
        "glueline.scope": "catalog",
        "glueline.run.id": run_id,
        "glueline.run.is_new": True,
    }
    units = [span for span in spans if span.parent == enqueued.id]
    assert {unit.service for unit in units} == {"glueline-worker"}
    assert {unit.kind for unit in units} == {CONSUMER}
    (jobs,) = (unit for unit in units if unit.name == "unit jobs")
    assert jobs.about["glueline.unit.id"] == "jobs"
    assert (jobs.about["glueline.attempt"], jobs.about["glueline.outcome"]) == (1, "settled")
    tables = sum(unit.about.get("glueline.count.table", 0) for unit in units)
    assert tables == 27
    (finish,) = (unit for unit in units if unit.name == "unit finish")
    assert finish.about["glueline.run.state"] == "succeeded"
    assert any(s.name == "sink commit" and s.parent == finish.id for s in spans)

    calls = [span for span in spans if span.kind == CLIENT]
    assert {"Glue.GetDatabases", "Glue.GetTables", "S3.GetObject"} <= {one.name for one in calls}
    for call in calls:
        assert known[call.parent].name.startswith("unit ")
        assert call.about["rpc.system"] == "aws-api"
        assert call.about["aws.region"] == "eu-west-1"
        assert call.about["http.response.status_code"] == 200
        assert f"{call.about['rpc.service']}.{call.about['rpc.method']}" == call.name


def test_tries_and_throttles_are_events_and_failures_have_reasons(traced: Traced) -> None:
    traced.sim.configure(faults=0.5, fault_kinds=["throttle"])
    producer = traced.system.producer
    run_id = producer.enqueue_catalog(options=Options(full=True)).run_id
    assert traced.system.wait(run_id).state is RunState.SUCCEEDED
    spans = traced.trace_of(run_id, units=8)
    events = [event for span in spans if span.kind == CLIENT for event in span.events]
    names = [name for name, _ in events]
    assert names.count("retry") == names.count("throttled") > 0
    codes = {about["glueline.code"] for name, about in events if name == "retry"}
    assert codes <= {"ThrottlingException", "SlowDown", "Throttling"}  # of Glue, S3 and STS

    traced.sim.configure(faults=0)
    run_id = producer.enqueue_job("no-such-job").run_id
    assert traced.system.wait(run_id).state is RunState.FAILED
    (unit,) = eventually(
        lambda: [u for u in traced.collector.units(run_id) if u.name == "unit job"]
    )
    assert unit.about["glueline.outcome"] == "failed"
    assert unit.about["error.type"] == "EntityNotFoundException"
    assert "GetJob" in str(unit.failure)
    (call,) = (s for s in traced.collector.of(unit.trace) if s.name == "Glue.GetJob")
    assert call.about["http.response.status_code"] == 400
    assert call.failure


@pytest.mark.slow  # a lease has to run out
def test_units_whose_worker_was_killed_stay_in_the_trace(traced: Traced) -> None:
    traced.sim.configure(latency=1.5)
    run_id = traced.system.producer.enqueue_catalog(options=Options(full=True)).run_id
    eventually(lambda: traced.system.producer.status(run_id).settled_units >= 1)
    os.kill(eventually(lambda: traced.system.workers.pids)[0], signal.SIGKILL)
    traced.sim.configure(latency=0)
    assert traced.system.wait(run_id).state is RunState.SUCCEEDED
    eventually(lambda: traced.system.producer.status(run_id).open_units == 0)
    attempts = [
        unit.about["glueline.attempt"]
        for unit in eventually(lambda: traced.collector.units(run_id))
    ]
    assert max(attempts) > 1
    assert len({unit.trace for unit in traced.collector.units(run_id)}) == 1


def test_a_message_on_the_queue_may_name_its_trace(traced: Traced, client: redis.Redis) -> None:
    run_id = pushed(traced, client, OURS)
    (request,) = eventually(
        lambda: [s for s in traced.collector.of("ab" * 16) if s.name == "glueline.request"]
    )
    assert request.parent == "cd" * 8
    spans = traced.trace_of(run_id, units=2)
    assert {unit.parent for unit in traced.collector.units(run_id)} == {request.id}
    assert {span.trace for span in spans} == {"ab" * 16}


@pytest.mark.parametrize("header", [7, "00-zz", "\0", OURS[:-1], f"00-{'0' * 32}{OURS[35:]}"])
def test_a_wrong_header_is_no_header(traced: Traced, client: redis.Redis, header: object) -> None:
    run_id = pushed(traced, client, header)
    spans = traced.trace_of(run_id, units=2)
    (request,) = (span for span in spans if span.name == "glueline.request")
    assert not request.parent
    assert request.trace not in {"ab" * 16, "0" * 32}


def pushed(traced: Traced, client: redis.Redis, header: object) -> str:
    """The run of a message with this ``traceparent``, after its end."""
    key = uuid4().hex
    message = envelope([{**REQUEST, "idempotency_key": key}])
    message["headers"]["traceparent"] = header
    client.lpush(f"{traced.system.settings.key_prefix}glueline", json.dumps(message))
    runs = traced.system.producer.runs
    run = eventually(lambda: [r for r in runs(500) if r.request.idempotency_key == key])[0]
    assert traced.system.wait(run.run_id).state is RunState.SUCCEEDED
    return str(run.run_id)


def test_a_run_that_nobody_traced_is_one_trace(traced: Traced) -> None:
    run_id = traced.system.producer.enqueue_database("raw_sales_0000").run_id
    assert traced.system.wait(run_id).state is RunState.SUCCEEDED
    spans = traced.trace_of(run_id, units=2)
    assert len({unit.parent for unit in traced.collector.units(run_id)}) == 1
    assert any(span.kind == CLIENT for span in spans)


def test_the_api_continues_the_trace_of_its_caller(
    traced: Traced, tmp_path_factory: pytest.TempPathFactory
) -> None:
    api = Api(traced.system.settings, tmp_path_factory.mktemp("api"))
    api.start(traced.collector.env)
    try:
        parent = f"00-{'ef' * 16}-{'12' * 8}-01"
        body = {"scope": {"kind": "database", "name": "raw_sales_0000"}}
        stranger = {"Authorization": "Bearer nobody", "traceparent": parent}
        assert api.client.post("/v1/extractions", json=body, headers=stranger).status_code == 401
        wrong = api.client.post("/v1/extractions", json=[], headers={"traceparent": parent})
        assert wrong.status_code == 422
        answer = api.client.post("/v1/extractions", json=body, headers={"traceparent": parent})
        run_id = answer.json()["run_id"]
        traced.system.wait(run_id)
    finally:
        assert api.stop() == 0
    spans = traced.trace_of(run_id, units=2)
    requests = [span for span in spans if span.kind == SERVER]
    assert [r.about["http.response.status_code"] for r in requests] == [422, 202]
    assert {r.name for r in requests} == {"POST /v1/extractions"}
    assert {(r.parent, r.service) for r in requests} == {("12" * 8, "glueline-api")}
    (enqueued,) = (span for span in spans if span.name == "glueline.enqueue")
    assert enqueued.parent == requests[1].id
    assert {unit.parent for unit in traced.collector.units(run_id)} == {enqueued.id}


def test_a_worker_that_is_told_to_stop_sends_its_last_spans(
    traced: Traced, settings: Settings, tmp_path: Path
) -> None:
    env = {**FAKE_CREDENTIALS, **traced.collector.env, "OTEL_BSP_SCHEDULE_DELAY": "60000"}
    system = System(settings, traced.sim.url, 1, tmp_path, env)
    system.start()
    run_id = system.producer.enqueue_database("raw_sales_0000").run_id
    system.wait(run_id)
    assert not traced.collector.units(run_id)
    system.workers.stop(10)
    system.stop()
    assert {unit.name for unit in traced.collector.units(run_id)} == {
        "unit database",
        "unit finish",
    }
