"""Read the payload of an upload, which SDKs may wrap in chunks."""

from glueline_simulator.errors import AwsError
from glueline_simulator.wire.messages import HttpRequest


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


def _parse_size(head: bytes) -> int:
    try:
        return int(head.split(b";", 1)[0], 16)
    except ValueError:
        message = "The aws-chunked body is malformed."
        raise AwsError("InvalidRequest", message) from None
