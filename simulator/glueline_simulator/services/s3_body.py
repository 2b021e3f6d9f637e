"""The payload of an upload, which the SDKs may wrap in chunks of their own."""

from glueline_simulator.errors import AwsError
from glueline_simulator.wire.messages import Request


def payload(request: Request) -> bytes:
    """The object's bytes; unwraps ``aws-chunked`` bodies and drops their trailers."""
    chunked = "aws-chunked" in request.header("content-encoding")
    if not (chunked or request.header("x-amz-content-sha256").startswith("STREAMING-")):
        return request.body
    parts: list[bytes] = []
    rest = request.body
    while rest:
        head, _, rest = rest.partition(b"\r\n")
        size = _size(head)
        if size == 0:
            break
        parts.append(rest[:size])
        rest = rest[size + 2 :]
    return b"".join(parts)


def _size(head: bytes) -> int:
    try:
        return int(head.split(b";", 1)[0], 16)
    except ValueError:
        message = "The aws-chunked body is malformed."
        raise AwsError("InvalidRequest", message) from None
