"""Read what an upload says: its payload, which SDKs may wrap in chunks, and its headers."""

from urllib.parse import unquote

from glueline_simulator.errors import AwsError
from glueline_simulator.services.object_store import ObjectStore, Preconditions
from glueline_simulator.wire.messages import HttpRequest

_ENCRYPTION = "x-amz-server-side-encryption"


def read_payload(request: HttpRequest) -> bytes:
    """Return the bytes of the object, without the chunks and trailers of ``aws-chunked``."""
    chunked = "aws-chunked" in request.header("content-encoding")
    if not (chunked or request.header("x-amz-content-sha256").startswith("STREAMING-")):
        return request.body
    parts: list[bytes] = []
    rest = request.body
    while rest:
        head, _, rest = rest.partition(b"\r\n")
        size = _parse_size(head)
        if size == 0:
            break
        parts.append(rest[:size])
        rest = rest[size + 2 :]
    return b"".join(parts)


def read_encryption(request: HttpRequest) -> dict[str, str]:
    """Return the headers of encryption, which answers repeat."""
    names = [name.decode("latin-1") for name in request.headers]
    return {name: request.header(name) for name in names if name.startswith(_ENCRYPTION)}


def read_conditions(request: HttpRequest) -> Preconditions:
    """Return the conditions of a write."""
    return Preconditions(request.header("if-match"), request.header("if-none-match"))


def read_copy_source(request: HttpRequest, store: ObjectStore) -> bytes:
    """Return the object, or the range of it, that a copy names."""
    bucket, _, key = unquote(request.header("x-amz-copy-source")).lstrip("/").partition("/")
    body, stored = store.find((bucket, key))
    stored.check_etag(request.header("x-amz-copy-source-if-match"))
    if not (wanted := request.header("x-amz-copy-source-range")):
        return body
    first, last = parse_byte_range(wanted, len(body))
    return body[first : last + 1]


def parse_byte_range(header: str, size: int) -> tuple[int, int]:
    """Parse first and last byte of a range header; raises InvalidRange."""
    first_text, _, last_text = header.removeprefix("bytes=").partition("-")
    try:
        if first_text:
            first = int(first_text)
            last = min(int(last_text) if last_text else size - 1, size - 1)
        else:
            first, last = max(0, size - int(last_text)), size - 1
    except ValueError:
        first, last = size, size
    if first > last or first >= size:
        raise AwsError("InvalidRange", "The requested range is not satisfiable", 416)
    return first, last


def _parse_size(head: bytes) -> int:
    try:
        return int(head.split(b";", 1)[0], 16)
    except ValueError:
        message = "The aws-chunked body is malformed."
        raise AwsError("InvalidRequest", message) from None
