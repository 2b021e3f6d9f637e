"""``file:``: a folder with one object for each unit and kind, and a manifest for each run."""

import asyncio
import shutil
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile

from glueline.contract.errors import UsageError
from glueline.contract.runs import RunState
from glueline_worker.sinks.atomic_files import disk_errors, remove_temporaries, write_whole
from glueline_worker.sinks.base import Commit, CommitReport, Run, SinkUnavailable
from glueline_worker.sinks.files.history import newest_generation, other_places, remember_place
from glueline_worker.sinks.files.manifest import (
    folders,
    listed_in,
    lost_records,
    manifest,
    stored_objects,
)
from glueline_worker.sinks.files.previous_run import forget_newest, newest, remember_newest
from glueline_worker.sinks.files.writer import UnitFiles
from glueline_worker.sinks.object_names import index_paths, manifest_path
from glueline_worker.sinks.sink_url import Location

FORMATS = ("jsonl",)
RUNS_REMEMBERED = 100


def file_sink(location: Location) -> "FileSink":
    """Make the sink of a ``file:`` URL; raises UsageError."""
    location.refuse_options_except(("format",))
    wanted = location.options.get("format", "jsonl")
    if wanted not in FORMATS:
        known = ", ".join(FORMATS)
        raise UsageError(f"the sink {location.name!r} has no format {wanted!r}; known: {known}")
    if host := location.host:
        raise UsageError(
            f"the sink {location.name!r} names a host; write file:{host}{location.path} for a "
            f"relative folder or file:///{host}{location.path} for an absolute one"
        )
    if not location.path:
        raise UsageError(f"the sink {location.name!r} names no folder; write for example file:out")
    return FileSink(location.name, Path(location.path))


class FileSink:
    """Stores each unit as whole objects below ``root``; readers trust the manifests."""

    def __init__(self, name: str, root: Path) -> None:
        """Store below ``root``; ``name`` is what errors call the sink."""
        self.name = name
        self.identity = f"file://{root.resolve().as_posix()}"
        self._root = root
        self._bases: dict[str, str | None] = {}

    async def open(self) -> None:
        """Create the folder and try to write to it."""
        await asyncio.to_thread(self._open)

    async def newest_generation(self, source: str) -> int:
        """See Sink."""
        return await asyncio.to_thread(newest_generation, self._root, source)

    async def begin(self, run: Run, unit_id: str) -> UnitFiles:
        """Start an attempt; nothing is created before its first record."""
        if run.run_id not in self._bases:
            if len(self._bases) == RUNS_REMEMBERED:
                self._bases.clear()
            self._bases[run.run_id] = await asyncio.to_thread(newest, self._root, run)
        return UnitFiles(self.name, self._root, run.run_id, unit_id, self._bases[run.run_id])

    async def commit(self, commit: Commit) -> CommitReport:
        """Write the manifest, then remove what the receipts do not list."""
        warnings, lost = await asyncio.to_thread(self._commit, commit)
        return CommitReport(warnings=(*([lost] if lost else []), *warnings), lost=lost)

    async def abort(self, run: Run, *, replayed: bool = False) -> None:
        """Remove the run's manifest and objects, but what a manifest from before a replay lists."""
        await asyncio.to_thread(self._abort, run, replayed=replayed)

    async def close(self) -> None:
        """Nothing stays open between calls."""

    def _open(self) -> None:
        with disk_errors(self.name):
            self._root.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=self._root):
                pass

    def _commit(self, commit: Commit) -> tuple[list[str], str]:
        run_id = commit.run.run_id
        with disk_errors(self.name):
            objects = stored_objects(self._root, commit)
            lost = lost_records(commit, objects)
            if lost and commit.state is RunState.SUCCEEDED:
                commit = replace(commit, state=RunState.PARTIAL)
            path = self._root / manifest_path(run_id)
            write_whole(path, manifest(commit, objects))
            remove_temporaries(path)
            if commit.state in (RunState.SUCCEEDED, RunState.PARTIAL):
                remember_newest(self._root, commit.run)
            remember_place(self._root, commit.run)
            listed = {stored.path for stored in objects}
            indexes = {path for unit in commit.receipts for path in index_paths(run_id, unit)}
            self._remove_others(run_id, listed | indexes)
            return other_places(self._root, commit.run), lost

    def _abort(self, run: Run, *, replayed: bool) -> None:
        with disk_errors(self.name):
            if not self._root.exists():
                raise SinkUnavailable(f"{self.name} is gone; is its file system mounted?")
            path = self._root / manifest_path(run.run_id)
            remove_temporaries(path)
            if replayed and (listed := listed_in(path, run.run_id)) is not None:
                self._remove_others(run.run_id, listed)
                return
            forget_newest(self._root, run)
            path.unlink(missing_ok=True)
            for folder in folders(self._root, run.run_id):
                shutil.rmtree(folder)

    def _remove_others(self, run_id: str, listed: Collection[str]) -> None:
        keep = {self._root / path for path in listed}
        for folder in folders(self._root, run_id):
            for unlisted in set(folder.iterdir()) - keep:
                unlisted.unlink(missing_ok=True)
