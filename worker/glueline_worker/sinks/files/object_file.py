"""Objects as files: written once with their hash, and read in pieces."""

import hashlib
from pathlib import Path
from typing import IO

from glueline_worker.sinks.atomic_files import sync_file
from glueline_worker.sinks.files.formats.model import LinePicker, ObjectFormat
from glueline_worker.sinks.files.formats.registry import find_format

_BUFFER = 1 << 17
"""Bytes; with Python's own 8 kB, each unit would be a system call."""


class ObjectFile:
    """A file that lines of one kind are appended to until it is an object."""

    def __init__(self, path: Path, kind: str, object_format: ObjectFormat) -> None:
        """Create the file ``path``."""
        self._file = _HashedFile(path.open("xb", buffering=_BUFFER))
        self.path = path
        self._format = object_format
        self._end = 0
        self._line_bytes = 0
        try:
            self._writer = object_format.make_writer(kind, self._file)  # type: ignore[arg-type]
        except BaseException:
            self._file.close()
            path.unlink()
            raise

    @property
    def size(self) -> int:
        """The bytes of a finished file."""
        return self._file.size

    @property
    def is_full(self) -> bool:
        """Tell whether the object should take no more units."""
        return self._line_bytes >= self._format.full_object

    def append(self, lines: bytes, records: int) -> tuple[int, int]:
        """Write finished lines and return their first address and the one behind the last."""
        start = self._end
        self._writer.append(lines, records)
        self._line_bytes += len(lines)
        self._end += records if self._format.counts_rows else len(lines)
        return start, self._end

    def finish(self) -> str:
        """Make all lines durable and close the file; return its SHA-256."""
        self._writer.finish()
        return self._file.finish()

    def abandon(self) -> None:
        """Close the file and remove it."""
        self._writer.abandon()
        try:
            self.path.unlink(missing_ok=True)
        finally:
            self._file.close()


class _HashedFile:
    """A file that is written from its start to its end. It knows its size and its hash."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0
        self.closed = False

    def write(self, content: bytes) -> int:
        self._file.write(content)
        self._hash.update(content)
        written = memoryview(content).nbytes
        self.size += written
        return written

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        """Do nothing: ``finish`` makes the file durable."""

    def writable(self) -> bool:
        return True

    def finish(self) -> str:
        self._file.flush()
        sync_file(self._file.fileno())
        self._file.close()
        return self._hash.hexdigest()

    def close(self) -> None:
        self._file.close()


def count_lines(path: Path) -> int | None:
    """Count the records in the object ``path``; None when it is cut off. Raises OSError."""
    with path.open("rb") as file:
        try:
            return find_format(path.name).make_picker(file).count()
        except OSError:
            return None


class LineReader:
    """Reads lines out of objects, and keeps the last object of each kind open; close it."""

    def __init__(self, root: Path) -> None:
        """Read below ``root``."""
        self._root = root
        self._open: dict[str, tuple[str, IO[bytes], LinePicker]] = {}

    def read(self, kind: str, path: str, start: int, end: int) -> bytes:
        """Return the lines from address ``start`` to before ``end``; raises OSError."""
        known = self._open.get(kind)
        if known is None or known[0] != path:
            if known is not None:
                known[1].close()
            file = (self._root / path).open("rb")
            self._open[kind] = known = path, file, find_format(path).make_picker(file)
        return known[2].read(start, end)

    def close(self) -> None:
        """Close all files."""
        for _, file, _ in self._open.values():
            file.close()
