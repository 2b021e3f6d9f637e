"""The transports of OpenLineage's client that take events before they send them."""

from collections.abc import Iterator

from openlineage.client.transport.async_http import AsyncHttpTransport
from openlineage.client.transport.kafka import KafkaTransport
from openlineage.client.transport.transport import Transport

_PATIENCE = 120.0
"""Seconds for a transport to send what it has taken."""


def list_transports(transport: Transport) -> Iterator[Transport]:
    """Yield a transport and those that it passes events on to."""
    yield transport
    for value in vars(transport).values():
        for inner in value if isinstance(value, list) else (value,):
            if isinstance(inner, Transport):
                yield from list_transports(inner)


def count_failures(transport: Transport) -> int:
    """Return how many events were taken and not sent, which the client itself only logs."""
    return sum(
        each.get_stats()["failed"]
        for each in list_transports(transport)
        if isinstance(each, AsyncHttpTransport)
    )


def wait_until_sent(transport: Transport) -> bool:
    """Wait for what was taken. Return False when some of it is still to be sent."""
    return all(
        each.wait_for_completion(_PATIENCE)
        for each in list_transports(transport)
        if isinstance(each, AsyncHttpTransport | KafkaTransport)
    )
