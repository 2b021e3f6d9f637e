"""Records as JSON text, also when they hold characters that JSON or a database cannot."""

import re
from typing import Any

import orjson
from pydantic_core import PydanticSerializationError

from glueline.contract.records import Record

SURROGATES = re.compile("[\ud800-\udfff]")
SURROGATES_AND_NUL = re.compile("[\x00\ud800-\udfff]")
NUL_ESCAPE = b"\\u0000"
REPLACED = "some characters cannot be stored and were replaced by U+FFFD"


def as_json(record: Record, *, allow_nul: bool = True) -> tuple[Record, bytes]:
    """Return the record that can be stored and its JSON in UTF-8.

    Half surrogate pairs (and NUL, unless allowed) become U+FFFD, and the record says so in its
    warnings. All other records come back as they are.
    """
    try:
        document = _document(record)
    except (PydanticSerializationError, UnicodeEncodeError):
        record = _mended(record, SURROGATES if allow_nul else SURROGATES_AND_NUL)
        document = record.model_dump_json().encode()
    if not allow_nul and NUL_ESCAPE in document:
        record = _mended(record, SURROGATES_AND_NUL)
        document = record.model_dump_json().encode()
    return record, document


def _document(record: Record) -> bytes:
    try:
        # The same text as pydantic's, for a table of 30 columns in 13 µs instead of 58 µs.
        return orjson.dumps(record.__dict__, default=vars, option=orjson.OPT_UTC_Z)
    except orjson.JSONEncodeError:
        return record.model_dump_json().encode()


def _mended(record: Record, bad: re.Pattern[str]) -> Record:
    plain = record.model_dump()
    mended = _replaced(plain, bad)
    if mended == plain:
        return record
    mended["warnings"] = (*mended["warnings"], REPLACED)
    return type(record).model_validate(mended)


def _replaced(value: Any, bad: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return bad.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {_replaced(key, bad): _replaced(item, bad) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(_replaced(item, bad) for item in value)
    return value
