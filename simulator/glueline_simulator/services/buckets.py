"""Calls on whole buckets: listings, and deletions of many objects."""

import base64
import hashlib
from collections.abc import Iterable
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from glueline_simulator.catalogue.account_state import AwsState
from glueline_simulator.errors import AwsError
from glueline_simulator.wire.messages import HttpResponse

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_MOST_KEYS = 1000


def list_buckets(names: Iterable[str]) -> HttpResponse:
    """Answer with the names of buckets."""
    rows = "".join(f"<Bucket><Name>{escape(name)}</Name></Bucket>" for name in sorted(names))
    return _answer_xml("ListAllMyBucketsResult", f"<Buckets>{rows}</Buckets>")


def list_objects(state: AwsState, bucket: str, query: dict[str, str]) -> HttpResponse:
    """Answer ListObjectsV2 with prefix, delimiter and pages."""
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    after = _decode_continuation(query) or query.get("start-after", "")
    limit = _parse_limit(query.get("max-keys") or f"{_MOST_KEYS}")
    keys = sorted(key for name, key in state.places() if name == bucket and key.startswith(prefix))
    rows: dict[str, str] = {}
    last, more = "", False
    for key in keys:
        group = _find_common_prefix(key, prefix, delimiter)
        shown = group or key
        if shown <= after or shown in rows:
            continue
        if len(rows) == limit:
            more = True
            break
        rows[shown], last = _render_row(state, bucket, key, group), shown
    body = f"<Name>{bucket}</Name><Prefix>{escape(prefix)}</Prefix><MaxKeys>{limit}</MaxKeys>"
    body += f"<KeyCount>{len(rows)}</KeyCount><IsTruncated>{str(more).lower()}</IsTruncated>"
    if more:
        token = base64.urlsafe_b64encode(last.encode()).decode()
        body += f"<NextContinuationToken>{token}</NextContinuationToken>"
    return _answer_xml("ListBucketResult", body + "".join(rows.values()))


def parse_keys_to_delete(body: bytes) -> list[str]:
    """Parse the keys in a request to delete many objects."""
    try:
        root = ET.fromstring(body)  # noqa: S314 - a client of this simulator wrote it
    except ET.ParseError:
        message = "The XML you provided was not well-formed"
        raise AwsError("MalformedXML", message) from None
    return [node.text or "" for node in root.iter() if node.tag.rpartition("}")[2] == "Key"]


def render_deletions(keys: Iterable[str]) -> HttpResponse:
    """Render the answer to a deletion of many objects."""
    rows = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
    return _answer_xml("DeleteResult", rows)


def compute_etag(body: bytes) -> str:
    """Compute the ETag of an object that is stored in one part."""
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


def _parse_limit(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        message = "Provided max-keys not an integer or within integer range"
        raise AwsError("InvalidArgument", message)
    return min(int(text), _MOST_KEYS)


def _decode_continuation(query: dict[str, str]) -> str:
    try:
        return base64.urlsafe_b64decode(query.get("continuation-token", "")).decode()
    except ValueError:
        message = "The continuation token provided is incorrect"
        raise AwsError("InvalidArgument", message) from None


def _find_common_prefix(key: str, prefix: str, delimiter: str) -> str:
    if not delimiter:
        return ""
    head, found, _ = key[len(prefix) :].partition(delimiter)
    return prefix + head + delimiter if found else ""


def _render_row(state: AwsState, bucket: str, key: str, group: str) -> str:
    if group:
        return f"<CommonPrefixes><Prefix>{escape(group)}</Prefix></CommonPrefixes>"
    body = state.object(bucket, key) or b""
    return (
        f"<Contents><Key>{escape(key)}</Key><Size>{len(body)}</Size><ETag>{compute_etag(body)}</ETag>"
        "<LastModified>2025-01-01T00:00:00.000Z</LastModified>"
        "<StorageClass>STANDARD</StorageClass></Contents>"
    )


def _answer_xml(name: str, inner: str) -> HttpResponse:
    text = f'<?xml version="1.0" encoding="UTF-8"?><{name} xmlns="{_NAMESPACE}">{inner}</{name}>'
    return HttpResponse(200, {"Content-Type": "application/xml"}, text.encode())
