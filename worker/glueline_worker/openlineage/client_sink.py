"""The sink ``openlineage+config:``, which sends events through OpenLineage's own client.

The client takes its transport (Kafka, DataZone, several at once …) from its own configuration:
``OPENLINEAGE_CONFIG``, ``openlineage.yml`` or the variables ``OPENLINEAGE__…``.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from openlineage.client import OpenLineageClient
from openlineage.client.transport.console import ConsoleTransport
from openlineage.client.transport.noop import NoopTransport

from glueline.contract.errors import UsageError
from glueline.contract.records import Record
from glueline.contract.terminal import clean_line
from glueline_worker.openlineage.events import AnyEvent, EventOptions, make_events
from glueline_worker.openlineage.options import EVENT_OPTIONS, parse_event_options
from glueline_worker.openlineage.transports import count_failures, wait_until_sent
from glueline_worker.sinks.errors import SinkRefused, SinkUnavailable
from glueline_worker.sinks.model import Commit, CommitReport, Receipt, Run
from glueline_worker.sinks.sink_url import SinkUrl


def make_event_client_sink(sink_url: SinkUrl) -> "EventClientSink":
    """Make the sink of an ``openlineage+config:`` URL; raises UsageError."""
    sink_url.refuse_options_except(EVENT_OPTIONS)
    if sink_url.host or sink_url.path:
        raise UsageError(
            f"the sink {sink_url.name!r} names a place; the place is in the configuration of the "
            "client: write openlineage+config:"
        )
    return EventClientSink(sink_url.name, parse_event_options(sink_url))


class EventClientSink:
    """Sends the events of a unit when it completes. It remembers nothing of earlier runs."""

    def __init__(self, name: str, options: EventOptions) -> None:
        """Make no client yet: its configuration is that of the worker."""
        self.name = name
        self.identity = name
        self._options = options
        self._client: OpenLineageClient | None = None

    async def open(self) -> None:
        """Make the client. Raises SinkRefused when no transport is configured."""
        try:
            client = await asyncio.to_thread(OpenLineageClient)
        except Exception as error:  # noqa: BLE001 - whatever a transport's configuration raises
            raise SinkRefused(f"{self.name}: the client of OpenLineage {_tell(error)}") from None
        if isinstance(client.transport, (ConsoleTransport, NoopTransport)):
            raise SinkRefused(
                f"{self.name}: the client of OpenLineage has no transport; set OPENLINEAGE_CONFIG "
                "or write openlineage.yml"
            )
        self._client = client

    async def newest_generation(self, source: str) -> int:  # noqa: ARG002 - the protocol's
        """Return 0: nothing is known of earlier runs."""
        return 0

    async def begin(self, run: Run, unit_id: str) -> "EventSender":
        """Start an attempt."""
        assert self._client is not None, "the sink is open"
        return EventSender(self.name, self._client, self._options, unit_id, run.created_at)

    async def commit(self, commit: Commit) -> CommitReport:  # noqa: ARG002 - the protocol's
        """Do nothing: each unit has sent its events."""
        return CommitReport()

    async def abort(self, run: Run, *, replayed: bool = False) -> None:
        """Do nothing: what was sent are facts that were read."""

    async def close(self) -> None:
        """Send what the transport holds back, and close it."""
        if self._client is not None:
            await asyncio.to_thread(self._client.close)
            self._client = None


class EventSender:
    """Holds the events of a unit until it completes."""

    def __init__(
        self,
        name: str,
        client: OpenLineageClient,
        options: EventOptions,
        unit_id: str,
        time: datetime,
    ) -> None:
        """Send the events of ``unit_id``, whose run was created at ``time``."""
        self._name = name
        self._client = client
        self._options = options
        self._unit_id = unit_id
        self._time = time
        self._events: list[AnyEvent] = []

    async def write(self, records: Sequence[Record]) -> None:
        """Make the events of a batch."""
        self._events += make_events(records, self._options, self._time)

    def shares_commit(self) -> bool:
        """Return False: a unit waits for no other."""
        return False

    async def complete(self) -> Receipt:
        """Send all events."""
        await asyncio.to_thread(self._send)
        return {"events": len(self._events)}

    async def discard(self) -> None:
        """Drop the events that were not sent."""
        self._events = []

    def _send(self) -> None:
        transport = self._client.transport
        # Another unit's failures may be counted too. Then this unit sends its events once more.
        failures = count_failures(transport)
        for event in self._events:
            try:
                self._client.emit(event)
            except Exception as error:  # noqa: BLE001 - each transport has errors of its own
                raise self._make_error(f"the client {_tell(error)}") from None
        if not wait_until_sent(transport):
            raise self._make_error("the transport still holds some of them")
        if failed := count_failures(transport) - failures:
            raise self._make_error(f"the transport lost {failed} of those it took")

    def _make_error(self, reason: str) -> SinkUnavailable:
        return SinkUnavailable(
            f"{self._name}: the events of {self._unit_id} were not sent: {reason}"
        )


def _tell(error: Exception) -> str:
    return f"raised {type(error).__name__}: {clean_line(str(error))[:200]}"
