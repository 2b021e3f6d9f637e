"""Connections with limits, so that a client without a token cannot keep others out.

uvicorn's protocol waits for ever for the rest of a header or a body, and for a client that does not
read its answer. Here each phase has a time limit, and each address a limit of connections.
"""

import asyncio
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
from typing import Any, cast

import h11
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.h11_impl import H11Protocol

from glueline.settings.api import ApiSettings

MAX_HEADER = 32_768
"""Bytes of a request's header."""
PIECE = 4_096
"""Bytes of a header that the parser gets at once. It counts those of incomplete headers only, so a
long header in one piece would not be counted."""
UNREAD_BODY_GRACE = 5.0
"""Seconds after ``api.body_timeout`` for the application to answer before the connection is cut."""


@dataclass
class Connections:
    """The open connections of a process, by client, and those that have sent no request yet."""

    settings: ApiSettings
    by_client: Counter[str] = field(default_factory=Counter)
    waiting: dict["LimitedProtocol", None] = field(default_factory=dict)
    """In the order of their arrival."""

    def admit(self, protocol: "LimitedProtocol", address: str) -> bool:
        """Count a new connection; False when its client has too many, or all are busy."""
        client = client_group(address)
        is_over = self.by_client[client] >= self.settings.connections_per_address
        if is_over and address not in self._trusted:
            return False
        if self.by_client.total() >= self.settings.connections:
            if not self.waiting:
                return False
            oldest = next(iter(self.waiting))
            self.release(oldest)
            oldest.transport.abort()
        self.by_client[client] += 1
        self.waiting[protocol] = None
        protocol.counted_as = client
        return True

    def release(self, protocol: "LimitedProtocol") -> None:
        """Forget a connection that is closed; safe to repeat."""
        self.waiting.pop(protocol, None)
        client, protocol.counted_as = protocol.counted_as, None
        if client is not None:
            self.by_client[client] -= 1
            if not self.by_client[client]:
                del self.by_client[client]

    @cached_property
    def _trusted(self) -> Container[str]:
        """The proxies, as uvicorn understands them; many clients share their addresses."""
        proxies = ProxyHeadersMiddleware(_no_app, self.settings.trusted_proxies)
        return cast("Container[str]", proxies.trusted_hosts)


class LimitedProtocol(H11Protocol):
    """HTTP/1.1 with a time limit for each phase of a request.

    Always h11, whatever else is installed: it is the parser that limits a header.
    """

    def __init__(self, *, limits: Connections, **options: Any) -> None:
        """Count among the connections of ``limits``; ``options`` are uvicorn's."""
        super().__init__(**options)
        self.counted_as: str | None = None
        self._limits = limits
        self._phase: str | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept a connection, or close it when its client has too many."""
        super().connection_made(transport)
        if self._limits.admit(self, self.client[0] if self.client else "unknown"):
            self._enter("header", self._limits.settings.header_timeout)
        else:
            self.connections.discard(self)
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._limits.release(self)
        self._enter(None)
        self._stop_waiting_for_reader()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Pass data to the parser, and set the time limit for what is still missing."""
        if self.transport.is_closing():
            return
        while data and not self.transport.is_closing():
            size = PIECE if self.conn.their_state is h11.IDLE else len(data)
            super().data_received(data[:size])
            data = data[size:]
        state = self.conn.their_state
        if state is h11.IDLE:
            # Even blank lines end the keep-alive's timer.
            self._enter("header", self._limits.settings.header_timeout)
        elif state is h11.SEND_BODY:
            self._limits.waiting.pop(self, None)
            self._enter("body", self._limits.settings.body_timeout + UNREAD_BODY_GRACE)
        else:
            self._limits.waiting.pop(self, None)
            self._enter(None)

    def on_response_complete(self) -> None:
        """Wait for the next request with the keep-alive's timer, which is uvicorn's."""
        super().on_response_complete()
        if self.conn.their_state is h11.IDLE and self.counted_as is not None:
            self._enter(None)
            self._limits.waiting[self] = None

    def pause_writing(self) -> None:
        """Start the time limit for a client that does not read its answer."""
        super().pause_writing()
        self._stop_waiting_for_reader()
        seconds = self._limits.settings.write_timeout
        self._unread = self.loop.call_later(seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop the time limit: the client reads again."""
        self._stop_waiting_for_reader()
        super().resume_writing()

    def _enter(self, phase: str | None, seconds: float = 0) -> None:
        """Begin a phase, unless it goes on: bytes that trickle in do not prolong it."""
        if phase == self._phase:
            return
        if self._deadline is not None:
            self._deadline.cancel()
        self._phase = phase
        self._deadline = None if phase is None else self.loop.call_later(seconds, self._end_phase)

    def _end_phase(self) -> None:
        if self.transport.is_closing():
            return
        if self._phase == "header" and self.conn.our_state is h11.IDLE:
            self._answer_timeout()
        self.transport.abort() if self._phase == "body" else self.transport.close()

    def _answer_timeout(self) -> None:
        status = HTTPStatus.REQUEST_TIMEOUT
        headers = [("content-length", "0"), ("connection", "close")]
        answer = h11.Response(status_code=status, headers=headers, reason=status.phrase.encode())
        for event in (answer, h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")

    def _stop_waiting_for_reader(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None


def client_group(address: str) -> str:
    """Return what an address counts as: itself, or its /64 network if it is IPv6.

    >>> client_group("2001:db8::1"), client_group("203.0.113.7")
    ('2001:db8::/64', '203.0.113.7')
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address) or parsed.is_loopback:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"


async def _no_app(*_: Any) -> None:
    """Do nothing: uvicorn's middleware wants an application."""
