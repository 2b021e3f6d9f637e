"""The sink ``file:``, a folder with objects of lines and a manifest for each run."""

import asyncio
import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile

from glueline.contract.errors import UsageError
from glueline.contract.runs import RunState
from glueline_worker.sinks.atomic_files import (
    remove_temporaries,
    translate_disk_errors,
    write_atomically,
)
from glueline_worker.sinks.errors import SinkUnavailable
from glueline_worker.sinks.files.formats.model import ObjectFormat
from glueline_worker.sinks.files.formats.registry import FORMAT_OPTIONS, parse_format
from glueline_worker.sinks.files.history import (
    find_newest_generation,
    remember_place,
    warn_of_other_places,
)
from glueline_worker.sinks.files.journal import JournalEntry
from glueline_worker.sinks.files.lines import EncodeRecords, encode_lines
from glueline_worker.sinks.files.manifest import (
    list_run_folders,
    make_manifest,
    read_listed_paths,
)
from glueline_worker.sinks.files.packing import pack_units
from glueline_worker.sinks.files.previous_run import forget_newest_run, remember_newest_run
from glueline_worker.sinks.files.receipts import (
    describe_lost_records,
    parse_receipts,
    verify_objects,
)
from glueline_worker.sinks.files.run_folder import RunFolder, append_to_journals
from glueline_worker.sinks.files.writer import FileUnitWriter
from glueline_worker.sinks.group_commit import GroupCommit
from glueline_worker.sinks.model import Commit, CommitReport, Receipt, Run
from glueline_worker.sinks.object_names import (
    list_index_paths,
    make_manifest_path,
    make_shared_index_path,
)
from glueline_worker.sinks.sink_url import SinkUrl

_RUNS_REMEMBERED = 100


def make_file_sink(sink_url: SinkUrl) -> "FileSink":
    """Make the sink of a ``file:`` URL; raises UsageError."""
    sink_url.refuse_options_except(FORMAT_OPTIONS)
    return FileSink(sink_url.name, parse_folder(sink_url), parse_format(sink_url))


def parse_folder(sink_url: SinkUrl) -> Path:
    """Return the folder that a URL without a host names; raises UsageError."""
    scheme, path = sink_url.scheme, sink_url.path
    if host := sink_url.host:
        raise UsageError(
            f"the sink {sink_url.name!r} names a host; write {scheme}:{host}{path} for a "
            f"relative folder or {scheme}:///{host}{path} for an absolute one"
        )
    if not path:
        raise UsageError(
            f"the sink {sink_url.name!r} names no folder; write for example {scheme}:out"
        )
    return Path(path)


class FileSink:
    """Stores runs as objects below ``root``. Readers go by the manifests."""

    def __init__(
        self,
        name: str,
        root: Path,
        object_format: ObjectFormat,
        *,
        scheme: str = "file",
        make_encoder: Callable[[Run], EncodeRecords] = lambda _: encode_lines,
    ) -> None:
        """Store below ``root``; errors call the sink ``name``.

        ``make_encoder`` returns what makes the lines of a run.
        """
        self.name = name
        self.identity = f"{scheme}://{root.resolve().as_posix()}"
        self._root = root
        self._format = object_format
        self._make_encoder = make_encoder
        self._folders: dict[str, RunFolder] = {}
        self._group = GroupCommit(self._append)

    async def open(self) -> None:
        """Create the folder and try to write to it."""
        await asyncio.to_thread(self._open)

    async def newest_generation(self, source: str) -> int:
        """Read the greatest generation of a source from the files beside the manifests."""
        return await asyncio.to_thread(find_newest_generation, self._root, source)

    async def begin(self, run: Run, unit_id: str) -> FileUnitWriter:
        """Start an attempt. Nothing is created before its first record."""
        folder = self._folders.get(run.run_id)
        if folder is None or folder.is_removed:
            if len(self._folders) >= _RUNS_REMEMBERED:
                self._folders.clear()
            folder = await asyncio.to_thread(RunFolder, self.name, self._root, run, self._format)
            # Another unit may have been faster. A run has one journal in a process.
            folder = self._remember(folder)
        return FileUnitWriter(folder, unit_id, self._store_entry, self._make_encoder(run))

    async def commit(self, commit: Commit) -> CommitReport:
        """Write the manifest, then remove all objects that the receipts do not list."""
        warnings, lost = await asyncio.to_thread(self._commit, commit)
        return CommitReport(warnings=(*([lost] if lost else []), *warnings), lost=lost)

    async def abort(self, run: Run, *, replayed: bool = False) -> None:
        """Remove the manifest and the objects of the run.

        Objects that a manifest from before a replay lists stay.
        """
        await asyncio.to_thread(self._abort, run, replayed=replayed)

    async def close(self) -> None:
        """Do nothing: no file stays open between calls."""

    def _remember(self, folder: RunFolder) -> RunFolder:
        known = self._folders.get(folder.run_id)
        if known is None or known.is_removed:
            self._folders[folder.run_id] = folder
        return self._folders[folder.run_id]

    async def _store_entry(self, folder: RunFolder, entry: JournalEntry) -> Receipt:
        return await self._group.join((folder, entry))

    async def _append(
        self, entries: Sequence[tuple[RunFolder, JournalEntry]]
    ) -> Sequence[Receipt | Exception]:
        return await asyncio.to_thread(append_to_journals, entries)

    def _open(self) -> None:
        with translate_disk_errors(self.name):
            self._root.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=self._root):
                pass

    def _commit(self, commit: Commit) -> tuple[list[str], str]:
        run_id = commit.run.run_id
        with translate_disk_errors(self.name):
            receipts = parse_receipts(commit)
            objects = verify_objects(self._root, run_id, receipts)
            lost = describe_lost_records(receipts, objects)
            if lost and commit.state is RunState.SUCCEEDED:
                commit = replace(commit, state=RunState.PARTIAL)
            path = self._root / make_manifest_path(run_id)
            places = {unit: each.entry for unit, each in receipts.items() if each.entry}
            with pack_units(self._root, run_id, places, self._format) as packing:
                objects += packing.objects
                write_atomically(path, make_manifest(commit, objects))
                packing.publish_index()
            remove_temporaries(path)
            if commit.state in (RunState.SUCCEEDED, RunState.PARTIAL):
                remember_newest_run(self._root, commit.run, self._format.extension)
            remember_place(self._root, commit.run)
            large = (unit_id for unit_id, receipt in receipts.items() if receipt.objects)
            indexes = {path for unit_id in large for path in list_index_paths(run_id, unit_id)}
            indexes.add(make_shared_index_path(run_id))
            listed = {stored.path for stored in objects}
            self._remove_others(run_id, listed | indexes)
            return warn_of_other_places(self._root, commit.run), lost

    def _abort(self, run: Run, *, replayed: bool) -> None:
        with translate_disk_errors(self.name):
            if not self._root.exists():
                raise SinkUnavailable(f"{self.name} is gone; is its file system mounted?")
            path = self._root / make_manifest_path(run.run_id)
            remove_temporaries(path)
            if replayed and (listed := read_listed_paths(path, run.run_id)) is not None:
                self._remove_others(run.run_id, listed)
                return
            forget_newest_run(self._root, run, self._format.extension)
            path.unlink(missing_ok=True)
            for folder in list_run_folders(self._root, run.run_id):
                shutil.rmtree(folder)

    def _remove_others(self, run_id: str, listed: Collection[str]) -> None:
        keep = {self._root / path for path in listed}
        for folder in list_run_folders(self._root, run_id):
            for unlisted in set(folder.iterdir()) - keep:
                unlisted.unlink(missing_ok=True)
