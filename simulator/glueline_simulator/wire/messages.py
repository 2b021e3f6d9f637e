"""HTTP requests and responses as the services see them."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote

REASONS = {
    200: b"OK",
    204: b"No Content",
    206: b"Partial Content",
    304: b"Not Modified",
    400: b"Bad Request",
    403: b"Forbidden",
    404: b"Not Found",
    405: b"Method Not Allowed",
    409: b"Conflict",
    412: b"Precondition Failed",
    413: b"Content Too Large",
    416: b"Range Not Satisfiable",
    431: b"Request Header Fields Too Large",
    500: b"Internal Server Error",
    501: b"Not Implemented",
    503: b"Service Unavailable",
}


@dataclass(slots=True)
class Request:
    """One parsed request. Header names are lower case."""

    method: str = "GET"
    target: bytes = b"/"
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    keep_alive: bool = True

    def header(self, name: str) -> str:
        """The value of a header, empty when it is absent."""
        return self.headers.get(name.encode(), b"").decode("latin-1")

    @property
    def path(self) -> str:
        """The path, percent-decoded."""
        return unquote(self.target.split(b"?", 1)[0].decode("latin-1"))

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters; the last of equal names wins."""
        _, _, text = self.target.partition(b"?")
        return form(text) if text else {}


@dataclass(slots=True)
class Response:
    """One answer; ``Content-Length`` is added when it is written."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    without_body: bool = False

    def head(self, *, keep_alive: bool) -> bytes:
        """Status line and headers, up to and including the empty line."""
        lines = [b"HTTP/1.1 %d %b" % (self.status, REASONS.get(self.status, b"Unknown"))]
        lines += [f"{name}: {value}".encode("latin-1") for name, value in self.headers.items()]
        lines.append(b"Content-Length: %d" % len(self.body))
        if not keep_alive:
            lines.append(b"Connection: close")
        return b"\r\n".join(lines) + b"\r\n\r\n"


def form(text: bytes) -> dict[str, str]:
    """Parameters of a query string or of a form body."""
    parsed = parse_qs(text.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in parsed.items()}


def opaque(data: bytes) -> str:
    """Bytes as text that survives in a URL."""
    return base64.urlsafe_b64encode(data).decode()
