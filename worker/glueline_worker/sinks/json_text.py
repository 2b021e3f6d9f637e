"""Records as JSON text, also when they hold characters that JSON or a database cannot hold."""

import re
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from glueline.contract.records import Record, TableRecord
from glueline.contract.structs import encode_json, from_builtins, to_builtins

_SURROGATES = re.compile("[\ud800-\udfff]")
_SURROGATES_AND_NUL = re.compile("[\x00\ud800-\udfff]")
_replace_any: Callable[..., Record] = replace  # without the types of fields
_NUL_ESCAPE = b"\\u0000"
_REPLACED_WARNING = "some characters cannot be stored and were replaced by U+FFFD"


def encode_record(record: Record) -> bytes:
    """Return the JSON of a record; see ``encode_json``. That of its columns is joined."""
    if isinstance(record, TableRecord):
        columns = [each.json for each in record.columns]
        keys = [each.json for each in record.partition_keys]
        return encode_json(_replace_any(record, columns=columns, partition_keys=keys))
    return encode_json(record)


def to_json(record: Record, *, allow_nul: bool = True) -> tuple[Record, bytes]:
    """Return the record as it can be stored, and its JSON in UTF-8.

    Half surrogate pairs (and NUL, unless allowed) become U+FFFD, and a warning in the record says
    so. All other records are returned unchanged.
    """
    try:
        document = encode_record(record)
    except UnicodeEncodeError:
        record = _replace_in_record(record, _SURROGATES if allow_nul else _SURROGATES_AND_NUL)
        document = encode_record(record)
    if not allow_nul and _NUL_ESCAPE in document:
        record = _replace_in_record(record, _SURROGATES_AND_NUL)
        document = encode_record(record)
    return record, document


def to_plain_text(value: Any) -> Any:
    """Return a JSON value in which half surrogate pairs are U+FFFD."""
    return _replace_in_value(value, _SURROGATES)


def _replace_in_record(record: Record, bad: re.Pattern[str]) -> Record:
    plain = to_builtins(record)
    repaired = _replace_in_value(plain, bad)
    if repaired == plain:
        return record
    repaired["warnings"] = (*repaired["warnings"], _REPLACED_WARNING)
    return from_builtins(repaired, type(record))


def _replace_in_value(value: Any, bad: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return bad.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {
            _replace_in_value(key, bad): _replace_in_value(item, bad) for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return tuple(_replace_in_value(item, bad) for item in value)
    return value
