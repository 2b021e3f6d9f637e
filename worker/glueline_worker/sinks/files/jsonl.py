"""JSON Lines: one record a line."""

from collections.abc import Sequence
from pathlib import Path

from glueline.contract.records import Record
from glueline.contract.text import escaped
from glueline_worker.sinks.disk import sync
from glueline_worker.sinks.text import as_json

CHUNK = 1 << 20


class JsonLines:
    """A file that records are appended to."""

    extension = "jsonl"

    def __init__(self, path: Path) -> None:
        """Create the file ``path``."""
        self._file = path.open("xb")
        self.path = path
        self.records = 0

    def append(self, records: Sequence[Record]) -> None:
        """Write one line for each of ``records``."""
        for record in records:
            self._file.write(escaped(as_json(record)[1]).encode() + b"\n")
        self.records += len(records)

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
