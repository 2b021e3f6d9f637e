"""The places that the runs of a source have read, and the newest run of each.

``index/source-<hash>-<hash>.json`` belongs to one source and place. It outlives the runs
themselves.
"""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from glueline.contract.model import StrictModel
from glueline.contract.records import place_of
from glueline_worker.sinks.atomic_files import remove_temporaries, write_atomically
from glueline_worker.sinks.files.previous_run import NewestRun
from glueline_worker.sinks.model import Run
from glueline_worker.sinks.object_names import INDEX_FOLDER


class PlaceEntry(StrictModel):
    """The newest run of a source in one place."""

    source: str
    place: str
    run_id: str
    generation: int


def remember_place(root: Path, run: Run) -> None:
    """Store the place that ``run`` read, unless a newer run has."""
    place = run.place.of_catalog if run.place else ""
    path = root / INDEX_FOLDER / f"source-{_hash(run.source)}-{_hash(place)}.json"
    known = _read(path)
    if known is None or known.generation <= run.generation:
        entry = PlaceEntry(
            source=run.source, place=place, run_id=run.run_id, generation=run.generation
        )
        write_atomically(path, entry.model_dump_json().encode())
        remove_temporaries(path)


def find_newest_generation(root: Path, source: str) -> int:
    """Return the greatest generation of a source; 0 where none is known.

    A folder of an older version has no files for sources. Then the newest runs of all sources
    count: a generation that is greater than necessary does no harm.
    """
    found = [entry.generation for entry in _read_places(root, source)]
    return max(found or _read_newest_generations(root), default=0)


def warn_of_other_places(root: Path, run: Run) -> list[str]:
    """Return a warning when the source has read other places than the run's."""
    if run.place is None:
        return []
    here, unknown = run.place.of_catalog, place_of(run.place.region, None)
    others = {entry.place for entry in _read_places(root, run.source)} - {here, unknown, ""}
    if not others:
        return []
    names = ", ".join(f"{place!r}" for place in sorted(others))
    warning = (
        f"the source {run.source!r} reads {here!r} now; runs of it that read {names} are still "
        "there: read each Region and account under a source of its own, or remove those runs and "
        f"their {INDEX_FOLDER}/source-*.json"
    )
    return [warning]


def _read_places(root: Path, source: str) -> Iterator[PlaceEntry]:
    for path in (root / INDEX_FOLDER).glob(f"source-{_hash(source)}-*.json"):
        if known := _read(path):
            yield known


def _read_newest_generations(root: Path) -> Iterator[int]:
    for path in (root / INDEX_FOLDER).glob("newest-*.json"):
        with suppress(OSError, ValidationError):
            yield NewestRun.model_validate_json(path.read_bytes()).generation


def _read(path: Path) -> PlaceEntry | None:
    with suppress(OSError, ValidationError):
        return PlaceEntry.model_validate_json(path.read_bytes())
    return None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
