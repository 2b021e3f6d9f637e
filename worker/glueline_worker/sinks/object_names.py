"""Names of stored objects and keys: paths in a folder, and keys that fit a database index."""

import hashlib
import re
import secrets
from urllib.parse import quote

from glueline.contract.records import KINDS

_NAME_LIMIT = 200
"""Bytes of an object's name without its extension; file systems allow 255 for the whole name."""

KEY_LIMIT = 1000
"""Bytes of a key or listing in SQL; PostgreSQL indexes at most 2704 in one entry."""

_DIGEST_LENGTH = 64

INDEX_FOLDER = "index"

OBJECT_KINDS = (*KINDS, "events")
"""The kinds of objects: records, or events that are made of them."""

_SHARED_INDEX = "units.db"
"""No unit has this name: ``name_object`` is followed by ``.json``."""

_CASE_MARK = "@"
"""Marks the hash of a name with upper-case letters; percent-encoding leaves no such character."""

_CASE_HASH_LENGTH = 16

_ESCAPE = re.compile("%[0-9A-F]{2}")
"""Names within a unit's id are encoded with escapes in upper case only."""

_CASE_SENSITIVE = re.compile("[A-Z%]")
"""Characters outside of escapes that are lost where names are compared without their case."""


def name_object(unit_id: str) -> str:
    """Return one path part for ``unit_id``: percent-encoded, not hidden, never ``..``, unique.

    ``%`` is encoded again, so that the ``/`` between a unit's parts and one inside a name differ.
    A name with upper-case letters ends with a hash, so that ``Load`` and ``load`` are two objects
    on a file system that ignores case. Characters outside of ASCII are encoded, so that forms of
    one letter (NFC, NFD) differ anyway.
    """
    name = _encode(unit_id)
    if _CASE_SENSITIVE.search(_ESCAPE.sub("", unit_id)):
        name += f"{_CASE_MARK}{hashlib.sha256(name.encode()).hexdigest()[:_CASE_HASH_LENGTH]}"
    return shorten(name, _NAME_LIMIT)


def _encode(unit_id: str) -> str:
    encoded = quote(unit_id, safe="", errors="surrogatepass")
    if encoded.startswith("."):
        encoded = "%2E" + encoded[1:]
    return encoded or "%"


def make_object_path(kind: str, run_id: str, unit_id: str, extension: str) -> str:
    """Return the path of a unit's records of one kind, relative to the sink's root."""
    return f"{make_run_folder(kind, run_id)}/{name_object(unit_id)}.{extension}"


def list_object_paths(kind: str, run_id: str, unit_id: str, extension: str) -> tuple[str, ...]:
    """Return ``make_object_path`` and, for a name with upper-case letters, the former path."""
    path = make_object_path(kind, run_id, unit_id, extension)
    former = f"{make_run_folder(kind, run_id)}/{_former_name(unit_id)}.{extension}"
    return (path,) if path == former else (path, former)


def _former_name(unit_id: str) -> str:
    return shorten(_encode(unit_id), _NAME_LIMIT)


def hide(name: str) -> str:
    """Return the name of a file that readers pass over; no object has it."""
    return f".{name}"


def make_run_folder(kind: str, run_id: str) -> str:
    """Return the folder of a run's records of one kind; query engines see it as a partition."""
    return f"{kind}/run={name_object(run_id)}"


def make_manifest_path(run_id: str) -> str:
    """Return the path of a run's manifest, relative to the sink's root."""
    return f"runs/{name_object(run_id)}.json"


def make_index_path(run_id: str, unit_id: str) -> str:
    """Return the path of the index that says which lines of a unit's objects form which part."""
    return make_object_path(INDEX_FOLDER, run_id, unit_id, "json")


def list_index_paths(run_id: str, unit_id: str) -> tuple[str, ...]:
    """Return ``make_index_path`` and the path of former versions; see ``list_object_paths``."""
    return list_object_paths(INDEX_FOLDER, run_id, unit_id, "json")


def make_shared_object_path(kind: str, run_id: str, extension: str) -> str:
    """Return a new path for records of one kind of several units."""
    return f"{make_run_folder(kind, run_id)}/units-{secrets.token_hex(8)}.{extension}"


def make_shared_index_path(run_id: str) -> str:
    """Return the path of the index of all units of a run that share objects."""
    return f"{make_run_folder(INDEX_FOLDER, run_id)}/{_SHARED_INDEX}"


def make_newest_run_path(scope: str) -> str:
    """Return the path of the file that names the newest run of a scope, given by its hash."""
    return f"{INDEX_FOLDER}/newest-{scope}.json"


def shorten_key(key: str) -> str:
    """Return ``key``, or a shorter text when a database could not index it."""
    return shorten(key, KEY_LIMIT)


def shorten(ascii_text: str, limit: int) -> str:
    """Return ``ascii_text``, or its start and its hash when it is longer than ``limit``.

    A shortened text is one character longer than the limit, so it never equals another text that
    was short enough.
    """
    if len(ascii_text) <= limit:
        return ascii_text
    digest = hashlib.sha256(ascii_text.encode()).hexdigest()
    return f"{ascii_text[: limit - _DIGEST_LENGTH]}~{digest}"
