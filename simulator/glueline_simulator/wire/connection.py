"""The connection of one client: parse requests, answer in order, and fail in every way."""

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable

import httptools

from glueline_simulator.wire.messages import HttpRequest, HttpResponse

_MAX_HEAD = 64 * 1024
_MAX_BODY = 64 * 1024 * 1024
# Closing with a zero linger sends RST instead of FIN: the client sees "connection reset".
_LINGER_ZERO = struct.pack("ii", 1, 0)

_Handler = Callable[[HttpRequest, "HttpConnection"], None]


class HttpConnection(asyncio.Protocol):
    """Parses bytes and passes whole requests to ``handle``, in order.

    ``handle`` must end each request with exactly one of `answer`, `truncate`, `reset`, `close`.
    """

    def __init__(self, handle: _Handler, open_connections: set["HttpConnection"]) -> None:
        self._handle = handle
        self._open = open_connections
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._waiting: deque[HttpRequest] = deque()
        self._current: HttpRequest | None = None
        self._incoming = HttpRequest()
        self._chunks: list[bytes] = []
        self._size = 0

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the transport."""
        self._transport = transport  # type: ignore[assignment]
        self._open.add(self)

    def connection_lost(self, _error: Exception | None) -> None:
        """Forget the transport; answers in progress are dropped."""
        self._transport = None
        self._open.discard(self)

    def data_received(self, data: bytes) -> None:
        """Parse; a request that is not HTTP or is too large ends the connection."""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._refuse(400)

    # the parser's side

    def on_message_begin(self) -> None:
        """Start a new request."""
        self._incoming = HttpRequest()
        self._chunks = []
        self._size = 0

    def on_url(self, url: bytes) -> None:
        """Append a piece of the target."""
        target = self._incoming.target
        self._incoming.target = url if target == b"/" else target + url
        self._grow(len(url), _MAX_HEAD, 431)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Store one header."""
        self._incoming.headers[name.lower()] = value
        self._grow(len(name) + len(value), _MAX_HEAD, 431)

    def on_headers_complete(self) -> None:
        """Ask for the body when the client waits for that."""
        self._incoming.method = self._parser.get_method().decode()
        self._incoming.keep_alive = self._parser.should_keep_alive()
        expects = self._incoming.headers.get(b"expect", b"").lower() == b"100-continue"
        if expects and self._transport:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._size = 0

    def on_body(self, body: bytes) -> None:
        """Append a piece of the body."""
        self._chunks.append(body)
        self._grow(len(body), _MAX_BODY, 413)

    def on_message_complete(self) -> None:
        """Handle the request after those before it on this connection."""
        self._incoming.body = b"".join(self._chunks)
        self._chunks = []
        self._waiting.append(self._incoming)
        self._next()

    # the handler's side

    @property
    def is_lost(self) -> bool:
        """True once the client has gone."""
        return self._transport is None

    def answer(self, response: HttpResponse) -> None:
        """Write a response and handle the next request."""
        request, transport = self._current, self._transport
        self._current = None
        if request is None or transport is None:
            return
        head = response.head(keep_alive=request.keep_alive)
        bodiless = response.without_body or request.method == "HEAD"
        transport.writelines([head] if bodiless else [head, response.body])
        if request.keep_alive:
            self._next()
        else:
            transport.close()

    def truncate(self, response: HttpResponse) -> None:
        """Promise the whole body, send half of it, and close."""
        if self._transport and self._current:
            half = response.body[: len(response.body) // 2]
            self._transport.writelines([response.head(keep_alive=True), half])
        self.close()

    def reset(self) -> None:
        """Drop the connection so that the client sees a reset."""
        if self._transport:
            peer: socket.socket = self._transport.get_extra_info("socket")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
            self._transport.abort()

    def close(self) -> None:
        """Close after what was written, without answering more requests."""
        self._current = None
        if self._transport:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        if self._transport:
            self._transport.abort()

    def _next(self) -> None:
        if self._current is None and self._waiting:
            self._current = self._waiting.popleft()
            self._handle(self._current, self)

    def _grow(self, by: int, limit: int, status: int) -> None:
        self._size += by
        if self._size > limit:
            self._refuse(status)

    def _refuse(self, status: int) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(HttpResponse(status).head(keep_alive=False))
            self._transport.close()
