"""Changes that EventBridge tells of are noted, and read when it has become quiet."""

from typing import Any

from glueline.changes.eventbridge import Event, parse_events
from glueline.changes.source_router import NoSource, SourceRouter
from glueline.client.producer import Producer
from glueline.contract.changes import Change
from glueline.contract.model import StrictModel
from glueline.ledger.changes import EventChanges, RecordResult


class AcceptedEvents(StrictModel):
    """What became of a delivery.

    ``ignored`` are events of things that are not read, ``repeated`` those that were noted before.
    """

    events: int
    noted: int
    repeated: int
    ignored: int
    changes: tuple[Change, ...]
    """What will be read, each thing once; of repeated events too."""


def accept_events(producer: Producer, payload: Any, source: str | None = None) -> AcceptedEvents:
    """Note what an event, or a list of them, says has changed; workers read it within seconds.

    ``source`` says what source all events are of; without it the setting ``events.source`` does,
    or else each event's account and region. All events are understood before the first is noted:
    UsageError means that none was. It is safe to deliver the same again.
    """
    router = SourceRouter(producer.settings)
    told = route_events(router, parse_events(payload), source or producer.settings.events.source)
    return summarize_events(told, producer.note(told))


def route_events(
    router: SourceRouter, events: list[Event], source: str | None
) -> list[EventChanges]:
    """What each event says has changed in which source; raises NoSource."""
    told = []
    for number, event in enumerate(events):
        try:
            told.append(EventChanges(event.id, router.changes(event, source)))
        except NoSource as error:
            raise NoSource(f"event {number}: {error}") from None
    return told


def summarize_events(told: list[EventChanges], noted: RecordResult) -> AcceptedEvents:
    """What became of events that were noted."""
    return AcceptedEvents(
        events=len(told),
        noted=noted.noted,
        repeated=noted.repeated,
        ignored=sum(1 for one in told if not one.changes),
        changes=tuple(dict.fromkeys(change for one in told for change in one.changes)),
    )
