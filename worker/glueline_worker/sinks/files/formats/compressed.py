"""JSON Lines compressed with zstd: an address is the number of a line."""

import errno
from collections.abc import Iterator
from itertools import islice
from typing import IO

import zstandard

_CHUNK = 1 << 17
_LEVEL = 1
_WINDOW_LOG = 18
"""The base-2 logarithm of a window's bytes. An open object takes 0.6 MB; by default, 2.7 MB."""


class ZstdFormat:
    """``.jsonl.zst``."""

    extension = "jsonl.zst"
    counts_rows = True
    full_object = 16 << 20
    large_object = 1 << 16

    def make_writer(self, kind: str, file: IO[bytes]) -> "ZstdWriter":  # noqa: ARG002 - the protocol's
        """Start an object."""
        return ZstdWriter(file)

    def make_picker(self, file: IO[bytes]) -> "ZstdPicker":
        """Read an object."""
        return ZstdPicker(file)


class ZstdWriter:
    """Compresses lines as they come."""

    def __init__(self, file: IO[bytes]) -> None:
        """Write to ``file``."""
        self._stream = zstandard.ZstdCompressor(
            compression_params=zstandard.ZstdCompressionParameters.from_level(
                _LEVEL, window_log=_WINDOW_LOG, write_checksum=True
            )
        ).stream_writer(file, closefd=False)

    def append(self, lines: bytes, records: int) -> None:  # noqa: ARG002 - the protocol's
        """Compress lines."""
        self._stream.write(lines)

    def finish(self) -> None:
        """Write the end of the frame."""
        self._stream.flush(zstandard.FLUSH_FRAME)

    def abandon(self) -> None:
        """Do nothing: nothing waits."""


class ZstdPicker:
    """Reads lines by their numbers; cheap as long as they are asked for in order."""

    def __init__(self, file: IO[bytes]) -> None:
        """Read from ``file``."""
        self._file = file
        self._next = 0
        self._lines = _read_lines(file)

    def read(self, start: int, end: int) -> bytes:
        """Return some lines; raises OSError."""
        if start < self._next:
            self._next, self._lines = 0, _read_lines(self._file)
        skipped = start - self._next
        lines = list(islice(self._lines, skipped, skipped + end - start))
        self._next = end
        if len(lines) < end - start:
            raise OSError(errno.EIO, "the file is cut off")
        return b"".join(lines)

    def count(self) -> int | None:
        """Count the lines; None when the file is cut off or damaged."""
        try:
            return sum(1 for _ in _read_lines(self._file))
        except OSError:
            return None


def _read_lines(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of a file from its start; raises OSError when it is cut off or damaged."""
    file.seek(0)
    # Not the library's reader: it takes a frame that is cut off for a whole one.
    frame = zstandard.ZstdDecompressor().decompressobj()
    rest = b""
    while chunk := file.read(_CHUNK):
        if frame.eof:
            break
        try:
            *lines, rest = (rest + frame.decompress(chunk)).split(b"\n")
        except zstandard.ZstdError as error:
            raise OSError(errno.EIO, f"the file is damaged: {error}") from None
        for line in lines:
            yield line + b"\n"
    if chunk or frame.unused_data:
        raise OSError(errno.EIO, "the file holds more than one frame")
    if not frame.eof or rest:
        raise OSError(errno.EIO, "the file is cut off")
