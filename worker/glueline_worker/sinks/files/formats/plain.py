"""JSON Lines as they are: an address is a byte of the file."""

import errno
from typing import IO

_CHUNK = 1 << 20


class PlainFormat:
    """``.jsonl``."""

    extension = "jsonl"
    counts_rows = False
    full_object = 8 << 20
    large_object = 1 << 20

    def make_writer(self, kind: str, file: IO[bytes]) -> "PlainWriter":  # noqa: ARG002 - the protocol's
        """Start an object."""
        return PlainWriter(file)

    def make_picker(self, file: IO[bytes]) -> "PlainPicker":
        """Read an object."""
        return PlainPicker(file)


class PlainWriter:
    """Writes lines at once."""

    def __init__(self, file: IO[bytes]) -> None:
        """Write to ``file``."""
        self._file = file

    def append(self, lines: bytes, records: int) -> None:  # noqa: ARG002 - the protocol's
        """Write lines."""
        self._file.write(lines)

    def finish(self) -> None:
        """Do nothing: all lines are written."""

    def abandon(self) -> None:
        """Do nothing: nothing waits."""


class PlainPicker:
    """Reads lines by their bytes."""

    def __init__(self, file: IO[bytes]) -> None:
        """Read from ``file``."""
        self._file = file

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from ``start`` to before ``end``; raises OSError."""
        self._file.seek(start)
        lines = self._file.read(end - start)
        if len(lines) < end - start:
            raise OSError(errno.EIO, "the file is cut off")
        return lines

    def count(self) -> int | None:
        """Count the lines; None when the last one is cut off."""
        lines, chunk = 0, b"\n"
        self._file.seek(0)
        while more := self._file.read(_CHUNK):
            chunk = more
            lines += chunk.count(b"\n")
        return lines if chunk.endswith(b"\n") else None
