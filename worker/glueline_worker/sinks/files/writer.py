"""One attempt at a unit: a temporary file for each kind of record until the unit is complete."""

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
from glueline_worker.sinks.atomic_files import disk_errors, publish, sync, temporary_beside
from glueline_worker.sinks.base import Held, Part, Receipt
from glueline_worker.sinks.files.jsonl import JsonLines, Span
from glueline_worker.sinks.files.manifest import StoredObject, describe
from glueline_worker.sinks.files.previous_run import (
    Index,
    StoredPart,
    homes,
    read_index,
    write_index,
)
from glueline_worker.sinks.object_names import object_path

MKDIR_TRIES = 20
INDEXED = 20_000
"""Parts; of a unit with more (partitions, that is), none is taken over: memory stays bounded."""


class UnitFiles:
    """Streams records to temporary files and renames them at the end.

    A cancelled call may leave its thread running; the lock lets ``discard`` wait for it.
    """

    def __init__(
        self, name: str, root: Path, run_id: str, unit_id: str, base: str | None = None
    ) -> None:
        """Write below ``root``, the folder of the sink ``name``; keep what ``base`` left."""
        self._name = name
        self._root = root
        self._run_id = run_id
        self._unit_id = unit_id
        self._base = base
        self._files: dict[str, JsonLines] = {}
        self._parts: dict[str, StoredPart] = {}
        self._indexes: dict[str, Index | None] = {}
        self._kept: dict[str, Index] = {}
        self._turn = threading.Lock()
        self._may_have_files = False

    async def write(self, records: Sequence[Record]) -> None:
        """Append a batch."""
        self._may_have_files = True
        await asyncio.to_thread(self._write, records)

    async def held(self, kind: str, keys: Sequence[str]) -> Mapping[str, Held]:
        """See RememberingWriter."""
        return {} if self._base is None else await asyncio.to_thread(self._held, kind, keys)

    async def keep(self, kind: str, prints: Mapping[str, str]) -> None:
        """See RememberingWriter."""
        for key in prints:
            index = self._find(kind, key)
            assert index is not None, "only what is held is kept"
            self._kept[key] = index

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
        with self._turn, disk_errors(self._name):
            self._append(records)

    def _append(self, records: Sequence[Record]) -> tuple[Span, ...]:
        grouped = groupby(records, key=attrgetter("kind"))
        return tuple(self._file(kind).append(tuple(group)) for kind, group in grouped)

    def _write_parts(self, parts: Sequence[Part]) -> None:
        with self._turn, disk_errors(self._name):
            for part in parts:
                spans = self._append(part.records)
                if part.fingerprint and len(self._parts) <= INDEXED:
                    self._parts[part.key] = StoredPart(part.fingerprint, spans, part.inputs)

    def _held(self, kind: str, keys: Sequence[str]) -> dict[str, Held]:
        with self._turn:
            found = {key: index.parts[key] for key in keys if (index := self._find(kind, key))}
        return {key: Held(p.fingerprint, p.counts, p.inputs) for key, p in found.items()}

    def _find(self, kind: str, key: str) -> Index | None:
        """The index of the older run that has the part."""
        if self._base is None:
            return None
        for unit in homes(self._unit_id, kind, key):
            if unit not in self._indexes:
                self._indexes[unit] = read_index(self._root, self._base, unit)
            index = self._indexes[unit]
            if index and key in index.parts:
                return index
        return None

    def _file(self, kind: str) -> JsonLines:
        if kind not in self._files:
            self._files[kind] = _create(kind, self._root / self._path(kind))
        return self._files[kind]

    def _path(self, kind: str) -> str:
        return object_path(kind, self._run_id, self._unit_id, JsonLines.extension)

    def _complete(self) -> Receipt:
        with self._turn, disk_errors(self._name):
            if whole := self._same_unit():
                stored = [self._link(one) for one in whole.objects.values()]
                self._parts = whole.parts
            else:
                self._copy_kept()
                stored = [self._publish(kind, file) for kind, file in self._files.items()]
            self._files.clear()
            self._remember(stored)
        return {"objects": [one.model_dump() for one in stored]}

    def _same_unit(self) -> Index | None:
        """The unit of the older run, when this one is the same to the last part."""
        index = self._indexes.get(self._unit_id)
        if self._files or index is None or self._kept.keys() != index.parts.keys():
            return None
        is_own = all(of is index for of in self._kept.values())
        return index if is_own and index.is_complete else None

    def _copy_kept(self) -> None:
        for _, kept in groupby(self._kept.items(), key=lambda item: item[1].unit):
            with ExitStack() as stack:
                files: dict[str, IO[bytes]] = {}
                for key, index in kept:
                    for kind in index.objects.keys() - files.keys():
                        path = self._root / index.objects[kind].path
                        files[kind] = stack.enter_context(path.open("rb"))
                    part = index.parts[key]
                    spans = tuple(self._copy(span, files[span.kind]) for span in part.spans)
                    self._parts[key] = replace(part, spans=spans)

    def _copy(self, span: Span, file: IO[bytes]) -> Span:
        file.seek(span.start)
        return self._file(span.kind).take(file.read(span.end - span.start), span.records)

    def _link(self, old: StoredObject) -> StoredObject:
        """Give an older run's object a second name, so that either run can be removed."""
        path = self._root / self._path(old.kind)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = temporary_beside(path)
        try:
            os.link(self._root / old.path, temporary)
        except FileNotFoundError:
            raise
        except OSError:  # a file system without links
            shutil.copyfile(self._root / old.path, temporary)
            with temporary.open("rb") as copied:
                sync(copied.fileno())
        publish(temporary, path)
        temporary.unlink(missing_ok=True)  # a rename between two names of one file does nothing
        modified = path.stat().st_mtime_ns
        changes = {"path": self._path(old.kind), "unit": self._unit_id, "modified_ns": modified}
        return old.model_copy(update=changes)

    def _remember(self, stored: Sequence[StoredObject]) -> None:
        if self._parts and len(self._parts) <= INDEXED:
            objects = {one.kind: one for one in stored}
            index = Index(unit=self._unit_id, objects=objects, parts=self._parts)
            write_index(self._root, self._run_id, index)

    def _publish(self, kind: str, file: JsonLines) -> StoredObject:
        file.finish()
        path = self._path(kind)
        temporary = file.path.relative_to(self._root).as_posix()
        measured = describe(self._root, temporary, kind, self._unit_id, file.records)
        publish(file.path, self._root / path)
        return measured.model_copy(update={"path": path})

    def _discard(self) -> None:
        with self._turn:
            for file in self._files.values():
                with suppress(OSError):
                    file.abandon()
                    # A run that was stopped leaves nothing, not even a folder made too late.
                    file.path.parent.rmdir()
            self._files.clear()


def _create(kind: str, path: Path) -> JsonLines:
    """Begin a file beside ``path``; another attempt's ``discard`` may take the folder away.

    ``mkdir`` says that the folder exists when it goes just after that was found.
    """
    tries = 0
    while True:
        tries += 1
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return JsonLines(kind, temporary_beside(path))
        except (FileNotFoundError, FileExistsError):
            if tries == MKDIR_TRIES:
                raise
