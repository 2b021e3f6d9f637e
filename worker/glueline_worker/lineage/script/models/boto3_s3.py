"""boto3's S3: objects, buckets and listings."""

from __future__ import annotations

from collections.abc import Callable

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.script.domain.template_text import (
    as_text,
    map_alternatives,
    placeholder,
)
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    External,
    LibraryObject,
    ListedKey,
    Value,
    get_alternatives,
    name_set,
)
from glueline_worker.lineage.script.models import datasets, files
from glueline_worker.lineage.script.models.call import Call

# S3


DISTINCT = name_set(
    "get_object put_object copy_object upload_file upload_fileobj download_file download_fileobj "
    "list_objects list_objects_v2"
)
"""Methods that are S3's whoever made the client."""


def _place(call: Call) -> list[Dataset]:
    bucket, key = call.arg(None, "Bucket"), call.arg(None, "Key")
    return datasets.find_objects(call.state, bucket, key)


def _get(call: Call) -> Value:
    return files.tentative(call.state, call.state.read(_place(call), "get_object"))


def _put(call: Call) -> Value:
    body = call.arg(None, "Body")
    if body is not None:
        call.state.write(_content(body), _place(call), "put_object")
    return UNKNOWN


def _content(body: Value) -> Value:
    return body.data.get("content") if isinstance(body, LibraryObject) else body


def _copy_source(call: Call, value: Value) -> list[Dataset]:
    found: list[Dataset] = []
    for option in get_alternatives(value):
        if isinstance(option, dict):
            found += datasets.find_objects(call.state, option.get("Bucket"), option.get("Key"))
        else:
            found += datasets.find_locations(call.state, f"s3://{as_text(option).lstrip('/')}")
    return found


def _copy(call: Call) -> Value:
    source = call.arg(0, "CopySource")
    bucket, key = call.arg(1, "Bucket"), call.arg(2, "Key")
    return _copied(call, source, datasets.find_objects(call.state, bucket, key))


def _copied(call: Call, source: Value, target: list[Dataset]) -> Value:
    frame = call.state.read(_copy_source(call, source), "copy")
    call.state.write(frame, target, "copy")
    return None


def _upload(call: Call) -> Value:
    source = call.arg(0, "Filename", "Fileobj")
    target = datasets.find_objects(call.state, call.arg(1, "Bucket"), call.arg(2, "Key"))
    call.state.write(files.local(call.state, source), target, "upload")
    return None


def _download(call: Call) -> Value:
    place = datasets.find_objects(call.state, call.arg(0, "Bucket"), call.arg(1, "Key"))
    return _downloaded(call, call.arg(2, "Filename", "Fileobj"), place)


def _downloaded(call: Call, target: Value, place: list[Dataset]) -> Value:
    frame = files.tentative(call.state, call.state.read(place, "download"))
    if isinstance(target, LibraryObject):
        files.put(call.state, target, frame)
    elif target is not None:
        call.state.files[as_text(target)] = frame
    return None


def _bucket(call: Call) -> Value:
    return LibraryObject("bucket", {"bucket": call.arg(0, "name")})


def _object(call: Call) -> Value:
    return LibraryObject(
        "s3object", {"bucket": call.arg(0, "bucket_name"), "key": call.arg(1, "key")}
    )


def _bucket_object(call: Call) -> Value:
    return LibraryObject(
        "s3object", {"bucket": call.receiver.data["bucket"], "key": call.arg(0, "key")}
    )


def _object_place(call: Call) -> list[Dataset]:
    data = call.receiver.data
    return datasets.find_objects(call.state, data["bucket"], data["key"])


def _object_get(call: Call) -> Value:
    if call.args:  # of an object in a listing, which is a dict
        return item(call.receiver, call.arg(0))
    return files.tentative(call.state, call.state.read(_object_place(call), "get"))


def _object_put(call: Call) -> Value:
    body = call.arg(None, "Body")
    if body is not None:
        call.state.write(_content(body), _object_place(call), "put")
    return None


def _object_upload(call: Call) -> Value:
    source = call.arg(0, "Filename", "Fileobj")
    call.state.write(files.local(call.state, source), _object_place(call), "upload")
    return None


def _object_download(call: Call) -> Value:
    return _downloaded(call, call.arg(0, "Filename", "Fileobj"), _object_place(call))


def _object_copy(call: Call) -> Value:
    return _copied(call, call.arg(0, "CopySource"), _object_place(call))


def _bucket_place(call: Call, key: Value) -> list[Dataset]:
    return datasets.find_objects(call.state, call.receiver.data["bucket"], key)


def _bucket_put(call: Call) -> Value:
    body = call.arg(None, "Body")
    if body is not None:
        place = _bucket_place(call, call.arg(None, "Key"))
        call.state.write(_content(body), place, "put")
    return None


def _bucket_upload(call: Call) -> Value:
    content = files.local(call.state, call.arg(0, "Filename", "Fileobj"))
    call.state.write(content, _bucket_place(call, call.arg(1, "Key")), "upload")
    return None


def _bucket_download(call: Call) -> Value:
    return _downloaded(
        call, call.arg(1, "Filename", "Fileobj"), _bucket_place(call, call.arg(0, "Key"))
    )


def _bucket_copy(call: Call) -> Value:
    return _copied(call, call.arg(0, "CopySource"), _bucket_place(call, call.arg(1, "Key")))


def listing(bucket: Value, prefix: Value = None, *, paged: bool = False) -> LibraryObject:
    """The objects of a bucket under a prefix, whichever they are; ``paged``, pages of them."""
    return LibraryObject("listing", {"bucket": bucket, "prefix": prefix, "paged": paged})


def _list(call: Call) -> Value:
    return listing(call.arg(None, "Bucket"), call.arg(None, "Prefix"))


def _paginator(call: Call) -> Value:
    lists = (call.text(0, "operation_name") or "").startswith("list_object")
    return listing(UNKNOWN, paged=True) if lists else UNKNOWN


def _paginate(call: Call) -> Value:
    return listing(call.arg(None, "Bucket"), call.arg(None, "Prefix"), paged=True)


def _listed(call: Call) -> Value:
    data = call.receiver.data
    return listing(data["bucket"], call.arg(None, "Prefix", default=data["prefix"]))


def listed_object(objects: LibraryObject, label: str) -> LibraryObject:
    """Any object of a listing, or any page of it."""
    bucket, prefix = objects.data["bucket"], objects.data["prefix"]
    if objects.data["paged"]:
        return listing(bucket, prefix)
    keys = map_alternatives(
        lambda start: ListedKey(as_text(start or "") + placeholder(label)), prefix
    )
    return LibraryObject("s3object", {"bucket": bucket, "key": keys})


def item(tool: LibraryObject, key: Value) -> Value:
    """``response["Contents"]`` of a listing and ``object["Key"]`` of what it lists."""
    name = key if isinstance(key, str) else ""
    if tool.kind == "s3object":
        return tool.data["key"] if name in {"Key", "Prefix"} else External(f"object.{name}")
    if isinstance(key, slice) or name in {"Contents", "CommonPrefixes", "Versions"}:
        return listing(tool.data["bucket"], tool.data["prefix"])
    return listed_object(tool, "unknown") if isinstance(key, int) else External("listing.item")


METHODS: dict[tuple[str, str], Callable[[Call], Value]] = {
    ("s3", "get_object"): _get,
    ("s3", "select_object_content"): _get,
    ("s3", "put_object"): _put,
    ("s3", "copy_object"): lambda call: _copied(call, call.arg(None, "CopySource"), _place(call)),
    ("s3", "copy"): _copy,
    ("s3", "upload_file"): _upload,
    ("s3", "upload_fileobj"): _upload,
    ("s3", "download_file"): _download,
    ("s3", "download_fileobj"): _download,
    ("s3", "list_objects"): _list,
    ("s3", "list_objects_v2"): _list,
    ("s3", "get_paginator"): _paginator,
    ("s3", "Bucket"): _bucket,
    ("s3", "Object"): _object,
}
_OBJECTS: dict[tuple[str, str], Callable[[Call], Value]] = {
    ("s3object", "get"): _object_get,
    ("s3object", "put"): _object_put,
    ("s3object", "upload_file"): _object_upload,
    ("s3object", "upload_fileobj"): _object_upload,
    ("s3object", "download_file"): _object_download,
    ("s3object", "download_fileobj"): _object_download,
    ("s3object", "copy_from"): _object_copy,
    ("s3object", "copy"): _object_copy,
    ("bucket", "Object"): _bucket_object,
    ("bucket", "put_object"): _bucket_put,
    ("bucket", "upload_file"): _bucket_upload,
    ("bucket", "upload_fileobj"): _bucket_upload,
    ("bucket", "download_file"): _bucket_download,
    ("bucket", "download_fileobj"): _bucket_download,
    ("bucket", "copy"): _bucket_copy,
    ("listing", "filter"): _listed,
    ("listing", "all"): _listed,
    ("listing", "limit"): _listed,
    ("listing", "search"): _listed,
    ("listing", "build_full_result"): _listed,
    ("listing", "paginate"): _paginate,
    ("listing", "get"): lambda call: item(call.receiver, call.arg(0)),
}


def attribute(tool: LibraryObject, name: str) -> Value:
    """An attribute of an S3 object, bucket or client."""
    if tool.kind == "s3object" and name in {"key", "bucket_name"}:
        return tool.data["bucket" if name == "bucket_name" else "key"]
    if tool.kind == "bucket" and name == "objects":
        return listing(tool.data["bucket"])
    if tool.kind == "bucket" and name == "name":
        return tool.data["bucket"]
    if name in {"meta", "client"}:
        return tool
    return UNKNOWN


def call_object(call: Call) -> Value:
    """A method of an S3 object, bucket or listing."""
    handler = _OBJECTS.get((call.receiver.kind, call.name))
    return handler(call) if handler is not None else UNKNOWN
