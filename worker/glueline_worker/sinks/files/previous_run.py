"""The results of an older run, from which a run takes over what has not changed.

``index/run=<id>/<unit>.json`` says which lines of a unit's objects belong to which part, and under
which fingerprint. ``index/newest-<scope>.json`` names the newest run of a scope. An index counts
only while its objects have the size and the time, to the nanosecond, that they had when it was
written. Otherwise the parts are read again.
"""

import hashlib
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
from pydantic import Field, ValidationError

from glueline.contract.messages import encode
from glueline.contract.model import StrictModel
from glueline_worker.sinks.atomic_files import remove_temporaries, write_atomically
from glueline_worker.sinks.files.jsonl import LineSpan
from glueline_worker.sinks.files.manifest import StoredObject
from glueline_worker.sinks.model import Run
from glueline_worker.sinks.object_names import (
    list_index_paths,
    make_index_path,
    make_manifest_path,
    make_newest_run_path,
)


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part in a unit's objects."""

    fingerprint: str
    spans: tuple[LineSpan, ...]
    """One for each kind of record."""
    inputs: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Records by kind."""
        return {span.kind: span.records for span in self.spans}


class UnitIndex(StrictModel):
    """The parts of one unit, by key; ``objects`` are by kind."""

    unit: str
    objects: dict[str, StoredObject] = Field(default_factory=dict)
    parts: dict[str, StoredPart] = Field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Tell whether the objects hold the lines of these parts and nothing else."""
        counts = Counter[str]()
        for part in self.parts.values():
            counts.update(part.counts)
        return counts == {kind: stored.records for kind, stored in self.objects.items()}


class NewestRun(StrictModel):
    """The newest run of a scope."""

    run_id: str
    generation: int


def find_previous_run(root: Path, run: Run) -> str | None:
    """Return the run that ``run`` can take over from; None without one or for a full run."""
    if run.request.options.full:
        return None
    found = _read_newest_run(root, run)
    if found is None or not (root / make_manifest_path(found.run_id)).is_file():
        return None
    return found.run_id


def remember_newest_run(root: Path, run: Run) -> None:
    """Let later runs of the scope take over from ``run``, unless a newer run has committed."""
    known = _read_newest_run(root, run)
    if known is None or known.generation <= run.generation:
        newest = NewestRun(run_id=run.run_id, generation=run.generation)
        path = root / make_newest_run_path(_hash_scope(run))
        write_atomically(path, newest.model_dump_json().encode())
        remove_temporaries(path)


def forget_newest_run(root: Path, run: Run) -> None:
    """Keep later runs from taking over from ``run``."""
    known = _read_newest_run(root, run)
    if known is not None and known.run_id == run.run_id:
        (root / make_newest_run_path(_hash_scope(run))).unlink(missing_ok=True)


def read_index(root: Path, run_id: str, unit_id: str) -> UnitIndex | None:
    """Return the index of a unit; None when its objects have changed since it was written."""
    for path in list_index_paths(run_id, unit_id):
        with suppress(OSError, ValidationError):
            index = UnitIndex.model_validate_json((root / path).read_bytes())
            if index.unit == unit_id:
                is_whole = all(_is_untouched(root, stored) for stored in index.objects.values())
                return index if is_whole else None
    return None


def write_index(root: Path, run_id: str, index: UnitIndex) -> None:
    """Store the index of a unit whose objects are in place. Raises OSError."""
    content = orjson.dumps(index, default=_to_json_value)
    write_atomically(root / make_index_path(run_id, index.unit), content)


def list_candidate_units(unit_id: str, kind: str, key: str) -> tuple[str, ...]:
    """Return the units that may have written a part.

    This is the unit itself, but a job can also come from the listing of all jobs.
    """
    if kind != "job":
        return (unit_id,)
    return ("jobs", f"job/{encode(unquote(key.rpartition('/')[2]))}")


def _to_json_value(value: Any) -> Any:
    return tuple(value) if isinstance(value, LineSpan) else vars(value)


def _read_newest_run(root: Path, run: Run) -> NewestRun | None:
    with suppress(OSError, ValidationError):
        return NewestRun.model_validate_json(
            (root / make_newest_run_path(_hash_scope(run))).read_bytes()
        )
    return None


def _hash_scope(run: Run) -> str:
    request = run.request.model_dump(mode="json", include={"source", "scope", "filters"})
    # Results from another place are not those of the scope.
    request["place"] = [run.place.of_catalog, run.place.of_jobs] if run.place else []
    return hashlib.sha256(orjson.dumps(request, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def _is_untouched(root: Path, stored: StoredObject) -> bool:
    try:
        stat = (root / stored.path).stat()
    except OSError:
        return False
    return (stat.st_size, stat.st_mtime_ns) == (stored.bytes, stored.modified_ns)
