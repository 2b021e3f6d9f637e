"""What older runs left, so that a run takes over what has not changed.

``index/run=<id>/<unit>.json`` says of a unit's objects which lines belong to which part, under
which fingerprint; ``index/newest-<scope>.json`` names the newest run of a scope. An index whose
objects are not, to the byte and the nanosecond, those that it was written for is no index: the
parts are read again.
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
from glueline_worker.sinks.atomic_files import remove_temporaries, write_whole
from glueline_worker.sinks.base import Run
from glueline_worker.sinks.files.jsonl import Span
from glueline_worker.sinks.files.manifest import StoredObject
from glueline_worker.sinks.object_names import index_path, index_paths, manifest_path, newest_path


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part in a unit's objects."""

    fingerprint: str
    spans: tuple[Span, ...]
    """One for each kind of record."""
    inputs: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Records by kind."""
        return {span.kind: span.records for span in self.spans}


class Index(StrictModel):
    """The parts of one unit, by key; ``objects`` are by kind."""

    unit: str
    objects: dict[str, StoredObject] = Field(default_factory=dict)
    parts: dict[str, StoredPart] = Field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether the objects hold the lines of these parts and nothing else."""
        counts = Counter[str]()
        for part in self.parts.values():
            counts.update(part.counts)
        return counts == {kind: one.records for kind, one in self.objects.items()}


class Newest(StrictModel):
    """The newest run of a scope."""

    run_id: str
    generation: int


def newest(root: Path, run: Run) -> str | None:
    """The run that ``run`` can take over from, None when there is none or the run is full."""
    if run.request.options.full:
        return None
    found = _read_newest(root, run)
    if found is None or not (root / manifest_path(found.run_id)).is_file():
        return None
    return found.run_id


def remember_newest(root: Path, run: Run) -> None:
    """Let later runs of the scope take over from ``run``, unless a newer one has committed."""
    known = _read_newest(root, run)
    if known is None or known.generation <= run.generation:
        this = Newest(run_id=run.run_id, generation=run.generation)
        path = root / newest_path(_scope(run))
        write_whole(path, this.model_dump_json().encode())
        remove_temporaries(path)


def forget_newest(root: Path, run: Run) -> None:
    """Let no later run look for what ``run`` had left."""
    known = _read_newest(root, run)
    if known is not None and known.run_id == run.run_id:
        (root / newest_path(_scope(run))).unlink(missing_ok=True)


def read_index(root: Path, run_id: str, unit_id: str) -> Index | None:
    """The index of a unit whose objects stand as it says."""
    for path in index_paths(run_id, unit_id):
        with suppress(OSError, ValidationError):
            index = Index.model_validate_json((root / path).read_bytes())
            if index.unit == unit_id:
                whole = all(_stands(root, one) for one in index.objects.values())
                return index if whole else None
    return None


def write_index(root: Path, run_id: str, index: Index) -> None:
    """Store the index of a unit whose objects are in place. Raises OSError."""
    content = orjson.dumps(index, default=_plain)
    write_whole(root / index_path(run_id, index.unit), content)


def homes(unit_id: str, kind: str, key: str) -> tuple[str, ...]:
    """The units that may have left a part: its own or, of a job, also the listing of all jobs."""
    if kind != "job":
        return (unit_id,)
    return ("jobs", f"job/{encode(unquote(key.rpartition('/')[2]))}")


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, Span) else vars(value)


def _read_newest(root: Path, run: Run) -> Newest | None:
    with suppress(OSError, ValidationError):
        return Newest.model_validate_json((root / newest_path(_scope(run))).read_bytes())
    return None


def _scope(run: Run) -> str:
    request = run.request.model_dump(mode="json", include={"source", "scope", "filters"})
    request["place"] = _place(run)
    return hashlib.sha256(orjson.dumps(request, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def _place(run: Run) -> list[str]:
    """Where the run reads: what was found elsewhere is none of its own."""
    return [run.place.of_catalog, run.place.of_jobs] if run.place else []


def _stands(root: Path, stored: StoredObject) -> bool:
    try:
        stat = (root / stored.path).stat()
    except OSError:
        return False
    return (stat.st_size, stat.st_mtime_ns) == (stored.bytes, stored.modified_ns)
