"""Compute the content hash of records."""

from hashlib import blake2b
from typing import Any, TypeVar

import orjson
from msgspec.structs import asdict, replace

from glueline.contract.records import Column, Record, Storage

_RecordT = TypeVar("_RecordT", bound=Record)


def with_content_hash(record: _RecordT) -> _RecordT:
    """Return ``record`` with its ``content_hash``.

    The hash is BLAKE2b (16 bytes, in hexadecimal digits) of the canonical JSON (sorted keys) of
    all fields that are not volatile. The trees of column types and the data locations are left
    out. They follow from the other fields, and a better reader must not look like a change.
    """
    content = {"kind": record.kind}
    for name in record.__struct_fields__:
        if name not in record.volatile:
            content[name] = getattr(record, name)
    canonical = orjson.dumps(content, default=_to_hashed_value, option=orjson.OPT_SORT_KEYS)
    return replace(record, content_hash=blake2b(canonical, digest_size=16).hexdigest())


def _to_hashed_value(part: Any) -> Any:
    if isinstance(part, Column):
        return part.name, part.type, part.comment, part.parameters
    if isinstance(part, Storage):
        return {key: value for key, value in asdict(part).items() if key != "data_locations"}
    return asdict(part)
