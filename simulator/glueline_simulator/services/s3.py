"""The part of S3 that is needed to read scripts and write files."""

from collections.abc import Callable
from urllib.parse import quote
from xml.sax.saxutils import escape

from glueline_simulator.catalogue.account_state import AwsState
from glueline_simulator.errors import AwsError
from glueline_simulator.services.buckets import (
    list_buckets,
    list_objects,
    render_deletions,
)
from glueline_simulator.services.call import ServiceCall
from glueline_simulator.services.identity import find_signed_region
from glueline_simulator.services.multipart import MultipartCalls
from glueline_simulator.services.object_store import ObjectStore
from glueline_simulator.services.s3_body import (
    parse_byte_range,
    read_conditions,
    read_copy_source,
    read_encryption,
    read_payload,
)
from glueline_simulator.services.s3_xml import answer_xml, parse_texts, render_stored
from glueline_simulator.wire.messages import HttpRequest, HttpResponse

_NAMES = {
    ("GET", True): "GetObject",
    ("HEAD", True): "HeadObject",
    ("PUT", True): "PutObject",
    ("DELETE", True): "DeleteObject",
    ("GET", False): "ListObjectsV2",
    ("HEAD", False): "HeadBucket",
    ("PUT", False): "CreateBucket",
}
_NAMES_BY_QUERY = {
    ("POST", True, "uploads"): "CreateMultipartUpload",
    ("POST", True, "uploadId"): "CompleteMultipartUpload",
    ("PUT", True, "uploadId"): "UploadPart",
    ("DELETE", True, "uploadId"): "AbortMultipartUpload",
    ("GET", True, "uploadId"): "ListParts",
    ("GET", False, "uploads"): "ListMultipartUploads",
    ("POST", False, "delete"): "DeleteObjects",
}
_PERMISSIONS = {
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListParts": "ListMultipartUploadParts",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
}
_COPIES = {"PutObject": "CopyObject", "UploadPart": "UploadPartCopy"}
_CODES = {
    "ThrottlingException": ("SlowDown", 503),
    "InternalServiceException": ("InternalError", 500),
    "OperationTimeoutException": ("RequestTimeout", 400),
    "FederationSourceRetryableException": ("ServiceUnavailable", 503),
    "AccessDeniedException": ("AccessDenied", 403),
}
_LISTING_PARAMETERS = frozenset(
    {
        "prefix",
        "delimiter",
        "start-after",
        "continuation-token",
        "encoding-type",
        "key-marker",
        "upload-id-marker",
    }
)
"""Parameters that may be empty. Another empty one names a part of a bucket, such as ``?acl``."""


class S3Service:
    """The Simple Storage Service, path style and virtual-host style."""

    prefix = "s3"

    def __init__(self, state: AwsState) -> None:
        self._state = state
        self._store = ObjectStore(state)
        self._regions: dict[str, str] = {}
        """The Regions of created buckets, empty where the request named none."""
        self._operations: dict[str, Callable[..., HttpResponse]] = {
            "CopyObject": self._copy,
            "CreateBucket": self._create_bucket,
            "DeleteObject": self._delete,
            "DeleteObjects": self._delete_many,
            "GetObject": self._get,
            "HeadBucket": self._head_bucket,
            "HeadObject": self._get,
            "ListBuckets": self._list_buckets,
            "ListObjectsV2": self._list,
            "PutObject": self._put,
            **MultipartCalls(self._store, self._known_bucket).operations,
        }

    def understand(self, call: ServiceCall) -> None:
        """Parse bucket and key."""
        bucket, key = parse_address(call.request.header("host"), call.request.path)
        call.parameters = {"bucket": bucket, "key": key}
        name = _find_operation(call.request, has_key=bool(key))
        if not bucket:
            name = "ListBuckets" if call.request.method == "GET" else ""
        if not name:
            message = "The simulator does not implement this operation of S3."
            raise AwsError("NotImplemented", message, 501)
        call.operation = name
        call.permission = _PERMISSIONS.get(name, "")

    def resources(self, call: ServiceCall) -> tuple[str, list[str]]:
        """Return the ARN of the object, and its names such as ``bucket/key``."""
        name = f"{call.parameters['bucket']}/{call.parameters['key']}".rstrip("/")
        return f'"arn:aws:s3:::{name}"', [name, call.parameters["bucket"], call.parameters["key"]]

    def answer(self, call: ServiceCall) -> HttpResponse:
        """Answer a call."""
        self._check_region(call)
        return self._operations[call.operation](call, **call.parameters)

    def failure(self, error: AwsError, call: ServiceCall) -> HttpResponse:
        """Render an error as XML; the answer to a HEAD has no body."""
        code, status = _CODES.get(error.code, (error.code, error.status))
        text = f"<Error><Code>{code}</Code><Message>{escape(error.message)}</Message>"
        if call.parameters.get("key"):
            text += f"<Key>{escape(call.parameters['key'])}</Key>"
        body = f'<?xml version="1.0" encoding="UTF-8"?>{text}</Error>'.encode()
        return HttpResponse(status, {"Content-Type": "application/xml", **error.headers}, body)

    def _get(self, call: ServiceCall, bucket: str, key: str) -> HttpResponse:
        body, stored = self._store.find((bucket, key))
        stored.check_etag(call.request.header("if-match"))
        headers = {
            "Content-Type": "binary/octet-stream",
            "ETag": stored.etag,
            "Last-Modified": stored.modified,
            **stored.encryption,
            "Accept-Ranges": "bytes",
        }
        wanted = call.request.header("range")
        if not wanted.startswith("bytes="):
            return HttpResponse(200, headers, body)
        first, last = parse_byte_range(wanted, len(body))
        headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
        return HttpResponse(206, headers, body[first : last + 1])

    def _put(self, call: ServiceCall, bucket: str, key: str) -> HttpResponse:
        request = call.request
        encryption, conditions = read_encryption(request), read_conditions(request)
        stored = self._store.put((bucket, key), read_payload(request), encryption, conditions)
        return HttpResponse(200, {"ETag": stored.etag, **encryption})

    def _copy(self, call: ServiceCall, bucket: str, key: str) -> HttpResponse:
        encryption, conditions = read_encryption(call.request), read_conditions(call.request)
        source = read_copy_source(call.request, self._store)
        stored = self._store.put((bucket, key), source, encryption, conditions)
        return answer_xml("CopyObjectResult", render_stored(stored), encryption)

    def _delete(self, _call: ServiceCall, bucket: str, key: str) -> HttpResponse:
        self._store.delete((bucket, key))
        return HttpResponse(204)

    def _delete_many(self, call: ServiceCall, bucket: str, **_: str) -> HttpResponse:
        keys = parse_texts(read_payload(call.request), "Key")
        for key in keys:
            self._store.delete((bucket, key))
        return render_deletions(keys)

    def _create_bucket(self, call: ServiceCall, bucket: str, **_: str) -> HttpResponse:
        body = read_payload(call.request)
        regions = parse_texts(body, "LocationConstraint") if body else []
        self._regions[bucket] = next(iter(regions), "")
        return HttpResponse(200, {"Location": f"/{quote(bucket)}"})

    def _head_bucket(self, _call: ServiceCall, bucket: str, **_: str) -> HttpResponse:
        region = self._regions.get(self._known_bucket(bucket), "")
        return HttpResponse(200, {"x-amz-bucket-region": region} if region else {})

    def _list(self, call: ServiceCall, bucket: str, **_: str) -> HttpResponse:
        return list_objects(
            self._state, self._store, self._known_bucket(bucket), call.request.query
        )

    def _list_buckets(self, _call: ServiceCall, **_: str) -> HttpResponse:
        return list_buckets(self._regions.keys() | self._stored_buckets())

    def _check_region(self, call: ServiceCall) -> None:
        """Raise PermanentRedirect for a call that is signed for another Region than the bucket's.

        Only a bucket that was created with a Region has one.
        """
        region = self._regions.get(call.parameters["bucket"], "")
        signed = find_signed_region(call.request)
        if region and signed and signed != region and call.operation != "CreateBucket":
            message = "The bucket you are attempting to access must be addressed using its endpoint"
            headers = {"x-amz-bucket-region": region}
            raise AwsError("PermanentRedirect", message, 301, headers)

    def _known_bucket(self, bucket: str) -> str:
        if bucket not in self._regions and bucket not in self._stored_buckets():
            raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)
        return bucket

    def _stored_buckets(self) -> set[str]:
        places = (upload.place for upload in self._store.uploads.values())
        return {bucket for bucket, _ in (*self._state.places(), *places)}


def _find_operation(request: HttpRequest, *, has_key: bool) -> str:
    """Return the operation that method, path, query and headers make; empty for an unknown one."""
    found = _NAMES.get((request.method, has_key), "")
    for mark, value in request.query.items():
        if known := _NAMES_BY_QUERY.get((request.method, has_key, mark)):
            found = known
            break
        if not value and mark not in _LISTING_PARAMETERS:
            return ""
    return _COPIES.get(found, found) if request.header("x-amz-copy-source") else found


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
