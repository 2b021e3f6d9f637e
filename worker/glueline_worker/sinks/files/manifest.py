"""Write the manifest of a run, which lists its objects, after a check of each."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from glueline.contract.model import StrictModel, first_error
from glueline.contract.records import KINDS
from glueline_worker.sinks.errors import SinkRefused
from glueline_worker.sinks.files.jsonl import JsonLinesFile
from glueline_worker.sinks.model import Commit, Receipt
from glueline_worker.sinks.object_names import (
    INDEX_FOLDER,
    list_index_paths,
    list_object_paths,
    make_run_folder,
)

_MANIFEST_VERSION = 1


class StoredObject(StrictModel):
    """One object: the records of one kind that one unit yielded."""

    path: str
    """Relative to the sink's root."""
    kind: str
    unit: str
    records: int
    bytes: int
    sha256: str
    modified_ns: int
    """Shows at commit whether another attempt has replaced the object since."""


class FileReceipt(StrictModel):
    """The receipt of a unit."""

    objects: tuple[StoredObject, ...] = ()


def measure_object(root: Path, path: str, kind: str, unit: str, records: int) -> StoredObject:
    """Measure size, hash and time of the object at ``path``. Raises OSError."""
    with (root / path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    stat = (root / path).stat()
    return StoredObject(
        path=path,
        kind=kind,
        unit=unit,
        records=records,
        bytes=stat.st_size,
        sha256=digest,
        modified_ns=stat.st_mtime_ns,
    )


def verify_objects(root: Path, commit: Commit) -> list[StoredObject]:
    """Return the objects of all receipts as they are on the disk.

    Raises SinkRefused when one is missing, cut off or outside the run's folders, and OSError.
    """
    run_id = commit.run.run_id
    return [
        _verify(root, run_id, stored)
        for unit_id, receipt in sorted(commit.receipts.items())
        for stored in _parse_receipt(unit_id, receipt).objects
    ]


def describe_lost_records(commit: Commit, objects: list[StoredObject]) -> str:
    """Name the units of which the folder holds fewer records than they stored; empty for none.

    Another attempt may have replaced their objects, or an older copy of the folder was restored.
    """
    present = {stored.path: stored.records for stored in objects}
    units = sorted(
        unit_id
        for unit_id, receipt in commit.receipts.items()
        if any(
            stored.records > present[stored.path]
            for stored in _parse_receipt(unit_id, receipt).objects
        )
    )
    if not units:
        return ""
    return (
        f"the folder holds fewer records than {len(units)} units had written, {units[0]!r} "
        "among them; was it restored? Extract again"
    )


def _parse_receipt(unit_id: str, receipt: Receipt) -> FileReceipt:
    try:
        return FileReceipt.model_validate(receipt)
    except ValidationError as error:
        problem = first_error(error)
        raise SinkRefused(f"the receipt of {unit_id} is none of a file sink: {problem}") from None


def _verify(root: Path, run_id: str, stored: StoredObject) -> StoredObject:
    path = stored.path
    paths = list_object_paths(stored.kind, run_id, stored.unit, JsonLinesFile.extension)
    if path not in paths or stored.kind not in KINDS:
        raise SinkRefused(f"{path!r} is no object of run {run_id}")
    try:
        stat = (root / path).stat()
    except FileNotFoundError:
        raise SinkRefused(
            f"{root / path} was stored and is gone; do all workers share the folder?"
        ) from None
    if (stat.st_size, stat.st_mtime_ns) == (stored.bytes, stored.modified_ns):
        return stored
    return _measure_replacement(root, stored)


def _measure_replacement(root: Path, stored: StoredObject) -> StoredObject:
    """Measure the object that another attempt at the unit, or a copy of it, has put there."""
    records = JsonLinesFile.count(root / stored.path)
    if records is None:
        raise SinkRefused(f"{root / stored.path} is cut off; extract {stored.unit} again")
    return measure_object(root, stored.path, stored.kind, stored.unit, records)


def make_manifest(commit: Commit, objects: list[StoredObject]) -> bytes:
    """Return the content of ``runs/<run id>.json``."""
    run = commit.run
    request = run.request.model_dump(mode="json")
    content: dict[str, Any] = {
        "manifest_version": _MANIFEST_VERSION,
        "run_id": run.run_id,
        "generation": run.generation,
        "state": commit.state,
        "created_at": run.created_at,
        "finished_at": commit.finished_at,
        "source": run.source,
        "place": run.place.of_catalog if run.place else None,
        **{part: request[part] for part in ("scope", "filters", "options")},
        "counts": dict(commit.counts),
        "listings": sorted(commit.listings),
        "unread": sorted(commit.unread),
        "failures": [failure.model_dump(mode="json") for failure in commit.failures],
        "objects": [stored.model_dump(exclude={"modified_ns"}) for stored in objects],
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)


def read_listed_paths(path: Path, run_id: str) -> set[str] | None:
    """Return the paths of a manifest's objects and of their indexes; None without a manifest."""
    try:
        objects = orjson.loads(path.read_bytes())["objects"]
        found = {stored["path"] for stored in objects}
        units = {stored["unit"] for stored in objects}
        return found.union(*(list_index_paths(run_id, unit) for unit in units))
    except (FileNotFoundError, KeyError, TypeError, orjson.JSONDecodeError):
        return None


def list_run_folders(root: Path, run_id: str) -> Iterator[Path]:
    """Yield the folders of the run that exist, including that of its indexes."""
    for kind in (*KINDS, INDEX_FOLDER):
        folder = root / make_run_folder(kind, run_id)
        if folder.is_dir():
            yield folder
