"""Make objects of the small units of a run, at its commit.

The lines of the entries that receipts name go from the journals into objects of some megabytes.
An object of the older run whose units all keep their lines becomes an object of this run as it is.
Of other objects the kept lines are copied. The index of the run says which lines belong to whom.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from glueline_worker.sinks.atomic_files import make_temporary_path, publish, sync_folder, sync_path
from glueline_worker.sinks.errors import SinkRefused, SinkUnavailable
from glueline_worker.sinks.files.formats.model import ObjectFormat
from glueline_worker.sinks.files.journal import EntryPlace, JournalEntry, JournalReader
from glueline_worker.sinks.files.object_file import LineReader, ObjectFile
from glueline_worker.sinks.files.previous_run import is_untouched
from glueline_worker.sinks.files.stored import StoredObject
from glueline_worker.sinks.files.unit_index import IndexReader, IndexWriter
from glueline_worker.sinks.object_names import (
    OBJECT_KINDS,
    hide,
    make_run_folder,
    make_shared_index_path,
    make_shared_object_path,
)


@dataclass
class _Output:
    """An object that is being made; ``number`` is that of the index."""

    file: ObjectFile
    number: int
    records: int = 0


@contextmanager
def pack_units(
    root: Path, run_id: str, places: Mapping[str, EntryPlace], object_format: ObjectFormat
) -> Iterator["Packing"]:
    """Make the objects of small units, given by the places of their entries.

    Raises SinkRefused when an entry is missing or damaged, SinkUnavailable and OSError. After an
    error in the block, too, nothing has been lost: the commit can be repeated.
    """
    packing = Packing(root, run_id, object_format)
    try:
        with _translate_index_errors(run_id):
            packing.pack(places)
        yield packing
    finally:
        packing.close()


class Packing:
    """The objects and the index of the small units of a run."""

    def __init__(self, root: Path, run_id: str, object_format: ObjectFormat) -> None:
        """Create nothing yet."""
        self._root = root
        self._format = object_format
        self._run_id = run_id
        self._index_path = root / make_shared_index_path(run_id)
        self._temporary = make_temporary_path(self._index_path)
        self._outputs: dict[str, _Output] = {}
        self._kept: dict[tuple[str, str], tuple[int, StoredObject]] = {}
        self._new_kinds = set[str]()
        self._folders = set[Path]()
        self.objects: list[StoredObject] = []
        """The objects that small units share."""

    def pack(self, places: Mapping[str, EntryPlace]) -> None:
        """Make all objects and an index, which is not in its place yet."""
        if not places:
            return
        self._temporary.parent.mkdir(parents=True, exist_ok=True)
        self._index = IndexWriter(self._temporary)
        with closing(self._index):
            for unit_id, entry, place in self._read_entries(places):
                self._add(unit_id, entry, place)
            self._settle_kept_objects()
            for kind in tuple(self._outputs):
                self._finish(kind)
            self.objects = self._index.list_objects()
            self._index.finish()
        for folder in self._folders:  # once, however many objects it got
            sync_folder(folder)
        sync_path(self._temporary)

    def publish_index(self) -> None:
        """Put the index into its place: after the manifest, which lists its objects."""
        if self._temporary.exists():
            publish(self._temporary, self._index_path)

    def close(self) -> None:
        """Remove what is not in its place."""
        for output in self._outputs.values():
            with suppress(OSError):
                output.file.abandon()
        self._temporary.unlink(missing_ok=True)

    def _read_entries(
        self, places: Mapping[str, EntryPlace]
    ) -> Iterator[tuple[str, JournalEntry, EntryPlace]]:
        """Yield all entries in the order in which they stand in the journals."""
        committed = IndexReader(self._index_path)
        with closing(JournalReader(self._index_path.parent)) as journals:
            for unit_id, place in sorted(places.items(), key=lambda item: item[1]):
                entry: JournalEntry | None
                try:
                    entry = journals.read(place)
                except FileNotFoundError:
                    entry = _find_committed_entry(committed, unit_id, place)
                except ValueError as error:
                    raise SinkRefused(f"{error}; extract {unit_id} again") from None
                if entry is None or entry.unit != unit_id:
                    raise SinkRefused(
                        f"{unit_id} was stored in {self._root} and is gone; do all workers share "
                        "the folder?"
                    )
                yield unit_id, entry, place

    def _add(self, unit_id: str, entry: JournalEntry, place: EntryPlace) -> None:
        unit = self._index.add_unit(unit_id, place.as_text, entry.parts)
        for kind, lines in entry.lines.items():
            number, start, end = self._append(kind, lines, entry.records[kind])
            self._index.add_lines(unit, number, start, end, entry.records[kind])
        for kept in entry.kept.values():
            self._index.add_lines(unit, self._use(kept.object), kept.start, kept.end, kept.records)

    def _use(self, stored: StoredObject) -> int:
        """Return the number of an object of which lines are kept."""
        key = (stored.kind, Path(stored.path).name)
        if key not in self._kept:
            self._kept[key] = (self._index.add_object(stored.kind), stored)
        return self._kept[key][0]

    def _append(self, kind: str, lines: bytes, records: int) -> tuple[int, int, int]:
        """Write lines to an object; return its number, and their start and end."""
        if kind not in OBJECT_KINDS:
            raise SinkRefused(f"{kind!r} is no kind of record")
        if kind not in self._outputs:
            self._new_kinds.add(kind)
            self._outputs[kind] = _Output(self._create(kind), self._index.add_object(kind))
        output = self._outputs[kind]
        start, end = output.file.append(lines, records)
        output.records += records
        if output.file.is_full:
            self._finish(kind)
        return output.number, start, end

    def _create(self, kind: str) -> ObjectFile:
        path = self._root / self._make_path(kind)
        path.parent.mkdir(parents=True, exist_ok=True)
        return ObjectFile(make_temporary_path(path), kind, self._format)

    def _make_path(self, kind: str) -> str:
        return make_shared_object_path(kind, self._run_id, self._format.extension)

    def _finish(self, kind: str) -> None:
        """Close an object and put it into its place."""
        output = self._outputs[kind]
        digest = output.file.finish()
        path = self._make_path(kind)
        modified = output.file.path.stat().st_mtime_ns
        self._put(output.file.path, path)
        del self._outputs[kind]
        self._index.describe_object(
            output.number,
            StoredObject(
                path=path,
                kind=kind,
                records=output.records,
                bytes=output.file.size,
                sha256=digest,
                modified_ns=modified,
            ),
        )

    def _settle_kept_objects(self) -> None:
        """Keep objects whole, or copy the lines that are kept.

        A small object is copied, too, when there are other new lines of its kind. Otherwise runs
        with few changes would leave more and more small objects.
        """
        whole = list[tuple[int, StoredObject, Path]]()
        with closing(LineReader(self._root)) as reader:
            for number, stored in self._kept.values():
                source = self._find_source(stored)
                if self._is_whole(number, stored, source):
                    whole.append((number, stored, source))
                else:
                    self._copy(number, stored.kind, source, reader)
            for number, stored, source in whole:
                if stored.bytes < self._format.large_object and stored.kind in self._new_kinds:
                    self._copy(number, stored.kind, source, reader)
                else:
                    self._take_over(number, stored, source)

    def _is_whole(self, number: int, stored: StoredObject, source: Path) -> bool:
        is_whole = self._index.measure_lines(number) == stored.extent
        return is_whole and is_untouched(source, stored)

    def _find_source(self, stored: StoredObject) -> Path:
        """Return an object of an older run under its name in this one, or of this run's commit."""
        folder = self._root / make_run_folder(stored.kind, self._run_id)
        name = Path(stored.path).name
        for path in (folder / hide(name), folder / name):
            if path.exists():
                return path
        raise SinkRefused(
            f"{folder / name} was stored and is gone; do all workers share the folder?"
        )

    def _copy(self, number: int, kind: str, source: Path, reader: LineReader) -> None:
        path = source.relative_to(self._root).as_posix()
        for lines in self._index.list_lines(number):
            content = reader.read(kind, path, lines.start, lines.end)
            self._index.move_lines(lines.row, *self._append(kind, content, lines.records))
        self._index.remove_object(number)

    def _take_over(self, number: int, stored: StoredObject, source: Path) -> None:
        path = f"{make_run_folder(stored.kind, self._run_id)}/{Path(stored.path).name}"
        if source != self._root / path:
            self._put(source, path)
        self._index.describe_object(number, stored.model_copy(update={"path": path}))

    def _put(self, file: Path, path: str) -> None:
        """Put a finished file into its place, which is durable at the end of ``pack``."""
        place = self._root / path
        publish(file, place, is_durable=False)
        self._folders.add(place.parent)


def _find_committed_entry(
    committed: IndexReader, unit_id: str, place: EntryPlace
) -> JournalEntry | None:
    """Return a unit whose journal was removed, because the run was committed before."""
    found = committed.find(unit_id)
    if found is None or found.entry != place.as_text:
        return None
    return JournalEntry(unit_id, kept=found.lines, parts=found.parts)


@contextmanager
def _translate_index_errors(run_id: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise SinkUnavailable(f"cannot write the index of run {run_id}: {error}") from error
