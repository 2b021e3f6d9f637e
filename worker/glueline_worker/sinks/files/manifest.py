"""The manifest of a run, which lists its objects."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from glueline_worker.sinks.files.stored import StoredObject
from glueline_worker.sinks.model import Commit
from glueline_worker.sinks.object_names import (
    INDEX_FOLDER,
    OBJECT_KINDS,
    list_index_paths,
    make_run_folder,
    make_shared_index_path,
)

_MANIFEST_VERSION = 2


def make_manifest(commit: Commit, objects: Sequence[StoredObject]) -> bytes:
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
        units = {stored["unit"] for stored in objects} - {None}
        indexes = (list_index_paths(run_id, unit) for unit in units)
        return found.union({make_shared_index_path(run_id)}, *indexes)
    except (FileNotFoundError, KeyError, TypeError, orjson.JSONDecodeError):
        return None


def list_run_folders(root: Path, run_id: str) -> Iterator[Path]:
    """Yield the folders of the run that exist, including that of its indexes."""
    for kind in (*OBJECT_KINDS, INDEX_FOLDER):
        folder = root / make_run_folder(kind, run_id)
        if folder.is_dir():
            yield folder
