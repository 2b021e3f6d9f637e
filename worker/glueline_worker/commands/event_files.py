"""Read OpenLineage events from files: JSON and NDJSON, also compressed with gzip."""

import gzip
import os
import zlib
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import msgspec

from glueline.contract.errors import UsageError

_ENDINGS = (".json", ".jsonl", ".ndjson")
_MOST_BYTES = 64 * 1024 * 1024
"""The size of the longest line, and of a file that is one JSON text on several lines."""


class EventText(NamedTuple):
    """An event, or the problem with its text, and the place of it."""

    place: str
    event: object
    problem: str = ""


def find_event_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files, and those below folders that look like JSON, sorted by folder."""
    for path in paths:
        yield from _walk(path) if path.is_dir() else (path,)


def read_event_file(file: Path) -> Iterator[EventText]:
    """Yield the events of a file; raises UsageError for one that cannot be read."""
    if file.exists() and not file.is_file():  # a pipe would wait for its writer for ever
        raise UsageError(f"{file} cannot be read: it is no regular file")
    try:
        with file.open("rb") as stream:
            is_packed = file.suffix.lower() == ".gz"
            unpacked = cast("BinaryIO", gzip.GzipFile(fileobj=stream)) if is_packed else stream
            yield from _read_stream(file, unpacked)
    except (gzip.BadGzipFile, zlib.error, EOFError):
        raise UsageError(f"{file} cannot be read: it is no whole gzip file") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None


def _walk(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.lower().removesuffix(".gz").endswith(_ENDINGS):
                yield Path(here) / name


def _read_stream(file: Path, stream: BinaryIO) -> Iterator[EventText]:
    """Yield the events of lines, or of the whole file if its first line is only a beginning."""
    lines = _read_lines(file, stream)
    first = next(lines, None)
    if first is not None and first.problem:
        stream.seek(0)
        text = stream.read(_MOST_BYTES + 1)
        whole = [*_split_text(f"{file}:1", text)] if len(text) <= _MOST_BYTES else [first]
        if not whole or not whole[0].problem:
            yield from whole
            return
    stream.seek(0)
    yield from _read_lines(file, stream)


def _read_lines(file: Path, stream: BinaryIO) -> Iterator[EventText]:
    for number in count(1):
        line = stream.readline(_MOST_BYTES + 1)
        if not line:
            return
        if len(line) > _MOST_BYTES:
            raise UsageError(f"{file}:{number} is longer than {_MOST_BYTES:,} bytes")
        if line.strip():
            yield from _split_text(f"{file}:{number}", line)


def _split_text(place: str, text: bytes) -> Iterator[EventText]:
    """Yield one event, or those of an array."""
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        yield EventText(place, None, f"it is no JSON: {error}")
        return
    for event in found if isinstance(found, list) else [found]:
        yield EventText(place, event)
