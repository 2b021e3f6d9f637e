"""Record changes that EventBridge reports; workers read them once it is quiet."""

from typing import Any

from glueline.changes.eventbridge import Event, parse_events
from glueline.changes.source_router import NoSource, SourceRouter
from glueline.client.producer import Producer
from glueline.contract.changes import Change
from glueline.contract.model import StrictModel
from glueline.ledger.changes import EventChanges, RecordResult


class AcceptedEvents(StrictModel):
    """The result of a delivery.

    ``ignored`` counts events that change nothing Glueline reads, ``repeated`` those that were noted
    before.
    """

    events: int
    noted: int
    repeated: int
    ignored: int
    changes: tuple[Change, ...]
    """The changes that will be read, each once, including those of repeated events."""


def accept_events(producer: Producer, payload: Any, source: str | None = None) -> AcceptedEvents:
    """Record the changes of an event, or a list of them; workers read them within seconds.

    ``source`` is the source of all events; without it, the setting ``events.source``, else the one
    of each event's account and region. Raises UsageError, and then nothing was recorded. It is safe
    to deliver the same events again.
    """
    router = SourceRouter(producer.settings)
    source = source or producer.settings.events.source
    events = route_events(router, parse_events(payload), source)
    return summarize_events(events, producer.record_changes(events))


def route_events(
    router: SourceRouter, events: list[Event], source: str | None
) -> list[EventChanges]:
    """Find the changes of each event in its sources; raises NoSource."""
    found = []
    for number, event in enumerate(events):
        try:
            found.append(EventChanges(event.id, router.find_changes(event, source)))
        except NoSource as error:
            raise NoSource(f"event {number}: {error}") from None
    return found


def summarize_events(events: list[EventChanges], result: RecordResult) -> AcceptedEvents:
    """Summarize recorded events."""
    return AcceptedEvents(
        events=len(events),
        noted=result.noted,
        repeated=result.repeated,
        ignored=sum(1 for one in events if not one.changes),
        changes=tuple(dict.fromkeys(change for one in events for change in one.changes)),
    )
