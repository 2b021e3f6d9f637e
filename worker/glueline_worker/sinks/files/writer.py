"""Write one attempt at a unit: into the journal, or into objects of its own when it is large."""

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from glueline.contract.records import Record
from glueline_worker.sinks.atomic_files import (
    link_file,
    make_temporary_path,
    publish,
    translate_disk_errors,
)
from glueline_worker.sinks.files.formats.model import ObjectFormat
from glueline_worker.sinks.files.journal import JournalEntry
from glueline_worker.sinks.files.lines import EncodeRecords, UnitLines, encode_lines
from glueline_worker.sinks.files.object_file import LineReader, ObjectFile
from glueline_worker.sinks.files.previous_run import list_candidate_units, write_own_index
from glueline_worker.sinks.files.run_folder import RunFolder
from glueline_worker.sinks.files.stored import LineSpan, StoredObject, StoredPart, StoredUnit
from glueline_worker.sinks.files.unit_index import encode_parts
from glueline_worker.sinks.model import Part, Receipt, StoredEntry
from glueline_worker.sinks.object_names import make_object_path

_MKDIR_TRIES = 20
_SMALL_UNIT = 1 << 18
"""Bytes up to which a unit stays in memory until its end, and shares objects with others."""
_MAX_INDEXED_PARTS = 20_000
"""A unit with more parts (that is, partitions) is not taken over, so that memory stays bounded."""

StoreEntry = Callable[[RunFolder, JournalEntry], Awaitable[Receipt]]


class FileUnitWriter:
    """Holds the lines of a small unit until its end; streams those of a large one to files.

    A cancelled call may leave its thread running. The lock lets ``discard`` wait for it.
    """

    def __init__(
        self,
        folder: RunFolder,
        unit_id: str,
        store_entry: StoreEntry,
        encode: EncodeRecords = encode_lines,
    ) -> None:
        """Write the unit below ``folder``; ``store_entry`` puts a small unit into the journal.

        ``encode`` makes the lines.
        """
        self._encode = encode
        self._folder = folder
        self._unit_id = unit_id
        self._store_entry = store_entry
        self._lines = self._make_lines()
        self._files: dict[str, ObjectFile] = {}
        self._parts: dict[str, StoredPart] = {}
        self._old_units: dict[str, StoredUnit | None] = {}
        self._unchanged: dict[str, StoredUnit] = {}
        self._lock = threading.Lock()
        self._may_have_files = False

    async def write(self, records: Sequence[Record]) -> None:
        """Append a batch."""
        self._lines.append(records)
        await self._spill_if_large()

    async def write_parts(self, parts: Sequence[Part]) -> None:
        """Append parts."""
        for part in parts:
            spans = self._lines.append(part.records)
            if part.fingerprint and len(self._parts) <= _MAX_INDEXED_PARTS:
                self._parts[part.key] = StoredPart(
                    part.fingerprint, spans, part.inputs, self._count(part.records)
                )
        await self._spill_if_large()

    async def find_stored_entries(
        self, kind: str, keys: Sequence[str]
    ) -> Mapping[str, StoredEntry]:
        """Return the parts among ``keys`` that the older run left, by key."""
        if self._folder.previous is None:
            return {}
        return await asyncio.to_thread(self._find_stored_entries, kind, keys)

    async def mark_unchanged(self, kind: str, fingerprints: Mapping[str, str]) -> None:
        """Remember parts of the older run; ``complete`` takes over their lines."""
        for key in fingerprints:
            old = self._find_old_unit(kind, key)
            assert old is not None, "only stored parts can be unchanged"
            self._unchanged[key] = old

    def shares_commit(self) -> bool:
        """Tell whether the unit is small so far: it goes into the journal with others."""
        return not self._files

    async def complete(self) -> Receipt:
        """Store the unit durably: in the journal, or as objects of its own."""
        same = self._find_same_unit()
        if self._unchanged or self._files:
            self._may_have_files = True
            receipt = await asyncio.to_thread(self._complete_files, same)
            self._may_have_files = False
            if receipt is not None:
                return receipt
        entry = self._make_entry(same)
        return {} if entry.is_empty else await self._store_entry(self._folder, entry)

    async def discard(self) -> None:
        """Drop what waits and remove the temporary files."""
        self._lines = self._make_lines()
        self._parts = {}
        self._unchanged = {}
        if self._may_have_files:
            await asyncio.to_thread(self._discard)

    def _count(self, records: Sequence[Record]) -> dict[str, int] | None:
        """Count records that are no lines themselves."""
        if self._encode is encode_lines:
            return None
        return dict(Counter(record.kind for record in records))

    def _make_lines(self) -> UnitLines:
        return UnitLines(self._encode, counts_rows=self._folder.format.counts_rows)

    async def _spill_if_large(self) -> None:
        if self._lines.bytes > _SMALL_UNIT:
            self._may_have_files = True
            await asyncio.to_thread(self._spill, self._lines.take())

    def _spill(self, lines: Mapping[str, bytes]) -> None:
        with self._lock, translate_disk_errors(self._folder.name):
            self._append_to_files(lines)

    def _append_to_files(self, lines: Mapping[str, bytes]) -> None:
        for kind, more in lines.items():
            if kind not in self._files:
                path = self._folder.root / self._path(kind)
                self._files[kind] = _create_file(path, kind, self._folder.format)
            self._files[kind].append(more, more.count(b"\n"))

    def _find_stored_entries(self, kind: str, keys: Sequence[str]) -> dict[str, StoredEntry]:
        with self._lock:
            found = {key: old.parts[key] for key in keys if (old := self._find_old_unit(kind, key))}
        return {key: StoredEntry(p.fingerprint, p.counts, p.inputs) for key, p in found.items()}

    def _find_old_unit(self, kind: str, key: str) -> StoredUnit | None:
        """Return the unit of the older run that has the part."""
        if self._folder.previous is None:
            return None
        for unit_id in list_candidate_units(self._unit_id, kind, key):
            if unit_id not in self._old_units:
                self._old_units[unit_id] = self._folder.previous.find_unit(unit_id)
            old = self._old_units[unit_id]
            if old and key in old.parts:
                return old
        return None

    def _find_same_unit(self) -> StoredUnit | None:
        """Return the unit of the older run when this one has the same parts and no others."""
        old = self._old_units.get(self._unit_id)
        if not old or self._lines.records or self._unchanged.keys() != old.parts.keys():
            return None
        is_own = all(other is old for other in self._unchanged.values())
        return old if is_own and old.is_complete else None

    def _path(self, kind: str) -> str:
        return make_object_path(
            kind, self._folder.run_id, self._unit_id, self._folder.format.extension
        )

    def _complete_files(self, same: StoredUnit | None) -> Receipt | None:
        """Take over what is unchanged. Return the receipt of a large unit, None for a small one."""
        with self._lock, translate_disk_errors(self._folder.name):
            if same is None:
                self._copy_unchanged()
                if not self._files:
                    return None
                self._append_to_files(self._lines.take())
                return self._make_receipt([self._publish(*item) for item in self._files.items()])
            if same.is_shared:
                self._folder.keep(same.lines)
                return None
            self._parts = dict(same.parts)
            return self._make_receipt([self._link(old.object) for old in same.lines.values()])

    def _make_entry(self, same: StoredUnit | None) -> JournalEntry:
        parts = same.parts if same else self._parts
        index = encode_parts(parts if len(parts) <= _MAX_INDEXED_PARTS else {})
        if same:
            return JournalEntry(self._unit_id, kept=same.lines, parts=index)
        return JournalEntry(self._unit_id, self._lines.take(), self._lines.records, parts=index)

    def _copy_unchanged(self) -> None:
        with closing(LineReader(self._folder.root)) as reader:
            for key in sorted(self._unchanged, key=self._locate):
                old = self._unchanged[key]
                part = old.parts[key]
                spans = tuple(self._copy(span, old, reader) for span in part.spans)
                self._parts[key] = replace(part, spans=spans)
                if self._lines.bytes > _SMALL_UNIT:
                    self._append_to_files(self._lines.take())

    def _locate(self, key: str) -> list[tuple[str, int]]:
        """Return where an unchanged part starts. Objects are read fastest from start to end."""
        old = self._unchanged[key]
        found = ((old.lines[span.kind], span.start) for span in old.parts[key].spans)
        return [(lines.object.path, lines.start + start) for lines, start in found]

    def _copy(self, span: LineSpan, old: StoredUnit, reader: LineReader) -> LineSpan:
        lines = old.lines[span.kind]
        start, end = lines.start + span.start, lines.start + span.end
        copied = reader.read(span.kind, lines.object.path, start, end)
        return self._lines.append_lines(span.kind, copied, span.records)

    def _link(self, old: StoredObject) -> StoredObject:
        """Give an older run's object a second name, so that either run can be removed."""
        path = self._folder.root / self._path(old.kind)
        path.parent.mkdir(parents=True, exist_ok=True)
        link_file(self._folder.root / old.path, path)
        modified = path.stat().st_mtime_ns
        changes = {"path": self._path(old.kind), "unit": self._unit_id, "modified_ns": modified}
        return old.model_copy(update=changes)

    def _publish(self, kind: str, file: ObjectFile) -> StoredObject:
        digest = file.finish()
        path = self._path(kind)
        modified = file.path.stat().st_mtime_ns
        publish(file.path, self._folder.root / path)
        return StoredObject(
            path=path,
            kind=kind,
            records=self._lines.records[kind],
            bytes=file.size,
            sha256=digest,
            modified_ns=modified,
            unit=self._unit_id,
        )

    def _make_receipt(self, objects: Sequence[StoredObject]) -> Receipt:
        self._files.clear()
        if self._parts and len(self._parts) <= _MAX_INDEXED_PARTS:
            by_kind = {each.kind: each for each in objects}
            folder = self._folder
            write_own_index(folder.root, folder.run_id, self._unit_id, by_kind, self._parts)
        return {"objects": [each.model_dump(exclude_defaults=True) for each in objects]}

    def _discard(self) -> None:
        with self._lock:
            for file in self._files.values():
                with suppress(OSError):
                    file.abandon()
                    # A stopped run leaves nothing, not even a folder that was made too late.
                    file.path.parent.rmdir()
            self._files.clear()


def _create_file(path: Path, kind: str, object_format: ObjectFormat) -> ObjectFile:
    """Create a temporary file beside ``path``.

    The ``discard`` of another attempt may remove the folder at any moment. When that happens
    within ``mkdir``, it raises FileExistsError for a folder that no longer exists.
    """
    tries = 0
    while True:
        tries += 1
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return ObjectFile(make_temporary_path(path), kind, object_format)
        except (FileNotFoundError, FileExistsError):
            if tries == _MKDIR_TRIES:
                raise
