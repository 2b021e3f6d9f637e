"""Names of stored things: object names of units, and keys that fit into a database index."""

import hashlib
import re
from urllib.parse import quote

NAME_LIMIT = 200
"""Bytes of an object's name without its extension; file systems allow 255 for the whole name."""

KEY_LIMIT = 1000
"""Bytes of a key or listing in SQL; PostgreSQL indexes at most 2704 in one entry."""

DIGEST_LENGTH = 64

INDEX = "index"

MARK = "@"
"""Before the hash of a name with upper-case letters; percent-encoding leaves none."""

MARK_LENGTH = 16

_ESCAPE = re.compile("%[0-9A-F]{2}")
"""As names are encoded within a unit's id, in upper case only."""

_FOLDED = re.compile("[A-Z%]")
"""What folding the case of a name loses, where it is no part of an escape."""


def object_name(unit_id: str) -> str:
    """One path part for ``unit_id``: percent-encoded, never hidden, never ``..``, no collisions.

    ``%`` is encoded again, so that the ``/`` between a unit's parts and one inside a name differ.
    A name with upper-case letters ends with a hash, so that ``Load`` and ``load`` are two objects
    on a file system that does not tell them apart. What is not ASCII is encoded, so that forms of
    one letter (NFC, NFD) differ anyway.
    """
    name = _encoded(unit_id)
    if _FOLDED.search(_ESCAPE.sub("", unit_id)):
        name += f"{MARK}{hashlib.sha256(name.encode()).hexdigest()[:MARK_LENGTH]}"
    return shortened(name, NAME_LIMIT)


def _encoded(unit_id: str) -> str:
    encoded = quote(unit_id, safe="", errors="surrogatepass")
    if encoded.startswith("."):
        encoded = "%2E" + encoded[1:]
    return encoded or "%"


def object_path(kind: str, run_id: str, unit_id: str, extension: str) -> str:
    """Where a unit's records of one kind stand, relative to the sink's root."""
    return f"{run_folder(kind, run_id)}/{object_name(unit_id)}.{extension}"


def object_paths(kind: str, run_id: str, unit_id: str, extension: str) -> tuple[str, ...]:
    """`object_path`, and where former versions put it when the name has upper-case letters."""
    path = object_path(kind, run_id, unit_id, extension)
    former = f"{run_folder(kind, run_id)}/{_former_name(unit_id)}.{extension}"
    return (path,) if path == former else (path, former)


def _former_name(unit_id: str) -> str:
    return shortened(_encoded(unit_id), NAME_LIMIT)


def run_folder(kind: str, run_id: str) -> str:
    """The folder of a run's records of one kind, named so that query engines see a partition."""
    return f"{kind}/run={object_name(run_id)}"


def manifest_path(run_id: str) -> str:
    """Where the list of a run's objects stands, relative to the sink's root."""
    return f"runs/{object_name(run_id)}.json"


def index_path(run_id: str, unit_id: str) -> str:
    """Where it says which lines of a unit's objects are which part's."""
    return object_path(INDEX, run_id, unit_id, "json")


def index_paths(run_id: str, unit_id: str) -> tuple[str, ...]:
    """`index_path`, and that of former versions; see `object_paths`."""
    return object_paths(INDEX, run_id, unit_id, "json")


def newest_path(scope: str) -> str:
    """Where the newest run of a scope, given by its hash, is named."""
    return f"{INDEX}/newest-{scope}.json"


def stored_key(key: str) -> str:
    """``key``, or a shorter text in its place when a database could not index it."""
    return shortened(key, KEY_LIMIT)


def shortened(ascii_text: str, limit: int) -> str:
    """``ascii_text``, or its start and its hash when it is longer than ``limit``.

    A shortened text is one longer than the limit, so it never equals one that was left alone.
    """
    if len(ascii_text) <= limit:
        return ascii_text
    digest = hashlib.sha256(ascii_text.encode()).hexdigest()
    return f"{ascii_text[: limit - DIGEST_LENGTH]}~{digest}"
