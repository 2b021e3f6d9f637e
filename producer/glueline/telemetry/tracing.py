"""Traces for OpenTelemetry; no other module imports it.

A service that traces itself has a tracer provider, and runs that it enqueues join its spans.
Glueline's own processes make one when the standard ``OTEL_*`` variables name a collector (OTLP over
HTTP). Otherwise nothing is imported, and a span costs a look at two variables.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Self, cast

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.sampling import Sampler
    from opentelemetry.trace import Tracer

Attributes = Mapping[str, str | int | float | bool]
ErrorInfo = tuple[str, str]
"""The code of an error and its description."""

FLUSH_SECONDS = 1.0
"""Seconds for the last spans to reach the collector."""
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_HTTP = "http/protobuf"

log = logging.getLogger(__name__)


class Span:
    """A span that is not recorded."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def set(self, about: Attributes) -> None:
        """Add attributes."""

    def rename(self, name: str) -> None:
        """Change the name, which was not known when the span began."""

    def event(self, name: str, about: Attributes) -> None:
        """Record that something happened now."""

    def fail(self, error: Exception) -> None:
        """Mark the span as failed."""


class _RecordingSpan(Span):
    def __init__(self, span: Any) -> None:
        self._span = span

    def set(self, about: Attributes) -> None:
        self._span.set_attributes(about)

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def event(self, name: str, about: Attributes) -> None:
        self._span.add_event(name, about)

    def fail(self, error: Exception) -> None:
        from opentelemetry.trace import StatusCode

        code, description = _own.describe(error)
        self._span.set_attribute("error.type", code)
        self._span.set_status(StatusCode.ERROR, description)


def _describe_by_code(error: Exception) -> ErrorInfo:
    """Describe an error by its code only: its text may quote a secret."""
    return str(getattr(error, "code", "") or type(error).__name__), ""


class _Own:
    """The tracer of this process, when it is not that of a host service."""

    tracer: "Tracer | None" = None
    sampler: "Sampler | None" = None
    close: Callable[[], object] = staticmethod(lambda: None)
    describe: Callable[[Exception], ErrorInfo] = staticmethod(_describe_by_code)


_own = _Own()
NOOP_SPAN = Span()


def begin(service: str, describe: Callable[[Exception], ErrorInfo] = _describe_by_code) -> None:
    """Trace this process as ``service``, if the ``OTEL_*`` variables ask for it.

    ``describe`` returns what may be published of an error. A problem with tracing is a warning.
    """
    if _own.tracer is not None or not _is_requested():
        return
    try:
        provider, _own.close = _make_provider(service)
    except ImportError as error:
        log.warning(
            "OTEL_* variables ask for traces, which need more packages (%s): "
            "pip install 'glueline[otel]'",
            error.name,
        )
    except ValueError as error:
        log.warning("nothing is traced, because of an OTEL_* variable: %s", error)
    else:
        _own.describe, _own.sampler = describe, provider.sampler
        _own.tracer = provider.get_tracer("glueline")


def end(within: float = FLUSH_SECONDS) -> None:
    """Send the last spans, for at most ``within`` seconds, and stop tracing."""
    if _own.tracer is None:
        return
    _own.tracer = _own.sampler = None
    # In a thread, because the exporter tries longer than that to reach a collector.
    last = threading.Thread(target=_own.close, name="last spans", daemon=True)
    last.start()
    last.join(within)


def is_on() -> bool:
    """Tell whether this process traces itself."""
    return _own.tracer is not None


def span(
    name: str, kind: str = "internal", about: Attributes | None = None, parent: str = ""
) -> AbstractContextManager[Span]:
    """Open a span for a ``with`` block, below ``parent`` (a ``traceparent``) or the current span.

    ``kind`` is one of OpenTelemetry's. An error that leaves the block marks it as failed.
    """
    tracer = _own.tracer or _find_host_tracer()
    return NOOP_SPAN if tracer is None else _record_span(tracer, name, kind, about or {}, parent)


def current() -> Span:
    """Return the span of the current ``with`` block."""
    if _own.tracer is None:
        return NOOP_SPAN
    from opentelemetry.trace import get_current_span

    return _RecordingSpan(get_current_span())


def traceparent() -> str:
    """Return the current span as W3C's ``traceparent`` header; empty when there is none.

    Baggage is left out: it may hold anything, and the ledger keeps this for days.
    """
    if _own.tracer is None and _find_host_tracer() is None:
        return ""
    carrier: dict[str, str] = {}
    _make_propagator().inject(carrier)
    return carrier.get("traceparent", "")


def synthetic_traceparent(run_id: str) -> str:
    """Return a ``traceparent`` for a run without a trace, the same for all its units.

    The sampler decides here whether it is sampled, because later it would follow the parent.
    """
    from opentelemetry.context import Context

    digest = blake2b(run_id.encode(), digest_size=24).hexdigest()
    trace, parent, sampler = digest[:32], digest[32:], cast("Any", _own.sampler)
    sampled = sampler.should_sample(Context(), int(trace, 16), "run").decision.is_sampled()
    return f"00-{trace}-{parent}-{int(sampled):02x}"


@contextmanager
def _record_span(
    tracer: "Tracer", name: str, kind: str, about: Attributes, parent: str
) -> Iterator[_RecordingSpan]:
    from opentelemetry.trace import SpanKind

    with tracer.start_as_current_span(
        name,
        context=_make_context(parent),
        kind=SpanKind[kind.upper()],
        attributes=about,
        # The text and the traceback of an exception may hold a secret.
        record_exception=False,
        set_status_on_exception=False,
    ) as started:
        ours = _RecordingSpan(started)
        try:
            yield ours
        except Exception as error:
            ours.fail(error)
            raise


def _make_context(parent: str) -> "Context | None":
    if not parent:
        return None
    from opentelemetry.context import Context

    found: Context = _make_propagator().extract({"traceparent": parent}, context=Context())
    return found


def _make_propagator() -> Any:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator()


def _find_host_tracer() -> "Tracer | None":
    """Return the tracer of a service that uses OpenTelemetry itself."""
    api: Any = sys.modules.get("opentelemetry.trace")  # redis-py imports it where it is installed
    if api is None or isinstance(api.get_tracer_provider(), api.ProxyTracerProvider):
        return None
    tracer: Tracer = api.get_tracer("glueline")
    return tracer


def _is_requested() -> bool:
    exporter = os.environ.get("OTEL_TRACES_EXPORTER", "").strip()
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true" or exporter == "none":
        return False
    if not (exporter or any(os.environ.get(name) for name in _ENDPOINTS)):
        return False
    protocol = next(filter(None, map(os.environ.get, _PROTOCOLS)), _HTTP)
    if exporter not in {"", "otlp"} or protocol != _HTTP:
        log.warning("nothing is traced: spans are sent with otlp over %s only", _HTTP)
        return False
    return True


def _make_provider(service: str) -> tuple["TracerProvider", Callable[[], object]]:
    """Make the process's provider, and the function that sends its last spans."""
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    host = trace.get_tracer_provider()
    if isinstance(host, TracerProvider):  # as of opentelemetry-instrument
        return host, host.force_flush
    resource = Resource.create({})
    if str(resource.attributes["service.name"]).startswith("unknown_service"):
        resource = resource.merge(Resource({"service.name": service}))
    # Its own shutdown would wait half a minute for a collector that is away.
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider, provider.shutdown
