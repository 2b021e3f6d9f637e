"""Changes that wait in groups until it is quiet enough to read them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from glueline.contract.changes import MAX_CHANGES_PER_GROUP, Batch, Change
from glueline.contract.messages import Options
from glueline.contract.model import first_error
from glueline.ledger import decoding
from glueline.ledger.command import Command
from glueline.ledger.keys import Keys

EVENT_TTL_MS = 15 * 60 * 1000
"""The time for which an event that is delivered again is known."""
MAX_KNOWN_EVENTS = 20_000
"""The most events that are known."""
RETRY_PAUSE_MS = 500
"""The time between two tries of a batch whose runs could not be opened."""


@dataclass(frozen=True, slots=True)
class EventChanges:
    """One event and its changes."""

    event_id: str
    changes: Sequence[Change]

    @property
    def digest(self) -> str:
        """The identity of the event with these groups."""
        about = json.dumps([self.event_id, *sorted({one.group for one in self.changes})])
        return blake2b(about.encode(), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class RecordResult:
    """The numbers of events that were recorded, and that had been before."""

    noted: int
    repeated: int


def record_changes(
    keys: Keys, events: Sequence[EventChanges], quiet_ms: int, at_most_ms: int
) -> Command[RecordResult]:
    """Record the changes of events in one step; events without changes need none."""
    marks = [
        (one.digest, [(change.group, *change.mark) for change in one.changes])
        for one in events
        if one.changes
    ]
    return Command(
        "record_changes",
        (keys.changes, keys.change_batches, keys.known_events),
        (
            keys.change(""),
            quiet_ms,
            at_most_ms,
            MAX_CHANGES_PER_GROUP,
            uuid4().hex,
            EVENT_TTL_MS,
            MAX_KNOWN_EVENTS,
            json.dumps(marks),
        ),
        lambda answer: RecordResult(int(answer[0]), int(answer[1])),
    )


@dataclass(frozen=True, slots=True)
class UnreadableBatch:
    """A batch that this version cannot read."""

    group: str
    batch: str
    problem: str


@dataclass(frozen=True, slots=True)
class DueChanges:
    """Batches that are to be read now, and those that this version cannot read."""

    batches: list[Batch] = field(default_factory=list)
    unreadable: list[UnreadableBatch] = field(default_factory=list)


def due_changes(keys: Keys, limit: int) -> Command[DueChanges]:
    """Seal the groups that are due, and return the batches to read."""
    return Command(
        "due_changes",
        (keys.changes, keys.sealed_changes),
        (keys.change(""), limit, RETRY_PAUSE_MS),
        _parse_due_changes,
    )


def forget_change(keys: Keys, batch: Batch | UnreadableBatch) -> Command[None]:
    """Forget a batch whose runs are open, or that cannot be read."""
    return Command(
        "forget_change",
        (keys.sealed_changes, keys.change_batches),
        (keys.change(""), batch.group, batch.batch),
        lambda _: None,
    )


def _parse_due_changes(answer: Sequence[Any]) -> DueChanges:
    due = DueChanges()
    for group, flat in answer:
        found = decoding.decode_hash(flat)
        about = decoding.decode_text(group), decoding.decode_text(found.get("batch", ""))
        try:
            batch = Batch(
                group=about[0],
                batch=about[1],
                names=tuple(name[2:] for name in found if name.startswith("n:")),
                is_whole="whole" in found,
                is_gone="gone" in found,
            )
            batch.requests(Options())
        except ValidationError as error:
            due.unreadable.append(UnreadableBatch(*about, first_error(error)))
        except (ValueError, IndexError):
            due.unreadable.append(UnreadableBatch(*about, "its group has no such name"))
        else:
            due.batches.append(batch)
    return due
