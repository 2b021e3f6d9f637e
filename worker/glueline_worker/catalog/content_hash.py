"""Compute the content hash of records."""

from hashlib import blake2b
from typing import Any, TypeVar

import orjson
from msgspec.structs import asdict, replace

from glueline.contract.records import Column, Record, Storage

_RecordT = TypeVar("_RecordT", bound=Record)


def with_content_hash(record: _RecordT) -> _RecordT:
    """Return ``record`` with its ``content_hash``; see ``hash_content``."""
    return replace(record, content_hash=hash_content(record))


def hash_content(record: Record, **canonical: bytes) -> str:
    """Return the content hash of ``record``.

    The hash is BLAKE2b (16 bytes, in hexadecimal digits) of the canonical JSON (sorted keys) of
    all fields that are not volatile. The trees of column types and the data locations are left
    out. They follow from the other fields, and a better reader must not look like a change.

    ``canonical`` gives the canonical JSON of some fields where it is known already.
    """
    content: dict[str, Any] = {"kind": record.kind, **asdict(record)}
    for name in record.volatile:
        del content[name]
    for name, text in canonical.items():
        content[name] = orjson.Fragment(text)
    return blake2b(encode_canonical(content), digest_size=16).hexdigest()


def encode_canonical(value: Any) -> bytes:
    """Return what counts of a value in content hashes, as JSON with sorted keys."""
    return orjson.dumps(value, default=_to_hashed_value, option=orjson.OPT_SORT_KEYS)


def _to_hashed_value(part: Any) -> Any:
    if isinstance(part, Column):
        return part.name, part.type, part.comment, part.parameters
    if isinstance(part, Storage):
        return {key: value for key, value in asdict(part).items() if key != "data_locations"}
    return asdict(part)
