"""What a worker's traces tell: units, the calls to AWS and the steps of sinks within them.

Each function is one look at a variable while nothing is traced.
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
"""Seconds that a call waits for its turn before its span tells of it."""


def begin_tracing() -> None:
    """Trace this process, if the ``OTEL_*`` variables ask for it."""
    tracing.begin("glueline-worker", _describe_error)


def unit_span(unit_span: UnitMessage, claimed: ClaimResult) -> AbstractContextManager[Span]:
    """The span of an attempt at a unit, in the trace of its run."""
    if not tracing.is_on():
        return NOOP_SPAN
    about: Attributes = {
        "glueline.run.id": unit_span.run_id,
        "glueline.source": unit_span.source,
        "glueline.unit.id": redact_text(unit_span.unit_id),
        "glueline.unit.kind": unit_span.kind,
        "glueline.attempt": claimed.attempts,
    }
    parent = claimed.trace or tracing.synthetic_traceparent(unit_span.run_id)
    return tracing.span(f"unit {unit_span.kind}", "consumer", about, parent)


def set_outcome(outcome: str) -> None:
    """How an attempt ended."""
    if tracing.is_on():
        tracing.current().set({"glueline.outcome": outcome})


def set_run_state(state: str) -> None:
    """How the run ended whose ``finish`` is at hand."""
    if tracing.is_on():
        tracing.current().set({"glueline.run.state": state})


def set_counts(counts: Attributes) -> None:
    """What a unit counted."""
    if tracing.is_on():
        tracing.current().set({f"glueline.count.{what}": n for what, n in counts.items()})


def set_error(error: Exception) -> None:
    """Why an attempt failed, or has to be made again."""
    if tracing.is_on():
        tracing.current().fail(error)


def call_span(service: str, operation: str, scope: str) -> AbstractContextManager[Span]:
    """The span of a call to AWS with all its tries; ``scope`` ends in the region."""
    if not tracing.is_on():
        return NOOP_SPAN
    about = {
        "rpc.system": "aws-api",
        "rpc.service": service,
        "rpc.method": operation,
        "aws.region": scope.rpartition(":")[2],
    }
    return tracing.span(f"{service}.{operation}", "client", about)


def add_event(name: str, **about: str | float) -> None:
    """Something that happened to the call or the unit at hand."""
    if tracing.is_on():
        tracing.current().event(name, {f"glueline.{key}": value for key, value in about.items()})


def record_quota_wait(seconds: float) -> None:
    """How long a call waited for its turn under the shared quota."""
    if seconds > _NOTABLE_WAIT:
        add_event("quota.wait", seconds=round(seconds, 3))


def trace_answers(client: Any) -> None:
    """Let the spans of calls through ``client`` tell what AWS answered."""
    if tracing.is_on():
        client.meta.events.register("response-received", _on_response)


def sink_span(sink: str, sink_span: str) -> AbstractContextManager[Span]:
    """The span of a step of a sink."""
    if not tracing.is_on():
        return NOOP_SPAN
    return tracing.span(f"sink {sink_span}", "internal", {"glueline.sink": sink})


def _on_response(response_dict: Any = None, parsed_response: Any = None, **_: Any) -> None:
    about: dict[str, str | int] = {}
    if response_dict:
        about["http.response.status_code"] = int(response_dict["status_code"])
    request = ((parsed_response or {}).get("ResponseMetadata") or {}).get("RequestId")
    if request:
        about["aws.request_id"] = str(request)
    tracing.current().set(about)


def _describe_error(error: Exception) -> ErrorInfo:
    if isinstance(error, GluelineError):
        return error.code, redact_text(str(error))
    # A foreign error may quote a secret, in a form that nobody knows.
    return type(error).__name__, ""
