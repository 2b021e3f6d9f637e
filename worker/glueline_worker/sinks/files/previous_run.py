"""The results of an older run, from which a run takes over what has not changed.

``index/newest-<scope>.json`` names the newest run of a scope. Which lines of its objects belong to
which part, and under which fingerprint, says ``index/run=<id>/units.db`` for small units and
``index/run=<id>/<unit>.json`` for a unit with objects of its own. This counts only while the
objects have the size and the time, to the nanosecond, that they had. Otherwise the parts are read
again.
"""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
from pydantic import Field, ValidationError

from glueline.contract.messages import encode
from glueline.contract.model import StrictModel
from glueline_worker.sinks.atomic_files import remove_temporaries, write_atomically
from glueline_worker.sinks.files.stored import (
    LineSpan,
    StoredLines,
    StoredObject,
    StoredPart,
    StoredUnit,
)
from glueline_worker.sinks.files.unit_index import IndexReader, decode_parts
from glueline_worker.sinks.model import Run
from glueline_worker.sinks.object_names import (
    list_index_paths,
    make_index_path,
    make_manifest_path,
    make_newest_run_path,
    make_shared_index_path,
)

_FIRST_EXTENSION = "jsonl"
"""That of the only format of earlier versions, whose hashes do not tell it."""


class UnitIndex(StrictModel):
    """The parts of a unit with objects of its own, by key; ``objects`` are by kind."""

    unit: str
    objects: dict[str, StoredObject] = Field(default_factory=dict)
    parts: dict[str, StoredPart] = Field(default_factory=dict)


class NewestRun(StrictModel):
    """The newest run of a scope."""

    run_id: str
    generation: int


class PreviousRun:
    """The committed run that a run takes over from."""

    def __init__(self, root: Path, run_id: str) -> None:
        """Read nothing yet."""
        self._root = root
        self._run_id = run_id
        self._shared = IndexReader(root / make_shared_index_path(run_id))

    def find_unit(self, unit_id: str) -> StoredUnit | None:
        """Return a unit; None when its objects have changed since they were written."""
        found = self._find_shared(unit_id) or self._find_own(unit_id)
        if found is None:
            return None
        objects = (lines.object for lines in found.lines.values())
        return (
            found if all(is_untouched(self._root / each.path, each) for each in objects) else None
        )

    def _find_shared(self, unit_id: str) -> StoredUnit | None:
        found = self._shared.find(unit_id)
        with suppress(ValidationError):
            return found and StoredUnit(found.lines, decode_parts(found.parts))
        return None

    def _find_own(self, unit_id: str) -> StoredUnit | None:
        for path in list_index_paths(self._run_id, unit_id):
            with suppress(OSError, ValidationError):
                index = UnitIndex.model_validate_json((self._root / path).read_bytes())
                if index.unit == unit_id:
                    lines = {k: StoredLines.of_whole(each) for k, each in index.objects.items()}
                    return StoredUnit(lines, index.parts)
        return None


def find_previous_run(root: Path, run: Run, extension: str) -> PreviousRun | None:
    """Return the run that ``run`` can take over from; None without one or for a full run.

    Its objects have the same ``extension``.
    """
    if run.request.options.full:
        return None
    found = _read_newest_run(root, run, extension)
    if found is None or not (root / make_manifest_path(found.run_id)).is_file():
        return None
    return PreviousRun(root, found.run_id)


def remember_newest_run(root: Path, run: Run, extension: str) -> None:
    """Let later runs of the scope take over from ``run``, unless a newer run has committed.

    It need not survive a loss of power: later runs then take over from an older run, or from none.
    """
    known = _read_newest_run(root, run, extension)
    if known is None or known.generation <= run.generation:
        newest = NewestRun(run_id=run.run_id, generation=run.generation)
        path = root / make_newest_run_path(_hash_scope(run, extension))
        write_atomically(path, newest.model_dump_json().encode(), is_durable=False)
        remove_temporaries(path)


def forget_newest_run(root: Path, run: Run, extension: str) -> None:
    """Keep later runs from taking over from ``run``."""
    known = _read_newest_run(root, run, extension)
    if known is not None and known.run_id == run.run_id:
        (root / make_newest_run_path(_hash_scope(run, extension))).unlink(missing_ok=True)


def write_own_index(
    root: Path,
    run_id: str,
    unit_id: str,
    objects: Mapping[str, StoredObject],
    parts: dict[str, StoredPart],
) -> None:
    """Store the index of a unit whose own objects are in place. Raises OSError.

    It need not survive a loss of power: without it, the next run reads the unit again.
    """
    index = UnitIndex(unit=unit_id, objects=dict(objects), parts=parts)
    content = orjson.dumps(index, default=_to_json_value)
    write_atomically(root / make_index_path(run_id, unit_id), content, is_durable=False)


def list_candidate_units(unit_id: str, kind: str, key: str) -> tuple[str, ...]:
    """Return the units that may have written a part.

    This is the unit itself, but a job can also come from the listing of all jobs.
    """
    if kind != "job":
        return (unit_id,)
    return ("jobs", f"job/{encode(unquote(key.rpartition('/')[2]))}")


def is_untouched(path: Path, stored: StoredObject) -> bool:
    """Tell whether the object at ``path`` has its size and its time."""
    try:
        stat = path.stat()
    except OSError:
        return False
    return (stat.st_size, stat.st_mtime_ns) == (stored.bytes, stored.modified_ns)


def _to_json_value(value: Any) -> Any:
    return tuple(value) if isinstance(value, LineSpan) else value.model_dump(exclude_defaults=True)


def _read_newest_run(root: Path, run: Run, extension: str) -> NewestRun | None:
    with suppress(OSError, ValidationError):
        return NewestRun.model_validate_json(
            (root / make_newest_run_path(_hash_scope(run, extension))).read_bytes()
        )
    return None


def _hash_scope(run: Run, extension: str) -> str:
    request = run.request.model_dump(mode="json", include={"source", "scope", "filters"})
    # Results from another place are not those of the scope.
    request["place"] = [run.place.of_catalog, run.place.of_jobs] if run.place else []
    if extension != _FIRST_EXTENSION:
        request["extension"] = extension
    return hashlib.sha256(orjson.dumps(request, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
