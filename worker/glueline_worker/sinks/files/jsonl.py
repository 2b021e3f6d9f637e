"""JSON Lines: one record a line."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from glueline.contract.records import Record
from glueline.contract.terminal import escape_json
from glueline_worker.sinks.atomic_files import sync
from glueline_worker.sinks.json_text import as_json

CHUNK = 1 << 20
BUFFER = 1 << 17
"""Bytes; a table is often 8 kB, which is Python's whole buffer: a system call for each."""


class Span(NamedTuple):
    """Lines in the object of a kind of record. A tuple takes little memory: there may be many."""

    kind: str
    start: int
    """The first byte."""
    end: int
    """The byte behind the last."""
    records: int


class JsonLines:
    """A file that records are appended to."""

    extension = "jsonl"

    def __init__(self, kind: str, path: Path) -> None:
        """Create the file ``path`` for records of one kind."""
        self.kind = kind
        self._file = path.open("xb", buffering=BUFFER)
        self.path = path
        self.records = 0
        self._bytes = 0

    def append(self, records: Sequence[Record]) -> Span:
        """Write one line for each of ``records``; where they are."""
        lines = b"".join(escape_json(as_json(record)[1]) + b"\n" for record in records)
        return self.take(lines, len(records))

    def take(self, lines: bytes, records: int) -> Span:
        """Write lines as they are; where they are."""
        start = self._bytes
        self._file.write(lines)
        self._bytes += len(lines)
        self.records += records
        return Span(self.kind, start, self._bytes, records)

    def finish(self) -> None:
        """Make all lines durable and close the file."""
        self._file.flush()
        sync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """Close the file and remove it."""
        try:
            self.path.unlink(missing_ok=True)
        finally:
            self._file.close()

    @staticmethod
    def count(path: Path) -> int | None:
        """How many records the file ``path`` holds; None when its last line is cut off."""
        lines, chunk = 0, b"\n"
        with path.open("rb") as file:
            while more := file.read(CHUNK):
                chunk = more
                lines += chunk.count(b"\n")
        return lines if chunk.endswith(b"\n") else None
