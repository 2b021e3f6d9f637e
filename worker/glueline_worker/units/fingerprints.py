"""Fingerprints: hashes of all that a part's records follow from, the reader's own code included.

Equal fingerprints mean equal records, so what a sink holds under one need not be made again.
"""

from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

import glueline.contract
import glueline_worker

_READER_CODE = ("catalog", "lineage", "units", "redact.py", "sinks/json_text.py")
"""What of the worker decides how an answer becomes records."""


def make_fingerprint(*facts: Any) -> str | None:
    """The hash of JSON values; None for values that JSON cannot hold: such a part is never kept."""
    try:
        content = orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)
    except (TypeError, ValueError):
        return None
    return blake2b(content, digest_size=16, key=hash_reader_code().encode()).hexdigest()


@cache
def hash_reader_code() -> str:
    """What this reader is: any change to its code reads everything anew."""
    digest = blake2b(digest_size=16)
    for text in (version("glueline-worker"), version("sqlglot")):
        digest.update(text.encode())
    for path in _list_code():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _list_code() -> Iterator[Path]:
    worker = Path(glueline_worker.__file__).parent
    for place in (
        Path(glueline.contract.__file__).parent,
        *(worker / name for name in _READER_CODE),
    ):
        yield from sorted(place.rglob("*.py")) if place.is_dir() else [place]
