"""Calls on whole buckets: listings, and deletions of many objects."""

import base64
from collections.abc import Iterable
from xml.sax.saxutils import escape

from glueline_simulator.catalogue.account_state import AwsState
from glueline_simulator.errors import AwsError
from glueline_simulator.services.object_store import ObjectPlace, ObjectStore
from glueline_simulator.services.s3_xml import answer_xml, render_encoding, show_key
from glueline_simulator.wire.messages import HttpResponse

_MOST_KEYS = 1000


def list_buckets(names: Iterable[str]) -> HttpResponse:
    """Answer with the names of buckets."""
    rows = "".join(f"<Bucket><Name>{escape(name)}</Name></Bucket>" for name in sorted(names))
    return answer_xml("ListAllMyBucketsResult", f"<Buckets>{rows}</Buckets>")


def list_objects(
    state: AwsState, store: ObjectStore, bucket: str, query: dict[str, str]
) -> HttpResponse:
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
        rows[shown], last = _render_row(store, (bucket, key), group, query), shown
    body = f"<Name>{bucket}</Name><Prefix>{show_key(prefix, query)}</Prefix>"
    body += f"{render_encoding(query)}<MaxKeys>{limit}</MaxKeys>"
    body += f"<KeyCount>{len(rows)}</KeyCount><IsTruncated>{str(more).lower()}</IsTruncated>"
    if more:
        token = base64.urlsafe_b64encode(last.encode()).decode()
        body += f"<NextContinuationToken>{token}</NextContinuationToken>"
    return answer_xml("ListBucketResult", body + "".join(rows.values()))


def render_deletions(keys: Iterable[str]) -> HttpResponse:
    """Render the answer to a deletion of many objects."""
    rows = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
    return answer_xml("DeleteResult", rows)


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


def _render_row(store: ObjectStore, place: ObjectPlace, group: str, query: dict[str, str]) -> str:
    if group:
        return f"<CommonPrefixes><Prefix>{show_key(group, query)}</Prefix></CommonPrefixes>"
    body, stored = store.find(place)
    return (
        f"<Contents><Key>{show_key(place[1], query)}</Key>"
        f"<Size>{len(body)}</Size><ETag>{stored.etag}</ETag>"
        "<LastModified>2025-01-01T00:00:00.000Z</LastModified>"
        "<StorageClass>STANDARD</StorageClass></Contents>"
    )
