"""Files of JSON Lines: each line is one record."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from glueline.contract.records import Record
from glueline.contract.terminal import escape_json
from glueline_worker.sinks.atomic_files import sync_file
from glueline_worker.sinks.json_text import to_json

_CHUNK = 1 << 20
_BUFFER = 1 << 17
"""Bytes. A table is often 8 kB, which fills Python's own buffer: each would be a system call."""


class LineSpan(NamedTuple):
    """Lines in the object of a kind of record. It is a tuple, because there may be many."""

    kind: str
    start: int
    """The first byte."""
    end: int
    """The byte behind the last."""
    records: int


class JsonLinesFile:
    """A file that records are appended to."""

    extension = "jsonl"

    def __init__(self, kind: str, path: Path) -> None:
        """Create the file ``path`` for records of one kind."""
        self.kind = kind
        self._file = path.open("xb", buffering=_BUFFER)
        self.path = path
        self.records = 0
        self._bytes = 0

    def append(self, records: Sequence[Record]) -> LineSpan:
        """Write one line for each of ``records`` and return where they are."""
        lines = b"".join(escape_json(to_json(record)[1]) + b"\n" for record in records)
        return self.append_lines(lines, len(records))

    def append_lines(self, lines: bytes, records: int) -> LineSpan:
        """Write finished lines and return where they are."""
        start = self._bytes
        self._file.write(lines)
        self._bytes += len(lines)
        self.records += records
        return LineSpan(self.kind, start, self._bytes, records)

    def finish(self) -> None:
        """Make all lines durable and close the file."""
        self._file.flush()
        sync_file(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """Close the file and remove it."""
        try:
            self.path.unlink(missing_ok=True)
        finally:
            self._file.close()

    @staticmethod
    def count(path: Path) -> int | None:
        """Count the records in the file ``path``; None when its last line is cut off."""
        lines, chunk = 0, b"\n"
        with path.open("rb") as file:
            while more := file.read(_CHUNK):
                chunk = more
                lines += chunk.count(b"\n")
        return lines if chunk.endswith(b"\n") else None
