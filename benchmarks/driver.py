"""A service that uses the producer of some build: it runs in that build's interpreter.

It reads one JSON document a line, ``{"do": NAME, ...}``, and answers each with one. Only public
names of Glueline are used, so that every build understands it.
"""

import json
import sys
import time
from typing import Any

from glueline import ExtractionRequest, Filters, Globs, Options, Producer, RunState

POLL = 0.01
"""Seconds between two looks at a run."""


def extract(
    producer: Producer,
    *,
    full: bool = False,
    partitions: str = "none",
    without_tables: list[str] | None = None,
) -> dict[str, Any]:
    """Enqueue the whole catalogue; return the seconds until it is committed, and the counts."""
    filters = Filters(tables=Globs(deny=tuple(without_tables or ())))
    options = Options(full=full, partitions=partitions)  # type: ignore[arg-type]
    started = time.perf_counter()
    run_id = producer.enqueue_catalog(filters=filters, options=options).run_id
    run = _wait(producer, run_id)
    seconds = time.perf_counter() - started
    if run.state is not RunState.SUCCEEDED:
        raise RuntimeError(f"the run ended as {run.state}: {run.reason}")
    return {"seconds": seconds, "counts": run.counts, "units": run.units}


def warm_up(producer: Producer, *, runs: int) -> dict[str, Any]:
    """Let every worker do a unit, one after the other."""
    for _ in range(runs):
        _wait(producer, producer.enqueue_database("there-is-none").run_id)
    return {}


def enqueue(producer: Producer, *, count: int) -> dict[str, Any]:
    """Enqueue so many requests, in one call where the producer has one."""
    requests = [
        ExtractionRequest(scope={"kind": "database", "name": f"db{number}"})  # type: ignore[arg-type]
        for number in range(count)
    ]
    started = time.perf_counter()
    if hasattr(producer, "enqueue_many"):
        list(producer.enqueue_many(requests))
    else:
        for request in requests:
            producer.enqueue(request)
    return {"seconds": time.perf_counter() - started}


def extract_sources(producer: Producer, *, names: list[str], at_once: int) -> dict[str, Any]:
    """Extract sources, some at a time."""
    for first in range(0, len(names), at_once):
        some = names[first : first + at_once]
        for run_id in [producer.enqueue_catalog(source=name).run_id for name in some]:
            _wait(producer, run_id)
    return {}


def open_run(producer: Producer) -> dict[str, Any]:
    """Enqueue one run and do not wait for it."""
    return {"run_id": producer.enqueue_catalog().run_id}


def _wait(producer: Producer, run_id: str) -> Any:
    while not (run := producer.status(run_id)).state.is_final:
        time.sleep(POLL)
    return run


ACTIONS = {one.__name__: one for one in (extract, extract_sources, warm_up, enqueue, open_run)}


def main() -> None:
    with Producer() as producer:
        for line in sys.stdin:
            order = json.loads(line)
            print(json.dumps(ACTIONS[order.pop("do")](producer, **order)), flush=True)


if __name__ == "__main__":
    main()
