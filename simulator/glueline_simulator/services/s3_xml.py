"""The XML of S3: what requests say, and answers."""

from collections.abc import Iterable
from urllib.parse import quote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from glueline_simulator.errors import AwsError
from glueline_simulator.services.object_store import ObjectProperties, ObjectStore, Upload
from glueline_simulator.wire.messages import HttpResponse

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_MOST_UPLOADS = 1000


def answer_xml(name: str, inner: str, headers: dict[str, str] | None = None) -> HttpResponse:
    """Answer with an element that holds ``inner``."""
    text = f'<?xml version="1.0" encoding="UTF-8"?><{name} xmlns="{_NAMESPACE}">{inner}</{name}>'
    return HttpResponse(200, {"Content-Type": "application/xml", **(headers or {})}, text.encode())


def parse_texts(body: bytes, *names: str) -> list[str]:
    """Return the texts of all elements with one of the names, in order."""
    try:
        root = ET.fromstring(body)  # noqa: S314 - a client of this simulator wrote it
    except ET.ParseError:
        message = "The XML you provided was not well-formed"
        raise AwsError("MalformedXML", message) from None
    return [node.text or "" for node in root.iter() if node.tag.rpartition("}")[2] in names]


def parse_part_list(body: bytes) -> list[tuple[int, str]]:
    """Return numbers and ETags, without quotes, of the parts that complete an upload."""
    numbers, etags = parse_texts(body, "PartNumber"), parse_texts(body, "ETag")
    try:
        return [(int(number), etag.strip('"')) for number, etag in zip(numbers, etags, strict=True)]
    except ValueError:
        raise AwsError("MalformedXML", "The XML you provided was not well-formed") from None


def show_key(key: str, query: dict[str, str]) -> str:
    """Return a key for a listing, percent-encoded if the request wants that."""
    return quote(key, safe="/") if query.get("encoding-type") == "url" else escape(key)


def render_encoding(query: dict[str, str]) -> str:
    """Say that keys are encoded, if they are."""
    is_encoded = query.get("encoding-type") == "url"
    return "<EncodingType>url</EncodingType>" if is_encoded else ""


def render_upload(bucket: str, key: str, upload_id: str) -> str:
    """Render the start of an upload."""
    return (
        f"<Bucket>{escape(bucket)}</Bucket><Key>{escape(key)}</Key><UploadId>{upload_id}</UploadId>"
    )


def render_stored(stored: ObjectProperties) -> str:
    """Render the result of a copy or of a completed upload."""
    time = "<LastModified>2025-01-01T00:00:00.000Z</LastModified>"
    return f"<ETag>{escape(stored.etag)}</ETag>{time}"


def list_uploads(store: ObjectStore, bucket: str, query: dict[str, str]) -> HttpResponse:
    """Answer with the uploads that are not complete, in pages."""
    prefix = query.get("prefix", "")
    after = (query.get("key-marker", ""), query.get("upload-id-marker", ""))
    limit = min(int(query.get("max-uploads") or _MOST_UPLOADS), _MOST_UPLOADS)
    found = [each for each in store.list_uploads(bucket, prefix) if each > after]
    page, is_more = found[:limit], len(found) > limit
    rows = "".join(
        f"<Upload><Key>{show_key(key, query)}</Key><UploadId>{upload_id}</UploadId>"
        "<Initiated>2025-01-01T00:00:00.000Z</Initiated></Upload>"
        for key, upload_id in page
    )
    body = f"<Bucket>{escape(bucket)}</Bucket><Prefix>{show_key(prefix, query)}</Prefix>"
    body += render_encoding(query)
    body += f"<IsTruncated>{str(is_more).lower()}</IsTruncated>"
    if is_more:
        key, upload_id = page[-1]
        body += f"<NextKeyMarker>{show_key(key, query)}</NextKeyMarker>"
        body += f"<NextUploadIdMarker>{upload_id}</NextUploadIdMarker>"
    return answer_xml("ListMultipartUploadsResult", body + rows)


def list_parts(upload: Upload, etags: Iterable[tuple[int, int, str]]) -> HttpResponse:
    """Answer with the parts of an upload: number, size and ETag."""
    rows = "".join(
        f"<Part><PartNumber>{number}</PartNumber><Size>{size}</Size><ETag>{escape(etag)}</ETag></Part>"
        for number, size, etag in etags
    )
    bucket, key = upload.place
    head = f"<Bucket>{escape(bucket)}</Bucket><Key>{escape(key)}</Key>"
    return answer_xml("ListPartsResult", f"{head}<IsTruncated>false</IsTruncated>{rows}")
