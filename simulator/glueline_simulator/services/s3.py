"""The part of S3 that is needed to read scripts and write files."""

from collections.abc import Callable, Iterable
from email.utils import formatdate
from urllib.parse import quote
from xml.sax.saxutils import escape

from glueline_simulator.catalogue.account_state import AwsState
from glueline_simulator.errors import AwsError
from glueline_simulator.services.buckets import (
    compute_etag,
    list_buckets,
    list_objects,
    parse_keys_to_delete,
    render_deletions,
)
from glueline_simulator.services.call import ServiceCall
from glueline_simulator.services.s3_body import read_payload
from glueline_simulator.wire.messages import HttpResponse

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


class S3Service:
    """The Simple Storage Service, path style and virtual-host style."""

    prefix = "s3"

    def __init__(self, state: AwsState) -> None:
        self._state = state
        self._buckets: set[str] = set()
        self._stored = sum(map(len, state.objects.values()))
        self._operations: dict[str, Callable[..., HttpResponse]] = {
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

    def understand(self, call: ServiceCall) -> None:
        """Parse bucket and key."""
        bucket, key = parse_address(call.request.header("host"), call.request.path)
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

    def resources(self, call: ServiceCall) -> tuple[str, list[str]]:
        """Return the ARN of the object, and its names such as ``bucket/key``."""
        name = f"{call.parameters['bucket']}/{call.parameters['key']}".rstrip("/")
        return f'"arn:aws:s3:::{name}"', [name, call.parameters["bucket"], call.parameters["key"]]

    def answer(self, call: ServiceCall) -> HttpResponse:
        """Answer a call."""
        return self._operations[call.operation](call, **call.parameters)

    def failure(self, error: AwsError, call: ServiceCall) -> HttpResponse:
        """Render an error as XML; the answer to a HEAD has no body."""
        code, status = _CODES.get(error.code, (error.code, error.status))
        text = f"<Error><Code>{code}</Code><Message>{escape(error.message)}</Message>"
        if call.parameters.get("key"):
            text += f"<Key>{escape(call.parameters['key'])}</Key>"
        body = f'<?xml version="1.0" encoding="UTF-8"?>{text}</Error>'.encode()
        return HttpResponse(status, {"Content-Type": "application/xml"}, body)

    def _get(self, call: ServiceCall, bucket: str, key: str) -> HttpResponse:
        body = self._state.object(bucket, key)
        if body is None:
            raise AwsError("NoSuchKey", "The specified key does not exist.", 404)
        headers = {
            "Content-Type": "binary/octet-stream",
            "ETag": compute_etag(body),
            "Last-Modified": _STARTED,
            "Accept-Ranges": "bytes",
        }
        wanted = call.request.header("range")
        if not wanted.startswith("bytes="):
            return HttpResponse(200, headers, body)
        first, last = parse_byte_range(wanted, len(body))
        headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
        return HttpResponse(206, headers, body[first : last + 1])

    def _put(self, call: ServiceCall, bucket: str, key: str) -> HttpResponse:
        body = read_payload(call.request)
        stored = self._stored + len(body) - len(self._state.objects.get((bucket, key), b""))
        if stored > _MOST_STORED:
            message = "The simulator keeps no more than 512 MiB of objects."
            raise AwsError("EntityTooLarge", message)
        if call.request.header("if-none-match") == "*" and (bucket, key) in self._state.objects:
            message = "At least one of the pre-conditions you specified did not hold"
            raise AwsError("PreconditionFailed", message, 412)
        self._stored = stored
        self._state.objects[bucket, key] = body
        return HttpResponse(200, {"ETag": compute_etag(body)})

    def _delete(self, _call: ServiceCall, bucket: str, key: str) -> HttpResponse:
        self._forget([(bucket, key)])
        return HttpResponse(204)

    def _delete_many(self, call: ServiceCall, bucket: str, **_: str) -> HttpResponse:
        keys = parse_keys_to_delete(call.request.body)
        self._forget((bucket, key) for key in keys)
        return render_deletions(keys)

    def _create_bucket(self, _call: ServiceCall, bucket: str, **_: str) -> HttpResponse:
        self._buckets.add(bucket)
        return HttpResponse(200, {"Location": f"/{quote(bucket)}"})

    def _head_bucket(self, _call: ServiceCall, bucket: str, **_: str) -> HttpResponse:
        self._known_bucket(bucket)
        return HttpResponse(200)

    def _list(self, call: ServiceCall, bucket: str, **_: str) -> HttpResponse:
        return list_objects(self._state, self._known_bucket(bucket), call.request.query)

    def _list_buckets(self, _call: ServiceCall, **_: str) -> HttpResponse:
        return list_buckets(self._buckets | self._stored_buckets())

    def _forget(self, addresses: Iterable[tuple[str, str]]) -> None:
        for place in addresses:
            self._stored -= len(self._state.objects.pop(place, b""))

    def _known_bucket(self, bucket: str) -> str:
        if bucket not in self._buckets and bucket not in self._stored_buckets():
            raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)
        return bucket

    def _stored_buckets(self) -> set[str]:
        return {bucket for bucket, _ in self._state.places()}


def parse_address(host: str, path: str) -> tuple[str, str]:
    """Parse bucket and key of a request.

    The bucket is in the host when that continues with ``s3.`` or ``localhost`` after a name.
    """
    name, _, rest = host.partition(".")
    while rest and not rest.startswith(("s3.", "s3-", "localhost", "127.0.0.1")):
        more, _, rest = rest.partition(".")
        name = f"{name}.{more}"
    if rest and name != "s3" and not name.isdigit():
        return name, path.lstrip("/")
    bucket, _, key = path.lstrip("/").partition("/")
    return bucket, key


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
