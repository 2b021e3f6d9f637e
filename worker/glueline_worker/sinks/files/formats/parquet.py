"""Parquet: typed and nested columns; an address is the number of a row."""

import errno
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from tempfile import SpooledTemporaryFile
from threading import Lock
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from glueline_worker.sinks.files.formats.arrow_rows import (
    make_arrow_table,
    make_json_lines,
)
from glueline_worker.sinks.files.formats.arrow_types import make_arrow_schema

_ROW_GROUP = 2 << 20
"""Bytes of lines that become one row group."""
_KEPT_IN_MEMORY = 1 << 16
"""Bytes of lines of one object from which they wait on the disk."""
_one_at_a_time = Lock()
_POOL = pa.system_memory_pool()
"""The pool that gives memory back. Arrow's default one keeps it."""
pa.set_memory_pool(_POOL)


class ParquetFormat:
    """``.parquet``."""

    extension = "parquet"
    counts_rows = True
    full_object = 16 << 20
    large_object = 1 << 16

    def make_writer(self, kind: str, file: IO[bytes]) -> "ParquetWriter":
        """Start an object."""
        return ParquetWriter(file, make_arrow_schema(kind))

    def make_picker(self, file: IO[bytes]) -> "ParquetPicker":
        """Read an object; raises OSError."""
        return ParquetPicker(file)


class ParquetWriter:
    """Collects lines on the disk until they are a row group.

    A worker writes many objects at a time. Only one row group is converted at a time, in memory.
    """

    def __init__(self, file: IO[bytes], schema: Any) -> None:
        """Write to ``file``."""
        self._schema = schema
        self._writer = pq.ParquetWriter(file, schema, compression="zstd", write_page_checksum=True)
        self._lines: IO[bytes] = SpooledTemporaryFile(  # noqa: SIM115 - it is closed at the end
            max_size=_KEPT_IN_MEMORY
        )

    def append(self, lines: bytes, records: int) -> None:  # noqa: ARG002 - the protocol's
        """Take lines."""
        self._lines.write(lines)
        if self._lines.tell() >= _ROW_GROUP:
            self._write()

    def finish(self) -> None:
        """Write the last row group and the footer."""
        if self._lines.tell():
            self._write()
        self._lines.close()
        self._writer.close()

    def abandon(self) -> None:
        """Drop what waits."""
        self._lines.close()
        # Its destructor would write a footer into a file that is closed.
        self._writer.is_open = False

    def _write(self) -> None:
        with _one_at_a_time:
            self._lines.seek(0)
            table = make_arrow_table(self._lines.read(), self._schema)
            self._writer.write_table(table)
            del table
            _POOL.release_unused()
        self._lines.seek(0)
        self._lines.truncate()


class ParquetPicker:
    """Reads rows by their numbers, and keeps the lines of the last row group in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        """Read the footer; raises OSError."""
        self._file = _translate(lambda: pq.ParquetFile(file, page_checksum_verification=True))
        metadata = self._file.metadata
        sizes = (metadata.row_group(n).num_rows for n in range(metadata.num_row_groups))
        self._starts = list(accumulate(sizes, initial=0))
        self._group: tuple[int, list[bytes]] | None = None

    def read(self, start: int, end: int) -> bytes:
        """Return some rows as lines; raises OSError."""
        if end > self._starts[-1]:
            raise OSError(errno.EIO, "the file is cut off")
        lines = list[bytes]()
        while start < end:
            number = bisect_right(self._starts, start) - 1
            first, behind = self._starts[number : number + 2]
            lines += self._read_group(number)[start - first : end - first]
            start = behind
        return b"".join(lines)

    def count(self) -> int | None:
        """Return the number of rows, which the footer says."""
        return int(self._file.metadata.num_rows)

    def _read_group(self, number: int) -> list[bytes]:
        if self._group is None or self._group[0] != number:
            self._group = number, _translate(lambda: self._make_lines(number))
        return self._group[1]

    def _make_lines(self, number: int) -> list[bytes]:
        with _one_at_a_time:
            return make_json_lines(self._file.read_row_group(number)).splitlines(keepends=True)


def _translate(read: Callable[[], Any]) -> Any:
    """Read; raises OSError where Arrow or a damaged value raises an error of its own."""
    try:
        return read()
    except (pa.ArrowException, ValueError, OverflowError, OSError) as error:
        raise OSError(errno.EIO, f"the file is cut off or damaged: {error}") from None
