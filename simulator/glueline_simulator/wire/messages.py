"""HTTP requests and responses, as the services see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote

_REASONS = {
    200: b"OK",
    204: b"No Content",
    206: b"Partial Content",
    301: b"Moved Permanently",
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
class HttpRequest:
    """One parsed request. Header names are lower case."""

    method: str = "GET"
    target: bytes = b"/"
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    keep_alive: bool = True

    def header(self, name: str) -> str:
        """Return the value of a header; empty without it."""
        return self.headers.get(name.encode(), b"").decode("latin-1")

    @property
    def path(self) -> str:
        """The path, percent-decoded."""
        return unquote(self.target.split(b"?", 1)[0].decode("latin-1"))

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the query; the last of equal names counts."""
        _, _, text = self.target.partition(b"?")
        return parse_form(text) if text else {}


@dataclass(slots=True)
class HttpResponse:
    """One response; ``Content-Length`` is added when it is written."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    without_body: bool = False

    def head(self, *, keep_alive: bool) -> bytes:
        """Return status line and headers, including the empty line."""
        lines = [b"HTTP/1.1 %d %b" % (self.status, _REASONS.get(self.status, b"Unknown"))]
        lines += [f"{name}: {value}".encode("latin-1") for name, value in self.headers.items()]
        lines.append(b"Content-Length: %d" % len(self.body))
        if not keep_alive:
            lines.append(b"Connection: close")
        return b"\r\n".join(lines) + b"\r\n\r\n"


def parse_form(text: bytes) -> dict[str, str]:
    """Parse the parameters of a query string or of a form body."""
    parsed = parse_qs(text.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in parsed.items()}
