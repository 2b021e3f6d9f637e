"""The sink ``openlineage+config:``, which sends events through OpenLineage's own client.

The client takes its transport (Kafka, DataZone, several at once …) from its own configuration:
``OPENLINEAGE_CONFIG``, ``openlineage.yml`` or the variables ``OPENLINEAGE__…``.
"""

import asyncio
from collections.abc import Sequence

from openlineage.client import OpenLineageClient
from openlineage.client.transport.console import ConsoleTransport
from openlineage.client.transport.noop import NoopTransport

from glueline.contract.errors import UsageError
from glueline.contract.terminal import clean_line
from glueline_worker.openlineage.events import AnyEvent
from glueline_worker.openlineage.options import EVENT_OPTIONS, parse_event_options
from glueline_worker.openlineage.sending_sink import SendingSink
from glueline_worker.openlineage.transports import count_failures, wait_until_sent
from glueline_worker.sinks.errors import SinkRefused, SinkUnavailable
from glueline_worker.sinks.sink_url import SinkUrl


def make_event_client_sink(sink_url: SinkUrl) -> SendingSink:
    """Make the sink of an ``openlineage+config:`` URL; raises UsageError."""
    sink_url.refuse_options_except(EVENT_OPTIONS)
    if sink_url.host or sink_url.path:
        raise UsageError(
            f"the sink {sink_url.name!r} names a place; the place is in the configuration of the "
            "client: write openlineage+config:"
        )
    return SendingSink(sink_url.name, ClientSender(sink_url.name), parse_event_options(sink_url))


class ClientSender:
    """Sends events through the client."""

    def __init__(self, name: str) -> None:
        """Make no client yet: its configuration is that of the worker."""
        self._name = name
        self._client: OpenLineageClient | None = None

    async def open(self) -> None:
        """Make the client. Raises SinkRefused when no transport is configured."""
        try:
            client = await asyncio.to_thread(OpenLineageClient)
        except Exception as error:  # noqa: BLE001 - whatever a transport's configuration raises
            raise SinkRefused(f"{self._name}: the client of OpenLineage {_tell(error)}") from None
        if isinstance(client.transport, (ConsoleTransport, NoopTransport)):
            raise SinkRefused(
                f"{self._name}: the client of OpenLineage has no transport; set "
                "OPENLINEAGE_CONFIG or write openlineage.yml"
            )
        self._client = client

    async def send(self, events: Sequence[AnyEvent], what: str) -> None:
        """Send events, and wait until the transport has sent those that it took."""
        await asyncio.to_thread(self._send, events, what)

    async def close(self) -> None:
        """Send what the transport holds back, and close it."""
        if self._client is not None:
            await asyncio.to_thread(self._client.close)
            self._client = None

    def _send(self, events: Sequence[AnyEvent], what: str) -> None:
        assert self._client is not None, "the sink is open"
        transport = self._client.transport
        # Another unit's failures may be counted too. Then this unit sends its events once more.
        failures = count_failures(transport)
        for event in events:
            try:
                self._client.emit(event)
            except Exception as error:  # noqa: BLE001 - each transport has errors of its own
                raise self._make_error(what, f"the client {_tell(error)}") from None
        if not wait_until_sent(transport):
            raise self._make_error(what, "the transport still holds some of them")
        if failed := count_failures(transport) - failures:
            raise self._make_error(what, f"the transport lost {failed} of those it took")

    def _make_error(self, what: str, reason: str) -> SinkUnavailable:
        return SinkUnavailable(f"{self._name}: {what} were not sent: {reason}")


def _tell(error: Exception) -> str:
    return f"raised {type(error).__name__}: {clean_line(str(error))[:200]}"
