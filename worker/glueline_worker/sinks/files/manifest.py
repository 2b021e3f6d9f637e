"""What a run left behind: its objects, each checked before the manifest lists it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from glueline.contract.model import StrictModel, first_error
from glueline.contract.records import KINDS
from glueline_worker.sinks.base import Commit, Receipt, SinkRefused
from glueline_worker.sinks.files.jsonl import JsonLines
from glueline_worker.sinks.object_names import INDEX, index_paths, object_paths, run_folder

MANIFEST_VERSION = 1


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
    """Tells at commit whether another attempt has replaced the object since."""


class Objects(StrictModel):
    """The receipt of a unit."""

    objects: tuple[StoredObject, ...] = ()


def describe(root: Path, path: str, kind: str, unit: str, records: int) -> StoredObject:
    """Measure the object at ``path``. Raises OSError."""
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


def stored_objects(root: Path, commit: Commit) -> list[StoredObject]:
    """List the objects of all receipts as they stand on the disk.

    Raises SinkRefused when one is missing, cut off or outside the run's folders, and OSError.
    """
    run_id = commit.run.run_id
    return [
        _verified(root, run_id, stored)
        for unit_id, receipt in sorted(commit.receipts.items())
        for stored in _read(unit_id, receipt).objects
    ]


def lost_records(commit: Commit, objects: list[StoredObject]) -> str:
    """Say of which units fewer records stand there than were stored; empty when of none.

    Another attempt may have put its own in their place, or an older copy of the folder came back.
    """
    stand = {stored.path: stored.records for stored in objects}
    units = sorted(
        unit_id
        for unit_id, receipt in commit.receipts.items()
        if any(stored.records > stand[stored.path] for stored in _read(unit_id, receipt).objects)
    )
    if not units:
        return ""
    return (
        f"fewer records stand in the folder than {len(units)} units had written, {units[0]!r} "
        "among them; was it restored? Extract again"
    )


def _read(unit_id: str, receipt: Receipt) -> Objects:
    try:
        return Objects.model_validate(receipt)
    except ValidationError as error:
        problem = first_error(error)
        raise SinkRefused(f"the receipt of {unit_id} is none of a file sink: {problem}") from None


def _verified(root: Path, run_id: str, stored: StoredObject) -> StoredObject:
    path = stored.path
    paths = object_paths(stored.kind, run_id, stored.unit, JsonLines.extension)
    if path not in paths or stored.kind not in KINDS:
        raise SinkRefused(f"{stored.path!r} is no object of run {run_id}")
    try:
        stat = (root / path).stat()
    except FileNotFoundError:
        raise SinkRefused(
            f"{root / path} was stored and is gone; do all workers share the folder?"
        ) from None
    if (stat.st_size, stat.st_mtime_ns) == (stored.bytes, stored.modified_ns):
        return stored
    return _replaced(root, stored)


def _replaced(root: Path, stored: StoredObject) -> StoredObject:
    """Describe what another attempt at the same unit, or its copy, put in the object's place."""
    records = JsonLines.count(root / stored.path)
    if records is None:
        raise SinkRefused(f"{root / stored.path} is cut off; extract {stored.unit} again")
    return describe(root, stored.path, stored.kind, stored.unit, records)


def manifest(commit: Commit, objects: list[StoredObject]) -> bytes:
    """Write what ``runs/<run id>.json`` says."""
    run = commit.run
    request = run.request.model_dump(mode="json")
    content: dict[str, Any] = {
        "manifest_version": MANIFEST_VERSION,
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


def listed_in(path: Path, run_id: str) -> set[str] | None:
    """The paths of a manifest's objects and of their indexes; None where there is no manifest."""
    try:
        objects = orjson.loads(path.read_bytes())["objects"]
        found = {stored["path"] for stored in objects}
        units = {stored["unit"] for stored in objects}
        return found.union(*(index_paths(run_id, unit) for unit in units))
    except (FileNotFoundError, KeyError, TypeError, orjson.JSONDecodeError):
        return None


def folders(root: Path, run_id: str) -> Iterator[Path]:
    """The run's folders that exist, that of its indexes among them."""
    for kind in (*KINDS, INDEX):
        folder = root / run_folder(kind, run_id)
        if folder.is_dir():
            yield folder
