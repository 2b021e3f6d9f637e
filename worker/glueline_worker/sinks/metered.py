"""Sinks as they are, with a stopwatch around each of their steps."""

from collections.abc import Awaitable, Callable
from typing import Any
from weakref import ref

from glueline_worker.observe import tracing
from glueline_worker.observe.metrics import time_sink_step
from glueline_worker.sinks.base import Sink

STEPS = ("begin", "write", "write_parts", "held", "keep", "complete", "commit", "abort")
Step = Callable[..., Awaitable[Any]]


def metered(sink: Sink) -> Sink:
    """``sink`` itself, whose steps and those of its writers are timed from now on."""
    _meter(sink, sink.name)
    return sink


def _meter(target: object, sink: str) -> None:
    # No object stands around it: what else a sink or a writer can do is seen by its class. And it
    # does not hold itself: all that a writer keeps would stay until Python looks for garbage.
    owner = ref(target)
    for step in STEPS:
        method = getattr(type(target), step, None)
        if method is not None:
            setattr(target, step, _timed(method, owner, sink, step))


def _timed(method: Step, owner: ref[object], sink: str, step: str) -> Step:
    async def timed(*args: Any, **kwargs: Any) -> Any:
        with tracing.sink_span(sink, step):
            async with time_sink_step(sink, step):
                answer = await method(owner(), *args, **kwargs)
        if step == "begin":
            _meter(answer, sink)
        return answer

    return timed
