"""Traces of a worker: units, and the calls to AWS and the steps of sinks within them.

While nothing is traced, each function only checks a variable.
"""

from contextlib import AbstractContextManager
from typing import Any

from glueline.contract.errors import GluelineError
from glueline.contract.messages import UnitMessage
from glueline.ledger.results import ClaimResult
from glueline.telemetry import tracing
from glueline.telemetry.tracing import NOOP_SPAN, Attributes, ErrorInfo, Span
from glueline_worker.redact import redact_text

_NOTABLE_WAIT = 0.005
"""Seconds; a shorter wait for the quota is no event of a span."""


def begin_tracing() -> None:
    """Trace this process, if the ``OTEL_*`` variables ask for it."""
    tracing.begin("glueline-worker", _describe_error)


def unit_span(unit: UnitMessage, claimed: ClaimResult) -> AbstractContextManager[Span]:
    """Make the span of an attempt at a unit, in the trace of its run."""
    if not tracing.is_on():
        return NOOP_SPAN
    attributes: Attributes = {
        "glueline.run.id": unit.run_id,
        "glueline.source": unit.source,
        "glueline.unit.id": redact_text(unit.unit_id),
        "glueline.unit.kind": unit.kind,
        "glueline.attempt": claimed.attempts,
    }
    parent = claimed.trace or tracing.synthetic_traceparent(unit.run_id)
    return tracing.span(f"unit {unit.kind}", "consumer", attributes, parent)


def call_span(service: str, operation: str, scope: str) -> AbstractContextManager[Span]:
    """Make the span of a call to AWS with all its tries; ``scope`` ends with the Region."""
    if not tracing.is_on():
        return NOOP_SPAN
    attributes = {
        "rpc.system": "aws-api",
        "rpc.service": service,
        "rpc.method": operation,
        "aws.region": scope.rpartition(":")[2],
    }
    return tracing.span(f"{service}.{operation}", "client", attributes)


def sink_span(sink: str, step: str) -> AbstractContextManager[Span]:
    """Make the span of a step of a sink."""
    if not tracing.is_on():
        return NOOP_SPAN
    return tracing.span(f"sink {step}", "internal", {"glueline.sink": sink})


def set_outcome(outcome: str) -> None:
    """Set the outcome of the current attempt."""
    if tracing.is_on():
        tracing.current().set({"glueline.outcome": outcome})


def set_run_state(state: str) -> None:
    """Set the state of the run that the current unit ends."""
    if tracing.is_on():
        tracing.current().set({"glueline.run.state": state})


def set_counts(counts: Attributes) -> None:
    """Set the counts of the current unit."""
    if tracing.is_on():
        tracing.current().set({f"glueline.count.{name}": n for name, n in counts.items()})


def set_error(error: Exception) -> None:
    """Set the error of the current attempt."""
    if tracing.is_on():
        tracing.current().fail(error)


def add_event(name: str, **attributes: str | float) -> None:
    """Add an event to the span of the current call or unit."""
    if tracing.is_on():
        values = {f"glueline.{key}": value for key, value in attributes.items()}
        tracing.current().event(name, values)


def record_quota_wait(seconds: float) -> None:
    """Add an event for a call that waited for its turn under the shared quota."""
    if seconds > _NOTABLE_WAIT:
        add_event("quota.wait", seconds=round(seconds, 3))


def trace_answers(client: Any) -> None:
    """Add AWS's status and request id to the spans of calls through ``client``."""
    if tracing.is_on():
        client.meta.events.register("response-received", _on_response)


def _on_response(response_dict: Any = None, parsed_response: Any = None, **_: Any) -> None:
    attributes: dict[str, str | int] = {}
    if response_dict:
        attributes["http.response.status_code"] = int(response_dict["status_code"])
    request = ((parsed_response or {}).get("ResponseMetadata") or {}).get("RequestId")
    if request:
        attributes["aws.request_id"] = str(request)
    tracing.current().set(attributes)


def _describe_error(error: Exception) -> ErrorInfo:
    if isinstance(error, GluelineError):
        return error.code, redact_text(str(error))
    # A foreign error may quote a secret in an unknown form.
    return type(error).__name__, ""
