"""Changes that EventBridge tells of become runs of what changed."""

from hashlib import blake2b
from typing import Any

from glueline.contract.events import changed, parse_events
from glueline.contract.messages import ExtractionRequest, Options
from glueline.contract.model import Frozen
from glueline.producer import DEFAULT_OPTIONS, Accepted, Producer


class AcceptedEvents(Frozen):
    """What became of a delivery; ``ignored`` are events of things that Glueline does not read."""

    runs: tuple[Accepted, ...]
    events: int
    ignored: int


def accept_events(
    producer: Producer, payload: Any, source: str = "default", options: Options = DEFAULT_OPTIONS
) -> AcceptedEvents:
    """Open a run for each thing that an event, or a list of them, says has changed.

    All events are understood before the first run is opened: UsageError means that none was. When
    Redis goes away in between, deliver the same again: what is open already is not opened twice.
    """
    events = parse_events(payload)
    requests = [
        ExtractionRequest(
            source=source, scope=scope, options=options, idempotency_key=_key(scope.label, ids)
        )
        for scope, ids in changed(events).items()
    ]
    runs = tuple(producer.enqueue(request) for request in requests)
    ignored = sum(1 for event in events if not event.scopes)
    return AcceptedEvents(runs=runs, events=len(events), ignored=ignored)


def _key(label: str, ids: list[str]) -> str:
    digest = blake2b("\n".join([label, *sorted(ids)]).encode(errors="surrogatepass"))
    return f"event/{digest.hexdigest()[:40]}"
