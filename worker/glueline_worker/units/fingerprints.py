"""Fingerprints: hashes of all facts that a part's records follow from, and of the reader's code.

Equal fingerprints mean equal records, so a part that a sink holds under one is not made again.
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
from glueline_worker.catalog.listed import ListedItem

_READER_CODE = ("catalog", "lineage", "units", "redact.py", "sinks/json_text.py")
"""The code of the worker that turns answers into records."""


def make_fingerprint(*facts: Any) -> str | None:
    """Return the hash of JSON values; None for values that JSON cannot hold.

    A part without a fingerprint is written anew by every run.
    """
    try:
        content = orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)
    except (TypeError, ValueError):
        return None
    return blake2b(content, digest_size=16, key=hash_reader_code().encode()).hexdigest()


def make_item_fingerprint(item: ListedItem, *facts: Any) -> str | None:
    """Return the hash of an item's JSON as it came, and of JSON values; None as above.

    Most of an unchanged catalogue's CPU goes into its items, so they are not decoded for this.
    """
    if item.json is None:
        return None
    digest = blake2b(item.json, digest_size=16, key=hash_reader_code().encode())
    digest.update(orjson.dumps(facts))
    return digest.hexdigest()


@cache
def hash_reader_code() -> str:
    """Return the hash of the reader's code: after any change to it everything is read anew."""
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
