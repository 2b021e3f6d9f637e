"""The metrics of one worker process."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

T = TypeVar("T")

REGISTRY = CollectorRegistry()
_SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300)

UNITS = Counter(
    "glueline_units",
    "Attempts at units: settled, retried, failed, given_back, lost, stepped_aside or not_served.",
    ["kind", "outcome"],
    registry=REGISTRY,
)
UNIT_SECONDS = Histogram(
    "glueline_unit_seconds",
    "How long attempts took that settled their unit.",
    ["kind"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
UNITS_IN_PROGRESS = Gauge(
    "glueline_units_under_way", "Units that this worker holds.", ["kind"], registry=REGISTRY
)
RUNS_FINISHED = Counter(
    "glueline_runs_finished", "Runs that this worker ended.", ["state"], registry=REGISTRY
)
RECORDS = Counter("glueline_records", "Records that were settled.", ["kind"], registry=REGISTRY)
REPUBLISHED = Counter(
    "glueline_units_republished",
    "Units published again: a worker died or Redis lost a message.",
    registry=REGISTRY,
)
DEAD_LETTERS = Counter("glueline_messages_buried", "Messages made dead letters.", registry=REGISTRY)
CHANGES_READ = Counter(
    "glueline_changes_read",
    "Groups of changes (a database, the jobs of a source) that this worker opened runs for.",
    registry=REGISTRY,
)
EVENTS = Counter(
    "glueline_events",
    "Events of a queue: noted, repeated (noted before), ignored (not of what is read) or refused.",
    ["outcome"],
    registry=REGISTRY,
)
EVENT_AGE = Histogram(
    "glueline_event_age_seconds",
    "From when an event was put on the queue until it was noted.",
    buckets=_SECONDS,
    registry=REGISTRY,
)

_CALLS = Counter(
    "glueline_aws_calls",
    "HTTP requests to AWS: ok, or throttled, transient, denied and so on.",
    ["operation", "outcome"],
    registry=REGISTRY,
)
_CALL_SECONDS = Histogram(
    "glueline_aws_call_seconds",
    "How long AWS took to answer, well or not.",
    ["operation"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
QUOTA_WAIT = Counter(
    "glueline_quota_wait_seconds",
    "Time that calls waited for their turn under the shared quota, added up.",
    ["operation"],
    registry=REGISTRY,
)

_SINK_SECONDS = Histogram(
    "glueline_sink_seconds",
    "How long a step of a sink took: begin, write, complete, commit and so on.",
    ["sink", "step"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
_SINK_FAILURES = Counter(
    "glueline_sink_failures", "Steps of a sink that failed.", ["sink", "step"], registry=REGISTRY
)

LOOP_LAG = Histogram(
    "glueline_loop_lag_seconds",
    "How late the event loop came to a timer.",
    buckets=(0.001, 0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10),
    registry=REGISTRY,
)
LOOP_LAG_MAX = Gauge(
    "glueline_loop_lag_max_seconds", "The longest lag of the last minute.", registry=REGISTRY
)
EVENTS_READY = Gauge(
    "glueline_events_ready", "1 when `glueline events` reads its queue, else 0.", registry=REGISTRY
)
READY = Gauge("glueline_worker_ready", "1 when this worker takes units, else 0.", registry=REGISTRY)


async def time_call(
    operation: str, send: Callable[[], Awaitable[T]], outcome_of: Callable[[Exception], str]
) -> T:
    """Do ``send``, one HTTP request, and count and time its outcome."""
    started = time.perf_counter()
    outcome = "ok"
    try:
        return await send()
    except Exception as error:
        outcome = outcome_of(error)
        raise
    finally:
        _CALLS.labels(operation, outcome).inc()
        _CALL_SECONDS.labels(operation).observe(time.perf_counter() - started)


@asynccontextmanager
async def time_sink_step(sink: str, step: str) -> AsyncIterator[None]:
    """Time a step and count its failure; an interruption is no failure."""
    started = time.perf_counter()
    try:
        yield
    except Exception:
        _SINK_FAILURES.labels(sink, step).inc()
        raise
    finally:
        _SINK_SECONDS.labels(sink, step).observe(time.perf_counter() - started)
