"""Read the storage of tables without their locations, each equal one once.

A catalogue has a handful of them: the classes and parameters that its writers use.
"""

from typing import NamedTuple

import orjson
from msgspec.structs import astuple, fields, replace

from glueline.contract.records import Storage
from glueline_worker.catalog.content_hash import encode_canonical
from glueline_worker.catalog.data_locations import find_data_locations
from glueline_worker.catalog.listed import decode_json
from glueline_worker.catalog.shared_values import SharedValues
from glueline_worker.catalog.storage import read_storage
from glueline_worker.catalog.table_formats import detect_table_format
from glueline_worker.catalog.table_outlines import DescriptorOutline
from glueline_worker.catalog.values import AnswerReader
from glueline_worker.redact import redact_url

_MOST_BYTES = 1_000_000
_ENTRY_BYTES = 2000
_, _, *_SHARED = [each.encode_name for each in fields(DescriptorOutline)]
"""The members of a StorageDescriptor without its columns and its location."""
_PLACE = "s3://bucket/key"
"""A location that nothing is known about."""
_CANONICAL_PLACE = b'"location":"%b"' % _PLACE.encode()
_ODD_PLACES = ("-__placeholder__", "_symlink_format_manifest")
"""What locations hold, in lower case, that are not the places of the data themselves."""


class StorageShape(NamedTuple):
    """The storage of tables that differ in their locations."""

    storage: Storage
    canonical: tuple[bytes, bytes]
    """What counts in content hashes, before the location and after it."""

    def place(self, location: str | None) -> tuple[Storage, bytes] | None:
        """Return the storage at a location, and what counts of it in a content hash.

        None without a location, and where it has a form that needs a closer look.
        """
        text = location.strip() if location else ""
        if location is None or not text or any(odd in text.lower() for odd in _ODD_PLACES):
            return None
        known = redact_url(location)
        places = (known if text == location else redact_url(text),)
        storage = replace(self.storage, location=known, data_locations=places)
        return storage, orjson.dumps(known).join(self.canonical)


_shapes = SharedValues[bytes, StorageShape](_MOST_BYTES)


def find_storage_shape(outline: DescriptorOutline) -> StorageShape | None:
    """Return the storage without its location.

    None where a closer look is needed: at data that is elsewhere, at formats with their own
    catalogue, and at anything that causes a warning.
    """
    _, _, *shared = astuple(outline)
    text = b",".join(shared)
    known = _shapes.get(text)
    if known is None:
        known = _read_shape(text)
        if known is not None:
            _shapes.keep(text, known, 4 * len(text) + _ENTRY_BYTES)
    return known


def _read_shape(text: bytes) -> StorageShape | None:
    members = dict(zip(_SHARED, decode_json(b"[%b]" % text), strict=True))
    descriptor = AnswerReader({**members, "Location": _PLACE})
    table_format = detect_table_format({}, descriptor.fields)
    places = find_data_locations(descriptor, {}, table_format)
    storage = read_storage(descriptor, places)
    is_elsewhere = places != (_PLACE,) or members["AdditionalLocations"]
    if storage is None or is_elsewhere or table_format != "hive" or descriptor.warnings:
        return None
    before, after = encode_canonical(storage).split(_CANONICAL_PLACE, 1)
    return StorageShape(storage, (before + b'"location":', after))
