"""JSON Lines: each line is one record."""

import errno
import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO

from glueline.contract.records import Record
from glueline.contract.terminal import escape_json
from glueline_worker.sinks.atomic_files import sync_file
from glueline_worker.sinks.files.stored import LineSpan
from glueline_worker.sinks.json_text import to_json

EXTENSION = "jsonl"
_CHUNK = 1 << 20
_BUFFER = 1 << 17
"""Bytes; with Python's own 8 kB, each unit would be a system call."""


EncodeRecords = Callable[[Sequence[Record]], Iterable[tuple[str, bytes]]]
"""Makes lines, each with its kind, of the records of a part."""


def encode_lines(records: Sequence[Record]) -> Iterable[tuple[str, bytes]]:
    """Yield each record as a line of its kind."""
    for record in records:
        yield record.kind, escape_json(to_json(record)[1])


class UnitLines:
    """Lines of one unit by kind, which wait in memory to be stored."""

    def __init__(self, encode: EncodeRecords = encode_lines) -> None:
        """Hold nothing yet."""
        self._encode = encode
        self.bytes = 0
        """The size of all lines that wait."""
        self.records: dict[str, int] = {}
        """Lines by kind, with those that were taken."""
        self._waiting: dict[str, list[bytes]] = {}
        self._ends: dict[str, int] = {}

    def append(self, records: Sequence[Record]) -> tuple[LineSpan, ...]:
        """Add the lines of ``records``; return one span for each kind."""
        starts, before = dict(self._ends), dict(self.records)
        for kind, line in self._encode(records):
            self.append_lines(kind, line + b"\n", 1)
        return tuple(
            LineSpan(kind, starts.get(kind, 0), end, self.records[kind] - before.get(kind, 0))
            for kind, end in self._ends.items()
            if end > starts.get(kind, 0)
        )

    def append_lines(self, kind: str, lines: bytes, records: int) -> LineSpan:
        """Add finished lines and return where they are."""
        start = self._ends.get(kind, 0)
        self._ends[kind] = start + len(lines)
        self.records[kind] = self.records.get(kind, 0) + records
        self._waiting.setdefault(kind, []).append(lines)
        self.bytes += len(lines)
        return LineSpan(kind, start, self._ends[kind], records)

    def take(self) -> dict[str, bytes]:
        """Return the lines that wait, by kind; they wait no longer."""
        taken = {kind: b"".join(lines) for kind, lines in self._waiting.items()}
        self._waiting.clear()
        self.bytes = 0
        return taken


class ObjectFile:
    """A file that lines are appended to until it is an object."""

    def __init__(self, path: Path) -> None:
        """Create the file ``path``."""
        self._file = path.open("xb", buffering=_BUFFER)
        self.path = path
        self.bytes = 0
        self._hash = hashlib.sha256()

    def append(self, lines: bytes) -> int:
        """Write finished lines and return their first byte."""
        start = self.bytes
        self._file.write(lines)
        self._hash.update(lines)
        self.bytes += len(lines)
        return start

    def finish(self) -> str:
        """Make all lines durable and close the file; return their SHA-256."""
        self._file.flush()
        sync_file(self._file.fileno())
        self._file.close()
        return self._hash.hexdigest()

    def abandon(self) -> None:
        """Close the file and remove it."""
        try:
            self.path.unlink(missing_ok=True)
        finally:
            self._file.close()


def count_lines(path: Path) -> int | None:
    """Count the records in the file ``path``; None when its last line is cut off."""
    lines, chunk = 0, b"\n"
    with path.open("rb") as file:
        while more := file.read(_CHUNK):
            chunk = more
            lines += chunk.count(b"\n")
    return lines if chunk.endswith(b"\n") else None


class LineReader:
    """Reads lines out of objects, and keeps the last object of each kind open; close it."""

    def __init__(self, root: Path) -> None:
        """Read below ``root``."""
        self._root = root
        self._files: dict[str, tuple[str, IO[bytes]]] = {}

    def read(self, kind: str, path: str, start: int, end: int) -> bytes:
        """Return the bytes from ``start`` to before ``end``; raises OSError."""
        known, file = self._files.get(kind, ("", None))
        if file is None or known != path:
            if file is not None:
                file.close()
            file = (self._root / path).open("rb")
            self._files[kind] = (path, file)
        file.seek(start)
        lines = file.read(end - start)
        if len(lines) < end - start:
            raise OSError(errno.EIO, "the file is cut off", path)
        return lines

    def close(self) -> None:
        """Close all files."""
        for _, file in self._files.values():
            file.close()
