"""The calls of S3 that upload an object in parts."""

from collections.abc import Callable
from xml.sax.saxutils import escape

from glueline_simulator.errors import AwsError
from glueline_simulator.services.call import ServiceCall
from glueline_simulator.services.object_store import ObjectPlace, ObjectStore, compute_etag
from glueline_simulator.services.s3_body import (
    read_conditions,
    read_copy_source,
    read_encryption,
    read_payload,
)
from glueline_simulator.services.s3_xml import (
    answer_xml,
    list_parts,
    list_uploads,
    parse_part_list,
    render_stored,
    render_upload,
)
from glueline_simulator.wire.messages import HttpResponse

_MOST_PARTS = 10_000


class MultipartCalls:
    """Answers the calls on uploads of a store."""

    def __init__(self, store: ObjectStore, find_bucket: Callable[[str], str]) -> None:
        self._store = store
        self._find_bucket = find_bucket
        self.operations: dict[str, Callable[..., HttpResponse]] = {
            "AbortMultipartUpload": self._abort,
            "CompleteMultipartUpload": self._complete,
            "CreateMultipartUpload": self._start,
            "ListMultipartUploads": self._list_uploads,
            "ListParts": self._list_parts,
            "UploadPart": self._put_part,
            "UploadPartCopy": self._copy_part,
        }

    def _start(self, call: ServiceCall, bucket: str, key: str) -> HttpResponse:
        encryption = read_encryption(call.request)
        upload_id = self._store.start((bucket, key), encryption)
        rendered = render_upload(bucket, key, upload_id)
        return answer_xml("InitiateMultipartUploadResult", rendered, encryption)

    def _put_part(self, call: ServiceCall, bucket: str, key: str) -> HttpResponse:
        tag = self._add_part(call, (bucket, key), read_payload(call.request))
        return HttpResponse(200, {"ETag": tag})

    def _copy_part(self, call: ServiceCall, bucket: str, key: str) -> HttpResponse:
        tag = self._add_part(call, (bucket, key), read_copy_source(call.request, self._store))
        return answer_xml("CopyPartResult", f"<ETag>{escape(tag)}</ETag>")

    def _add_part(self, call: ServiceCall, place: ObjectPlace, body: bytes) -> str:
        query = call.request.query
        upload = self._store.find_upload(query["uploadId"], place)
        number = query.get("partNumber", "")
        if not (number.isascii() and number.isdigit() and 0 < int(number) <= _MOST_PARTS):
            message = "Part number must be an integer between 1 and 10000, inclusive"
            raise AwsError("InvalidArgument", message)
        return self._store.put_part(upload, int(number), body)

    def _complete(self, call: ServiceCall, bucket: str, key: str) -> HttpResponse:
        parts = parse_part_list(read_payload(call.request))
        upload_id, conditions = call.request.query["uploadId"], read_conditions(call.request)
        stored = self._store.complete(upload_id, (bucket, key), parts, conditions)
        rendered = f"<Bucket>{bucket}</Bucket><Key>{escape(key)}</Key>{render_stored(stored)}"
        return answer_xml("CompleteMultipartUploadResult", rendered, stored.encryption)

    def _abort(self, call: ServiceCall, bucket: str, key: str) -> HttpResponse:
        self._store.abort(call.request.query["uploadId"], (bucket, key))
        return HttpResponse(204)

    def _list_parts(self, call: ServiceCall, bucket: str, key: str) -> HttpResponse:
        upload = self._store.find_upload(call.request.query["uploadId"], (bucket, key))
        rows = sorted(upload.parts.items())
        return list_parts(upload, ((n, len(body), compute_etag(body)) for n, body in rows))

    def _list_uploads(self, call: ServiceCall, bucket: str, **_: str) -> HttpResponse:
        return list_uploads(self._store, self._find_bucket(bucket), call.request.query)
