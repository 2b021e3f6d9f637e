"""Write one attempt at a unit: a temporary file for each kind of record, renamed at the end."""

import asyncio
import os
import shutil
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import IO

from glueline.contract.records import Record
from glueline_worker.sinks.atomic_files import (
    make_temporary_path,
    publish,
    sync_file,
    translate_disk_errors,
)
from glueline_worker.sinks.files.jsonl import JsonLinesFile, LineSpan
from glueline_worker.sinks.files.manifest import StoredObject, measure_object
from glueline_worker.sinks.files.previous_run import (
    StoredPart,
    UnitIndex,
    list_candidate_units,
    read_index,
    write_index,
)
from glueline_worker.sinks.model import Part, Receipt, StoredEntry
from glueline_worker.sinks.object_names import make_object_path

_MKDIR_TRIES = 20
_MAX_INDEXED_PARTS = 20_000
"""A unit with more parts (that is, partitions) is not taken over, so that memory stays bounded."""


class FileUnitWriter:
    """Streams records to temporary files and renames them at the end.

    A cancelled call may leave its thread running. The lock lets ``discard`` wait for it.
    """

    def __init__(
        self, name: str, root: Path, run_id: str, unit_id: str, base: str | None = None
    ) -> None:
        """Write below ``root``, the folder of the sink ``name``; take over from run ``base``."""
        self._name = name
        self._root = root
        self._run_id = run_id
        self._unit_id = unit_id
        self._base = base
        self._files: dict[str, JsonLinesFile] = {}
        self._parts: dict[str, StoredPart] = {}
        self._indexes: dict[str, UnitIndex | None] = {}
        self._unchanged: dict[str, UnitIndex] = {}
        self._lock = threading.Lock()
        self._may_have_files = False

    async def write(self, records: Sequence[Record]) -> None:
        """Append a batch."""
        self._may_have_files = True
        await asyncio.to_thread(self._write, records)

    async def find_stored_entries(
        self, kind: str, keys: Sequence[str]
    ) -> Mapping[str, StoredEntry]:
        """Return the parts among ``keys`` that the older run left, by key."""
        if self._base is None:
            return {}
        return await asyncio.to_thread(self._find_stored_entries, kind, keys)

    async def mark_unchanged(self, kind: str, fingerprints: Mapping[str, str]) -> None:
        """Remember parts of the older run; ``complete`` copies or links their lines."""
        for key in fingerprints:
            index = self._find_index(kind, key)
            assert index is not None, "only stored parts can be unchanged"
            self._unchanged[key] = index

    async def write_parts(self, parts: Sequence[Part]) -> None:
        """Append parts."""
        self._may_have_files = True
        await asyncio.to_thread(self._write_parts, parts)

    async def complete(self) -> Receipt:
        """Rename the files into place."""
        self._may_have_files = True
        receipt = await asyncio.to_thread(self._complete)
        self._may_have_files = False
        return receipt

    async def discard(self) -> None:
        """Remove the temporary files."""
        if self._may_have_files:
            await asyncio.to_thread(self._discard)

    def _write(self, records: Sequence[Record]) -> None:
        with self._lock, translate_disk_errors(self._name):
            self._append(records)

    def _append(self, records: Sequence[Record]) -> tuple[LineSpan, ...]:
        grouped = groupby(records, key=attrgetter("kind"))
        return tuple(self._open_file(kind).append(tuple(group)) for kind, group in grouped)

    def _write_parts(self, parts: Sequence[Part]) -> None:
        with self._lock, translate_disk_errors(self._name):
            for part in parts:
                spans = self._append(part.records)
                if part.fingerprint and len(self._parts) <= _MAX_INDEXED_PARTS:
                    self._parts[part.key] = StoredPart(part.fingerprint, spans, part.inputs)

    def _find_stored_entries(self, kind: str, keys: Sequence[str]) -> dict[str, StoredEntry]:
        with self._lock:
            found = {
                key: index.parts[key] for key in keys if (index := self._find_index(kind, key))
            }
        return {key: StoredEntry(p.fingerprint, p.counts, p.inputs) for key, p in found.items()}

    def _find_index(self, kind: str, key: str) -> UnitIndex | None:
        """Return the index of the older run that has the part."""
        if self._base is None:
            return None
        for unit in list_candidate_units(self._unit_id, kind, key):
            if unit not in self._indexes:
                self._indexes[unit] = read_index(self._root, self._base, unit)
            index = self._indexes[unit]
            if index and key in index.parts:
                return index
        return None

    def _open_file(self, kind: str) -> JsonLinesFile:
        if kind not in self._files:
            self._files[kind] = _create_file(kind, self._root / self._path(kind))
        return self._files[kind]

    def _path(self, kind: str) -> str:
        return make_object_path(kind, self._run_id, self._unit_id, JsonLinesFile.extension)

    def _complete(self) -> Receipt:
        with self._lock, translate_disk_errors(self._name):
            if same := self._find_same_unit():
                stored = [self._link(old) for old in same.objects.values()]
                self._parts = same.parts
            else:
                self._copy_unchanged()
                stored = [self._publish(kind, file) for kind, file in self._files.items()]
            self._files.clear()
            self._write_index(stored)
        return {"objects": [each.model_dump() for each in stored]}

    def _find_same_unit(self) -> UnitIndex | None:
        """Return the unit of the older run when this one has the same parts and no others."""
        index = self._indexes.get(self._unit_id)
        if self._files or index is None or self._unchanged.keys() != index.parts.keys():
            return None
        is_own = all(other is index for other in self._unchanged.values())
        return index if is_own and index.is_complete else None

    def _copy_unchanged(self) -> None:
        for _, unchanged in groupby(self._unchanged.items(), key=lambda item: item[1].unit):
            with ExitStack() as stack:
                files: dict[str, IO[bytes]] = {}
                for key, index in unchanged:
                    for kind in index.objects.keys() - files.keys():
                        path = self._root / index.objects[kind].path
                        files[kind] = stack.enter_context(path.open("rb"))
                    part = index.parts[key]
                    spans = tuple(self._copy(span, files[span.kind]) for span in part.spans)
                    self._parts[key] = replace(part, spans=spans)

    def _copy(self, span: LineSpan, file: IO[bytes]) -> LineSpan:
        file.seek(span.start)
        return self._open_file(span.kind).append_lines(
            file.read(span.end - span.start), span.records
        )

    def _link(self, old: StoredObject) -> StoredObject:
        """Give an older run's object a second name, so that either run can be removed."""
        path = self._root / self._path(old.kind)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = make_temporary_path(path)
        try:
            os.link(self._root / old.path, temporary)
        except FileNotFoundError:
            raise  # the object is gone, and a copy would fail as well
        except OSError:  # a file system without links
            shutil.copyfile(self._root / old.path, temporary)
            with temporary.open("rb") as copied:
                sync_file(copied.fileno())
        publish(temporary, path)
        temporary.unlink(missing_ok=True)  # a rename between two names of one file does nothing
        modified = path.stat().st_mtime_ns
        changes = {"path": self._path(old.kind), "unit": self._unit_id, "modified_ns": modified}
        return old.model_copy(update=changes)

    def _write_index(self, stored: Sequence[StoredObject]) -> None:
        if self._parts and len(self._parts) <= _MAX_INDEXED_PARTS:
            objects = {each.kind: each for each in stored}
            index = UnitIndex(unit=self._unit_id, objects=objects, parts=self._parts)
            write_index(self._root, self._run_id, index)

    def _publish(self, kind: str, file: JsonLinesFile) -> StoredObject:
        file.finish()
        path = self._path(kind)
        temporary = file.path.relative_to(self._root).as_posix()
        measured = measure_object(self._root, temporary, kind, self._unit_id, file.records)
        publish(file.path, self._root / path)
        return measured.model_copy(update={"path": path})

    def _discard(self) -> None:
        with self._lock:
            for file in self._files.values():
                with suppress(OSError):
                    file.abandon()
                    # A stopped run leaves nothing, not even a folder that was made too late.
                    file.path.parent.rmdir()
            self._files.clear()


def _create_file(kind: str, path: Path) -> JsonLinesFile:
    """Create a temporary file beside ``path``.

    The ``discard`` of another attempt may remove the folder at any moment. When that happens
    within ``mkdir``, it raises FileExistsError for a folder that no longer exists.
    """
    tries = 0
    while True:
        tries += 1
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return JsonLinesFile(kind, make_temporary_path(path))
        except (FileNotFoundError, FileExistsError):
            if tries == _MKDIR_TRIES:
                raise
