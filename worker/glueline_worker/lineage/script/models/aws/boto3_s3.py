"""boto3's S3: objects, buckets and listings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.script.domain.alternatives import get_alternatives, map_alternatives
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.template_text import as_text, placeholder
from glueline_worker.lineage.script.domain.values import (
    MISSING,
    UNKNOWN,
    External,
    ListedKey,
    Value,
)
from glueline_worker.lineage.script.models import datasets
from glueline_worker.lineage.script.models.library import Handler, Library
from glueline_worker.lineage.script.models.python import files
from glueline_worker.lineage.word_sets import split_words

_DISTINCT = split_words(
    "get_object put_object copy_object upload_file upload_fileobj download_file download_fileobj "
    "list_objects list_objects_v2"
)
"""Methods that only S3 has, so that any client will do."""


@dataclass(eq=False)
class S3Bucket(LibraryObject):
    """A bucket of the resource API."""

    name: Value

    def get_attribute(self, name: str) -> Value:
        """Return the bucket's name, its objects or one of its methods."""
        if name == "objects":
            return S3Listing(self.name)
        if name == "name":
            return self.name
        return self if name in {"meta", "client"} else super().get_attribute(name)

    def call(self, call: Call) -> Value:
        """Call a method of the bucket."""
        handler = self._methods.get(call.name)
        return handler(self, call) if handler is not None else UNKNOWN

    def _find(self, call: Call, key: Value) -> list[Dataset]:
        return datasets.find_objects(call.state, self.name, key)

    def _get_object(self, call: Call) -> Value:
        return S3Object(self.name, call.arg(0, "key"))

    def _put(self, call: Call) -> None:
        _write_body(call, self._find(call, call.arg(None, "Key")), "put")

    def _upload(self, call: Call) -> None:
        _write_file(call, self._find(call, call.arg(1, "Key")))

    def _download(self, call: Call) -> None:
        target = call.arg(1, "Filename", "Fileobj")
        _read_into(call, target, self._find(call, call.arg(0, "Key")))

    def _copy(self, call: Call) -> None:
        _copy_to(call, call.arg(0, "CopySource"), self._find(call, call.arg(1, "Key")))

    _methods: ClassVar[dict[str, Callable[[S3Bucket, Call], Value]]] = {
        "Object": _get_object,
        "put_object": _put,
        "upload_file": _upload,
        "upload_fileobj": _upload,
        "download_file": _download,
        "download_fileobj": _download,
        "copy": _copy,
    }


@dataclass(eq=False)
class S3Object(LibraryObject):
    """An object of the resource API, or one in a listing."""

    bucket: Value
    key: Value

    def get_attribute(self, name: str) -> Value:
        """Return the object's key, its bucket's name or one of its methods."""
        if name == "key":
            return self.key
        if name == "bucket_name":
            return self.bucket
        return self if name in {"meta", "client"} else super().get_attribute(name)

    def get_item(self, key: Value) -> Value:
        """Return ``object["Key"]`` of an object in a listing, which is a dict."""
        name = key if isinstance(key, str) else ""
        return self.key if name in {"Key", "Prefix"} else External(f"object.{name}")

    def call(self, call: Call) -> Value:
        """Call a method of the object."""
        handler = self._methods.get(call.name)
        return handler(self, call) if handler is not None else UNKNOWN

    def _find(self, call: Call) -> list[Dataset]:
        return datasets.find_objects(call.state, self.bucket, self.key)

    def _get(self, call: Call) -> Value:
        if call.args:  # of an object in a listing, which is a dict
            return self.get_item(call.arg(0))
        return files.mark_tentative(call.state, call.state.read(self._find(call), "get"))

    def _put(self, call: Call) -> None:
        _write_body(call, self._find(call), "put")

    def _upload(self, call: Call) -> None:
        _write_file(call, self._find(call))

    def _download(self, call: Call) -> None:
        _read_into(call, call.arg(0, "Filename", "Fileobj"), self._find(call))

    def _copy(self, call: Call) -> None:
        _copy_to(call, call.arg(0, "CopySource"), self._find(call))

    _methods: ClassVar[dict[str, Callable[[S3Object, Call], Value]]] = {
        "get": _get,
        "put": _put,
        "upload_file": _upload,
        "upload_fileobj": _upload,
        "download_file": _download,
        "download_fileobj": _download,
        "copy_from": _copy,
        "copy": _copy,
    }


@dataclass(eq=False)
class S3Listing(LibraryObject):
    """The objects of a bucket under a prefix, whichever they are, or pages of them."""

    bucket: Value
    prefix: Value = None
    is_paged: bool = False

    def get_item(self, key: Value) -> Value:
        """Return ``response["Contents"]``, or an object by its position."""
        if isinstance(key, slice) or key in _CONTENTS:
            return S3Listing(self.bucket, self.prefix)
        return self.get_element("unknown") if isinstance(key, int) else External("listing.item")

    def get_element(self, label: str) -> Value:
        """Return any object of the listing, or any page of it."""
        if self.is_paged:
            return S3Listing(self.bucket, self.prefix)
        keys = map_alternatives(
            lambda start: ListedKey(as_text(start or "") + placeholder(label)), self.prefix
        )
        return S3Object(self.bucket, keys)

    def call(self, call: Call) -> Value:
        """Call a method of the listing."""
        if call.name in {"filter", "all", "limit", "search", "build_full_result"}:
            return _make_listing(call, self.bucket, call.arg(None, "Prefix", default=self.prefix))
        if call.name == "paginate":
            listing = _make_listing(call, call.arg(None, "Bucket"), call.arg(None, "Prefix"))
            return S3Listing(listing.bucket, listing.prefix, is_paged=True)
        return self.get_item(call.arg(0)) if call.name == "get" else UNKNOWN


def _make_listing(call: Call, bucket: Value, prefix: Value) -> S3Listing:
    """List the objects under a prefix: below a folder, if the job has just written one there."""
    if isinstance(prefix, str) and prefix and not prefix.endswith("/"):
        folder = datasets.find_objects(call.state, bucket, prefix)
        if folder and call.state.written.issuperset(folder):
            prefix = f"{prefix}/"
    return S3Listing(bucket, prefix)


_CONTENTS = ("Contents", "CommonPrefixes", "Versions")


def _get_any_object(call: Call) -> Value:
    """Call ``max(objects, key=…)``: any of the objects."""
    value = call.arg(0)
    if not isinstance(value, S3Listing) or call.name not in {"max", "min", "next"}:
        return MISSING
    return value.get_element("unknown")


def _call_unknown_client(call: Call) -> Value:
    """Call a method that only S3 has, through a client that another module made."""
    if call.name in _DISTINCT and ("Bucket" in call.kwargs or len(call.args) > 1):
        return S3_METHODS["s3", call.name](call)
    return MISSING


# Methods of a client


def _find(call: Call) -> list[Dataset]:
    return datasets.find_objects(call.state, call.arg(None, "Bucket"), call.arg(None, "Key"))


def _get(call: Call) -> Value:
    return files.mark_tentative(call.state, call.state.read(_find(call), "get_object"))


def _put(call: Call) -> Value:
    _write_body(call, _find(call), "put_object")
    return UNKNOWN


def _write_body(call: Call, target: list[Dataset], label: str) -> None:
    """Write the argument ``Body``, if there is one."""
    body = call.arg(None, "Body")
    if body is not None:
        content = files.get_content(body) if isinstance(body, LibraryObject) else body
        call.state.write(content, target, label)


def _find_source(call: Call, value: Value) -> list[Dataset]:
    found: list[Dataset] = []
    for option in get_alternatives(value):
        if isinstance(option, dict):
            found += datasets.find_objects(call.state, option.get("Bucket"), option.get("Key"))
        else:
            found += datasets.find_locations(call.state, f"s3://{as_text(option).lstrip('/')}")
    return found


def _copy(call: Call) -> None:
    bucket, key = call.arg(1, "Bucket"), call.arg(2, "Key")
    target = datasets.find_objects(call.state, bucket, key)
    _copy_to(call, call.arg(0, "CopySource"), target)


def _copy_to(call: Call, source: Value, target: list[Dataset]) -> None:
    frame = call.state.read(_find_source(call, source), "copy")
    call.state.write(frame, target, "copy")


def _upload(call: Call) -> None:
    target = datasets.find_objects(call.state, call.arg(1, "Bucket"), call.arg(2, "Key"))
    _write_file(call, target)


def _write_file(call: Call, target: list[Dataset]) -> None:
    """Write the file that is the first argument."""
    source = call.arg(0, "Filename", "Fileobj")
    call.state.write(files.read_local(call.state, source), target, "upload")


def _download(call: Call) -> None:
    source = datasets.find_objects(call.state, call.arg(0, "Bucket"), call.arg(1, "Key"))
    _read_into(call, call.arg(2, "Filename", "Fileobj"), source)


def _read_into(call: Call, target: Value, source: list[Dataset]) -> None:
    """Read objects into a file or a buffer."""
    frame = files.mark_tentative(call.state, call.state.read(source, "download"))
    if isinstance(target, LibraryObject):
        files.add_content(call.state, target, frame)
    elif target is not None:
        call.state.files[as_text(target)] = frame


def _list(call: Call) -> Value:
    return _make_listing(call, call.arg(None, "Bucket"), call.arg(None, "Prefix"))


def _get_paginator(call: Call) -> Value:
    lists = (call.text(0, "operation_name") or "").startswith("list_object")
    return S3Listing(UNKNOWN, is_paged=True) if lists else UNKNOWN


S3_METHODS: dict[tuple[str, str], Handler] = {
    ("s3", "get_object"): _get,
    ("s3", "select_object_content"): _get,
    ("s3", "put_object"): _put,
    ("s3", "copy_object"): lambda call: _copy_to(call, call.arg(None, "CopySource"), _find(call)),
    ("s3", "copy"): _copy,
    ("s3", "upload_file"): _upload,
    ("s3", "upload_fileobj"): _upload,
    ("s3", "download_file"): _download,
    ("s3", "download_fileobj"): _download,
    ("s3", "list_objects"): _list,
    ("s3", "list_objects_v2"): _list,
    ("s3", "get_paginator"): _get_paginator,
    ("s3", "Bucket"): lambda call: S3Bucket(call.arg(0, "name")),
    ("s3", "Object"): lambda call: S3Object(call.arg(0, "bucket_name"), call.arg(1, "key")),
}
"""Methods of clients and resources."""

BOTO3_S3 = Library(rules=(_get_any_object, _call_unknown_client))
