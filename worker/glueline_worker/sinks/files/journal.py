"""The journal, a file to which a process appends the small units of a run.

``index/run=<id>/.journal-<name>`` holds one entry for each unit that completed, and one write and
one ``fsync`` store the entries of many units. A receipt names an entry. Entries that no receipt
names do not count: a killed process and a repeated unit leave such. The commit of the run makes
objects of the others and removes the journal.
"""

import os
import secrets
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Annotated, Any, NamedTuple

import orjson
from pydantic import Field, TypeAdapter

from glueline.contract.model import StrictModel
from glueline_worker.sinks.atomic_files import sync_file, sync_folder
from glueline_worker.sinks.files.stored import StoredLines

_PREFIX = ".journal-"
_NO_PARTS = b"{}"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One small unit: new lines, or the lines that it keeps of an older run."""

    unit: str
    lines: Mapping[str, bytes] = field(default_factory=dict)
    """By kind of record."""
    records: Mapping[str, int] = field(default_factory=dict)
    """The records in ``lines``."""
    kept: Mapping[str, StoredLines] = field(default_factory=dict)
    """By kind of record."""
    parts: bytes = _NO_PARTS
    """The unit's parts as JSON on one line."""

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to store."""
        return not self.lines and not self.kept and self.parts == _NO_PARTS

    def encode(self) -> bytes:
        """Return the entry in the form of the file: a line of JSON, the parts, the lines."""
        sizes = {kind: [len(lines), self.records[kind]] for kind, lines in self.lines.items()}
        head = orjson.dumps(
            {"unit": self.unit, "lines": sizes, "kept": self.kept}, default=_to_json_value
        )
        return b"\n".join((head, self.parts, b"".join(self.lines.values())))

    @classmethod
    def decode(cls, content: bytes) -> "JournalEntry":
        """Parse what ``encode`` made; raises ValueError."""
        first, parts, rest = content.split(b"\n", 2)
        head = _HEAD.validate_json(first)
        lines, records, start = {}, {}, 0
        for kind, (size, count) in head.lines.items():
            lines[kind], records[kind] = rest[start : start + size], count
            start += size
        return cls(head.unit, lines, records, head.kept, parts)


class EntryPlace(NamedTuple):
    """The place of an entry, as a receipt names it: short, because there is one for each unit."""

    journal: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    start: int
    end: int
    checksum: int
    """CRC-32 of the entry."""

    @property
    def as_text(self) -> str:
        """The place on one line."""
        return " ".join(map(str, self))


class _Head(StrictModel):
    unit: str
    lines: dict[str, tuple[int, int]]
    kept: dict[str, StoredLines]


_HEAD = TypeAdapter(_Head)


class UnitJournal:
    """The journal of this process for one run."""

    def __init__(self, folder: Path) -> None:
        """Create nothing before the first entry."""
        self._name = secrets.token_hex(8)
        self.path = _make_path(folder, self._name)
        self._bytes = 0

    def append(self, entries: Sequence[bytes]) -> list[EntryPlace]:
        """Store encoded entries in one step and return their places.

        Raises OSError; then none of them is stored. It is FileNotFoundError when the journal was
        removed at the end of the run.
        """
        if not self._bytes:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("r+b" if self._bytes else "xb", buffering=0) as file:
            try:
                self._write(b"".join(entries), file)
            except OSError:
                self._take_back(file)
                raise
        return [self._advance(entry) for entry in entries]

    def _write(self, content: bytes, file: IO[bytes]) -> None:
        file.seek(self._bytes)
        rest = memoryview(content)
        while rest:
            rest = rest[file.write(rest) :]
        sync_file(file.fileno())
        if not self._bytes:
            sync_folder(self.path.parent)
        if not os.fstat(file.fileno()).st_nlink:
            raise FileNotFoundError(2, "the journal was removed", str(self.path))

    def _take_back(self, file: IO[bytes]) -> None:
        """Give back the room of entries that were not stored."""
        with suppress(OSError):
            file.truncate(self._bytes)
            if not self._bytes:
                self.path.unlink()

    def _advance(self, entry: bytes) -> EntryPlace:
        start, self._bytes = self._bytes, self._bytes + len(entry)
        checksum = zlib.crc32(entry)
        return EntryPlace(self._name, start, self._bytes, checksum)


class JournalReader:
    """Reads entries of all journals of a run, and keeps the last one open; close it."""

    def __init__(self, folder: Path) -> None:
        """Read the journals in ``folder``."""
        self._folder = folder
        self._name = ""
        self._file: IO[bytes] | None = None

    def read(self, place: EntryPlace) -> JournalEntry:
        """Return an entry; raises ValueError when it is damaged, and OSError."""
        if self._file is None or self._name != place.journal:
            self.close()
            self._file = _make_path(self._folder, place.journal).open("rb")
            self._name = place.journal
        self._file.seek(place.start)
        content = self._file.read(place.end - place.start)
        if zlib.crc32(content) != place.checksum:
            raise ValueError(f"{self._file.name} is cut off or damaged")
        return JournalEntry.decode(content)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _make_path(folder: Path, name: str) -> Path:
    return folder / f"{_PREFIX}{name}"


def _to_json_value(value: Any) -> Any:
    return value.model_dump()
