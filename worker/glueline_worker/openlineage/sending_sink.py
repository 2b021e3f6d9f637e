"""The sinks that send the events of a unit when it completes, and remember no earlier run."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from glueline.contract.records import Record
from glueline_worker.openlineage.events import AnyEvent, EventOptions, make_events
from glueline_worker.sinks.model import Commit, CommitReport, Receipt, Run

_MOST_HELD = 200
"""Events that a unit holds before it sends them."""


class EventSender(Protocol):
    """A way to send events."""

    async def open(self) -> None:
        """Get ready. Raises SinkUnavailable or SinkRefused."""

    async def send(self, events: Sequence[AnyEvent], what: str) -> None:
        """Send events, called ``what`` in errors. Raises SinkUnavailable or SinkRefused."""

    async def close(self) -> None:
        """Close the connections."""


class SendingSink:
    """Sends events. A unit that runs twice sends the same events again, with the same run ids."""

    def __init__(self, name: str, sender: EventSender, options: EventOptions) -> None:
        """Send with ``sender``; errors call the sink ``name``."""
        self.name = name
        self.identity = name
        self._sender = sender
        self._options = options

    async def open(self) -> None:
        """Open the sender."""
        await self._sender.open()

    async def newest_generation(self, source: str) -> int:  # noqa: ARG002 - the protocol's
        """Return 0: nothing is known of earlier runs."""
        return 0

    async def begin(self, run: Run, unit_id: str) -> "SendingWriter":
        """Start an attempt."""
        return SendingWriter(self._sender, self._options, unit_id, run.created_at)

    async def commit(self, commit: Commit) -> CommitReport:  # noqa: ARG002 - the protocol's
        """Do nothing: each unit has sent its events."""
        return CommitReport()

    async def abort(self, run: Run, *, replayed: bool = False) -> None:
        """Do nothing: what was sent are facts that were read."""

    async def close(self) -> None:
        """Close the sender."""
        await self._sender.close()


class SendingWriter:
    """Holds the events of a unit until it completes, or until they are many."""

    def __init__(
        self, sender: EventSender, options: EventOptions, unit_id: str, time: datetime
    ) -> None:
        """Send the events of ``unit_id``, whose run was created at ``time``."""
        self._sender = sender
        self._options = options
        self._what = f"the events of {unit_id}"
        self._time = time
        self._events: list[AnyEvent] = []
        self._sent = 0

    async def write(self, records: Sequence[Record]) -> None:
        """Make the events of a batch."""
        self._events += make_events(records, self._options, self._time)
        if len(self._events) > _MOST_HELD:
            await self._send()

    def shares_commit(self) -> bool:
        """Return False: a unit waits for no other."""
        return False

    async def complete(self) -> Receipt:
        """Send all events."""
        await self._send()
        return {"events": self._sent}

    async def discard(self) -> None:
        """Drop the events that were not sent."""
        self._events = []

    async def _send(self) -> None:
        if self._events:
            await self._sender.send(self._events, self._what)
            self._sent += len(self._events)
            self._events = []
