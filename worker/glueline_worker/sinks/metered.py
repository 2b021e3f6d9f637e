"""Measure how long each step of a sink takes."""

from collections.abc import Awaitable, Callable
from typing import Any
from weakref import ref

from glueline_worker.observe import tracing
from glueline_worker.observe.metrics import time_sink_step
from glueline_worker.sinks.base import Sink

_STEPS = {
    "begin": "begin",
    "write": "write",
    "write_parts": "write_parts",
    "find_stored_entries": "held",
    "mark_unchanged": "keep",
    "complete": "complete",
    "commit": "commit",
    "abort": "abort",
}
"""The timed methods of sinks and writers, with their names in metrics and traces.

Dashboards know these names, so they stay when a method gets a new one.
"""

_Method = Callable[..., Awaitable[Any]]


def meter_sink(sink: Sink) -> Sink:
    """Time the steps of ``sink`` and of its writers from now on; return ``sink`` itself."""
    _meter(sink, sink.name)
    return sink


def _meter(target: object, sink: str) -> None:
    # Not a wrapper object: `isinstance` must still see what else a sink or a writer can do. And a
    # weak reference: in a cycle, all that a writer holds would stay until the next collection.
    owner = ref(target)
    for name, step in _STEPS.items():
        method = getattr(type(target), name, None)
        if method is not None:
            setattr(target, name, _time_method(method, owner, sink, step))


def _time_method(method: _Method, owner: ref[object], sink: str, step: str) -> _Method:
    async def call(*args: Any, **kwargs: Any) -> Any:
        with tracing.sink_span(sink, step):
            async with time_sink_step(sink, step):
                answer = await method(owner(), *args, **kwargs)
        if step == "begin":
            _meter(answer, sink)
        return answer

    return call
