"""S3, as far as reading scripts and writing sink files needs it."""

from collections.abc import Callable, Iterable
from email.utils import formatdate
from urllib.parse import quote
from xml.sax.saxutils import escape

from glueline_simulator.catalogue.account_state import World
from glueline_simulator.errors import AwsError
from glueline_simulator.services.buckets import (
    deleted,
    etag,
    keys_to_delete,
    list_buckets,
    list_objects,
)
from glueline_simulator.services.call import Call
from glueline_simulator.services.s3_body import payload
from glueline_simulator.wire.messages import Response

_NAMES = {
    ("GET", True): "GetObject",
    ("HEAD", True): "HeadObject",
    ("PUT", True): "PutObject",
    ("DELETE", True): "DeleteObject",
    ("GET", False): "ListObjectsV2",
    ("HEAD", False): "HeadBucket",
    ("PUT", False): "CreateBucket",
    ("POST", False): "DeleteObjects",
}
_CODES = {
    "ThrottlingException": ("SlowDown", 503),
    "InternalServiceException": ("InternalError", 500),
    "OperationTimeoutException": ("RequestTimeout", 400),
    "FederationSourceRetryableException": ("ServiceUnavailable", 503),
    "AccessDeniedException": ("AccessDenied", 403),
}
_STARTED = formatdate(usegmt=True)
_MOST_STORED = 512 * 1024 * 1024


class S3:
    """The Simple Storage Service, path style and virtual-host style."""

    prefix = "s3"

    def __init__(self, world: World) -> None:
        self._world = world
        self._buckets: set[str] = set()
        self._stored = sum(map(len, world.objects.values()))
        self._operations: dict[str, Callable[..., Response]] = {
            "CreateBucket": self._create_bucket,
            "DeleteObject": self._delete,
            "DeleteObjects": self._delete_many,
            "GetObject": self._get,
            "HeadBucket": self._head_bucket,
            "HeadObject": self._get,
            "ListBuckets": self._list_buckets,
            "ListObjectsV2": self._list,
            "PutObject": self._put,
        }

    def understand(self, call: Call) -> None:
        """Find bucket and key."""
        bucket, key = address(call.request.header("host"), call.request.path)
        call.parameters = {"bucket": bucket, "key": key}
        name = _NAMES.get((call.request.method, bool(key)))
        if not bucket:
            name = "ListBuckets" if call.request.method == "GET" else None
        if name == "DeleteObjects" and "delete" not in call.request.query:
            name = None
        if name is None:
            message = "The simulator does not implement this operation of S3."
            raise AwsError("NotImplemented", message, 501)
        call.operation = name

    def resources(self, call: Call) -> tuple[str, list[str]]:
        """The object, named as ``bucket/key``."""
        name = f"{call.parameters['bucket']}/{call.parameters['key']}".rstrip("/")
        return f'"arn:aws:s3:::{name}"', [name, call.parameters["bucket"], call.parameters["key"]]

    def answer(self, call: Call) -> Response:
        """Answer any of the operations."""
        return self._operations[call.operation](call, **call.parameters)

    def failure(self, error: AwsError, call: Call) -> Response:
        """An error as XML; a HEAD has no body to say it in."""
        code, status = _CODES.get(error.code, (error.code, error.status))
        text = f"<Error><Code>{code}</Code><Message>{escape(error.message)}</Message>"
        if call.parameters.get("key"):
            text += f"<Key>{escape(call.parameters['key'])}</Key>"
        body = f'<?xml version="1.0" encoding="UTF-8"?>{text}</Error>'.encode()
        return Response(status, {"Content-Type": "application/xml"}, body)

    def _get(self, call: Call, bucket: str, key: str) -> Response:
        body = self._world.object(bucket, key)
        if body is None:
            raise AwsError("NoSuchKey", "The specified key does not exist.", 404)
        headers = {
            "Content-Type": "binary/octet-stream",
            "ETag": etag(body),
            "Last-Modified": _STARTED,
            "Accept-Ranges": "bytes",
        }
        wanted = call.request.header("range")
        if not wanted.startswith("bytes="):
            return Response(200, headers, body)
        first, last = byte_range(wanted, len(body))
        headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
        return Response(206, headers, body[first : last + 1])

    def _put(self, call: Call, bucket: str, key: str) -> Response:
        body = payload(call.request)
        stored = self._stored + len(body) - len(self._world.objects.get((bucket, key), b""))
        if stored > _MOST_STORED:
            message = "The simulator keeps no more than 512 MiB of objects."
            raise AwsError("EntityTooLarge", message)
        if call.request.header("if-none-match") == "*" and (bucket, key) in self._world.objects:
            message = "At least one of the pre-conditions you specified did not hold"
            raise AwsError("PreconditionFailed", message, 412)
        self._stored = stored
        self._world.objects[bucket, key] = body
        return Response(200, {"ETag": etag(body)})

    def _delete(self, _call: Call, bucket: str, key: str) -> Response:
        self._forget([(bucket, key)])
        return Response(204)

    def _delete_many(self, call: Call, bucket: str, **_: str) -> Response:
        keys = keys_to_delete(call.request.body)
        self._forget((bucket, key) for key in keys)
        return deleted(keys)

    def _create_bucket(self, _call: Call, bucket: str, **_: str) -> Response:
        self._buckets.add(bucket)
        return Response(200, {"Location": f"/{quote(bucket)}"})

    def _head_bucket(self, _call: Call, bucket: str, **_: str) -> Response:
        self._known_bucket(bucket)
        return Response(200)

    def _list(self, call: Call, bucket: str, **_: str) -> Response:
        return list_objects(self._world, self._known_bucket(bucket), call.request.query)

    def _list_buckets(self, _call: Call, **_: str) -> Response:
        return list_buckets(self._buckets | self._stored_buckets())

    def _forget(self, addresses: Iterable[tuple[str, str]]) -> None:
        for place in addresses:
            self._stored -= len(self._world.objects.pop(place, b""))

    def _known_bucket(self, bucket: str) -> str:
        if bucket not in self._buckets and bucket not in self._stored_buckets():
            raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)
        return bucket

    def _stored_buckets(self) -> set[str]:
        return {bucket for bucket, _ in self._world.places()}


def address(host: str, path: str) -> tuple[str, str]:
    """Bucket and key of a request.

    A host that begins with a name and goes on with ``s3.`` or ``localhost`` names the bucket.
    """
    name, _, rest = host.partition(".")
    while rest and not rest.startswith(("s3.", "s3-", "localhost", "127.0.0.1")):
        more, _, rest = rest.partition(".")
        name = f"{name}.{more}"
    if rest and name != "s3" and not name.isdigit():
        return name, path.lstrip("/")
    bucket, _, key = path.lstrip("/").partition("/")
    return bucket, key


def byte_range(header: str, size: int) -> tuple[int, int]:
    """First and last byte of a range header; raises InvalidRange."""
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
