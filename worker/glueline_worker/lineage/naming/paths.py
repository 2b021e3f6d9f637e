"""Datasets that are a path: S3 objects and prefixes, other stores, local files."""

import re

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.naming.text import (
    EMPTY_CONTEXT,
    UNKNOWN_NAME,
    mask,
    resolve_arguments,
    strip_quotes,
)

_S3 = re.compile(r"(?:(?:s3[an]?:/{1,3})|(?:arn:aws[\w-]*:s3:::))+", re.IGNORECASE)
_S3_HOST = re.compile(r"https?://(?:([^/]+?)\.)?s3[.-](?:[\w-]+\.)*?amazonaws\.com(?:\.cn)?/(.*)")
_KEYS = re.compile(r"(?!arn:)[^/:@]+:[^@\s]{1,128}@")
"""An access key and its secret before the bucket, as Hadoop once took them."""
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(//([^/?#]*))?(.*)", re.IGNORECASE | re.DOTALL)
_GLOB = re.compile(r"[*?\[]|\{[^{}]*,")


def name_s3_path(url: str, context: LineageContext = EMPTY_CONTEXT) -> Dataset:
    """Return an S3 bucket and the key or prefix in it, up to the first part with a wildcard.

    A URL that is only a placeholder stands where the bucket would; a whole bucket has an empty
    name, as a prefix has no slashes at its ends.
    """
    masked, restore = mask(_clean(url, context))
    if match := _S3_HOST.match(masked):
        masked = f"{match[1]}/{match[2]}" if match[1] else match[2]
    place = _remove_keys(_S3.sub("", masked, count=1).lstrip("/"))
    bucket, _, key = place.partition("/")
    return Dataset(
        namespace=f"s3://{restore(bucket.strip()) or UNKNOWN_NAME}", name=restore(_cut_prefix(key))
    )


def name_location(url: str, context: LineageContext = EMPTY_CONTEXT) -> Dataset:
    """Return a path of any store; without a scheme it is a file, unless a placeholder begins it."""
    text = _clean(url, context)
    if text.startswith("{") or _S3.match(text) or _S3_HOST.match(text):
        return name_s3_path(text)
    masked, restore = mask(text)
    match = _SCHEME.fullmatch(masked)
    if match is None:
        return Dataset(namespace="file", name=restore(_keep_root(masked)) or "/")
    scheme, authority, path = match[1].lower(), match[3] or "", match[4]
    # What stands before the @ is a user, but a container in Azure's URLs.
    host = authority if scheme.startswith(("abfs", "wasb")) else authority.rpartition("@")[2]
    namespace = f"{scheme}://{restore(host)}" if host else scheme
    # A query may carry a signature.
    rooted = path if scheme in {"file", "hdfs", "dbfs"} else path.partition("?")[0].lstrip("/")
    return Dataset(namespace=namespace, name=restore(_keep_root(rooted)) or "/")


def _remove_keys(place: str) -> str:
    keys = _KEYS.match(place)
    return place[keys.end() :] if keys else place


def _clean(url: str, context: LineageContext) -> str:
    return strip_quotes(resolve_arguments(url, context))


def _cut_prefix(key: str) -> str:
    """Return ``key`` up to its first wildcard, with single slashes and none at its ends.

    Blanks beside a slash belong to the key.
    """
    parts = []
    for part in key.split("/"):
        if _GLOB.search(part):
            break
        if part.strip():
            parts.append(part)
    return "/".join(parts)


def _keep_root(path: str) -> str:
    return ("/" if path.startswith("/") else "") + _cut_prefix(path)
