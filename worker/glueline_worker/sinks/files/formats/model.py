"""The protocol of a format.

Units hold their records as lines of JSON until they are stored. A format writes such lines to an
object and reads some of them back. Where they are, it says by addresses: bytes of the file, or
rows.
"""

from typing import IO, Protocol


class LineWriter(Protocol):
    """Writes lines of one kind to a file, which the caller closes after ``finish``.

    It ends with ``finish`` or with ``abandon``.
    """

    def append(self, lines: bytes, records: int) -> None:
        """Write finished lines."""

    def finish(self) -> None:
        """Write what waits, and the end of the file."""

    def abandon(self) -> None:
        """Drop what waits. The file is removed."""


class LinePicker(Protocol):
    """Reads lines from a file. The caller closes the file."""

    def read(self, start: int, end: int) -> bytes:
        """Return the lines from address ``start`` to before ``end``.

        Raises OSError when the file is damaged or holds less.
        """

    def count(self) -> int | None:
        """Count all lines; None when the file is cut off."""


class ObjectFormat(Protocol):
    """One format."""

    extension: str
    counts_rows: bool
    """Whether an address is the number of a row; else it is that of a byte."""
    full_object: int
    """Bytes of lines at which an object takes no more units."""
    large_object: int
    """Bytes from which an object is kept as it is although others of its kind are made anew."""

    def make_writer(self, kind: str, file: IO[bytes]) -> LineWriter:
        """Start an object of one kind of record."""

    def make_picker(self, file: IO[bytes]) -> LinePicker:
        """Read the object in ``file``, which can seek. Raises OSError when it is damaged."""
