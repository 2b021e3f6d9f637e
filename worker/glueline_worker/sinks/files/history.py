"""Which places the runs of a source have read, and how new they were.

``index/source-<hash>-<hash>.json`` is of one source and place. It outlives the runs themselves.
"""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from glueline.contract.model import StrictModel
from glueline.contract.records import place_of
from glueline_worker.sinks.atomic_files import remove_temporaries, write_whole
from glueline_worker.sinks.base import Run
from glueline_worker.sinks.files.previous_run import Newest
from glueline_worker.sinks.object_names import INDEX


class ReadPlace(StrictModel):
    """The newest run of a source in one place."""

    source: str
    place: str
    run_id: str
    generation: int


def remember_place(root: Path, run: Run) -> None:
    """Note where ``run`` read, unless a newer one has."""
    place = run.place.of_catalog if run.place else ""
    path = root / INDEX / f"source-{_hash(run.source)}-{_hash(place)}.json"
    known = _read(path)
    if known is None or known.generation <= run.generation:
        this = ReadPlace(
            source=run.source, place=place, run_id=run.run_id, generation=run.generation
        )
        write_whole(path, this.model_dump_json().encode())
        remove_temporaries(path)


def newest_generation(root: Path, source: str) -> int:
    """The greatest generation of a source; 0 where none is known.

    A folder of before these notes says what its newest runs had, whatever their source: to be
    newer than need be does no harm.
    """
    found = [one.generation for one in _places(root, source)]
    return max(found or _older(root), default=0)


def other_places(root: Path, run: Run) -> list[str]:
    """Say in a warning that the source has read other places than the run's."""
    if run.place is None:
        return []
    here, unknown = run.place.of_catalog, place_of(run.place.region, None)
    others = {one.place for one in _places(root, run.source)} - {here, unknown, ""}
    if not others:
        return []
    names = ", ".join(f"{place!r}" for place in sorted(others))
    warning = (
        f"the source {run.source!r} reads {here!r} now; runs of it that read {names} are still "
        "there: read each Region and account under a source of its own, or remove those runs and "
        f"their {INDEX}/source-*.json"
    )
    return [warning]


def _places(root: Path, source: str) -> Iterator[ReadPlace]:
    for path in (root / INDEX).glob(f"source-{_hash(source)}-*.json"):
        if known := _read(path):
            yield known


def _older(root: Path) -> Iterator[int]:
    for path in (root / INDEX).glob("newest-*.json"):
        with suppress(OSError, ValidationError):
            yield Newest.model_validate_json(path.read_bytes()).generation


def _read(path: Path) -> ReadPlace | None:
    with suppress(OSError, ValidationError):
        return ReadPlace.model_validate_json(path.read_bytes())
    return None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
