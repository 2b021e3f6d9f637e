"""Traces that nobody asked for cost nothing, and those that were asked for go where they should."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opentelemetry.trace import get_current_span
from tests.support.collector import Collector, collecting
from tests.support.command import glueline

from glueline.contract.errors import UsageError
from glueline.contract.messages import JobUnit
from glueline.ledger.results import ClaimResult
from glueline.telemetry import tracing
from glueline_worker.observe import tracing as told

UNIT = JobUnit(run_id="ab" * 16, source="default", job="load")
UNTRACED = """
import sys
from glueline import Producer
from glueline.telemetry import tracing
import glueline_worker.app
tracing.begin("glueline")
with tracing.span("x") as span, Producer():
    assert span is tracing.NOOP_SPAN
    assert tracing.traceparent() == ""
# redis-py imports parts of it where it is installed.
sys.exit("opentelemetry.exporter" in sys.modules)
"""
TURN_OFF = {
    "disabled": {"OTEL_SDK_DISABLED": "true"},
    "no exporter": {"OTEL_TRACES_EXPORTER": "none"},
    "another protocol": {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
    "another exporter": {"OTEL_TRACES_EXPORTER": "zipkin"},
}


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """Traces are sent to it until the test ends."""
    with collecting() as found:
        for name, value in found.env.items():
            monkeypatch.setenv(name, value)
        yield found
        tracing.end(5)


def test_without_a_collector_nothing_is_imported() -> None:
    subprocess.run([sys.executable, "-c", UNTRACED], check=True)


def steps_of_a_call() -> None:
    with told.call_span("Glue", "GetTables", "1:eu-west-1"):
        told.record_quota_wait(0.001)


def test_without_a_collector_a_call_costs_a_look_at_a_variable() -> None:
    claimed = ClaimResult("claimed", 1)
    assert told.unit_span(UNIT, claimed) is told.sink_span("s", "write") is tracing.NOOP_SPAN
    # __enter__, __exit__, `call_span`, `is_on`, `record_quota_wait` and this function itself.
    assert python_calls(steps_of_a_call) == 6


def python_calls(work: Callable[[], None]) -> int:
    seen = []
    sys.setprofile(lambda frame, event, _: seen.append(frame) if event == "call" else None)
    try:
        work()
    finally:
        sys.setprofile(None)
    return len(seen)


@pytest.mark.parametrize("why", TURN_OFF)
def test_it_is_turned_off_by_the_usual_variables(
    why: str, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in TURN_OFF[why].items():
        monkeypatch.setenv(name, value)
    tracing.begin("glueline")
    assert not tracing.is_on()


def test_what_the_extra_lacks_is_one_sentence(
    collector: Collector, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    tracing.begin("glueline")
    assert not tracing.is_on()
    assert "pip install 'glueline[otel]'" in caplog.text


def test_a_command_sends_its_span_before_it_ends(collector: Collector, settings: Any) -> None:
    env = {"GLUELINE_REDIS_URL": settings.redis_url, "GLUELINE_KEY_PREFIX": settings.key_prefix}
    said = glueline("enqueue", "database", "sales", "--json", env={**env, **collector.env})
    (span,) = collector.spans
    assert span.service == "glueline"
    assert span.about["glueline.run.id"] == said.json["run_id"]
    assert said.err == ""


def test_an_error_is_told_by_its_code_and_without_secrets(collector: Collector) -> None:
    told.begin_tracing()
    for error in (UsageError("token=hunter2hunter2 is wrong"), ValueError("hunter2hunter2")):
        with pytest.raises(type(error)), told.call_span("Glue", "GetTables", "1:eu-west-1"):
            raise error
    tracing.end(5)
    assert [span.about["error.type"] for span in collector.spans] == ["usage", "ValueError"]
    assert [span.failure for span in collector.spans] == ["token=[redacted] is wrong", ""]
    assert not any(span.events for span in collector.spans)


@pytest.mark.parametrize(("ratio", "expected"), [("0", 0), ("1", 32), ("0.5", 16)])
def test_runs_that_nobody_traced_are_sampled_too(
    collector: Collector, monkeypatch: pytest.MonkeyPatch, ratio: str, expected: int
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", ratio)
    told.begin_tracing()
    units = [UNIT.model_copy(update={"run_id": f"{n:032x}"}) for n in range(32)]
    for unit in units * 2:
        with told.unit_span(unit, ClaimResult("claimed", 1)):
            pass
    tracing.end(5)
    assert len(collector.spans) == pytest.approx(2 * expected, abs=14)
    # All units of a run, or none of them.
    runs = [span.about["glueline.run.id"] for span in collector.spans]
    assert all(runs.count(run) == 2 for run in runs)


def test_a_parent_that_is_not_sampled_is_followed(collector: Collector) -> None:
    told.begin_tracing()
    with told.unit_span(UNIT, ClaimResult("claimed", 1, trace=f"00-{'ab' * 16}-{'cd' * 8}-00")):
        assert tracing.traceparent().endswith("-00")
        assert get_current_span().get_span_context().trace_id == int("ab" * 16, 16)
    tracing.end(5)
    assert not collector.spans


def test_a_collector_that_says_nothing_holds_nobody_up(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracing.begin("glueline")
    forever = threading.Event()
    monkeypatch.setattr(tracing._own, "close", forever.wait)
    tracing.end(0.05)
    assert not tracing.is_on()
    forever.set()


@pytest.mark.parametrize(
    ("name", "value"),
    [("OTEL_BSP_SCHEDULE_DELAY", "-1"), ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "many")],
)
def test_a_variable_that_will_not_do_costs_the_traces_and_not_the_process(
    name: str,
    value: str,
    collector: Collector,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv(name, value)
    tracing.begin("glueline")
    assert not tracing.is_on()
    assert "nothing is traced" in caplog.text
