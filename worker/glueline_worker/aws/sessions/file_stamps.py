"""Stamps of files, which change when a file does, so that unchanged files are read once."""

import os
from pathlib import Path
from typing import NamedTuple


class FileStamp(NamedTuple):
    """A path with its file's time in nanoseconds and size in bytes, 0 when there is no file."""

    path: str | None
    changed: int
    size: int


def stamp_file(path: str | None) -> FileStamp:
    """Make the stamp of a file."""
    try:
        stat = Path(expand_path(path or "")).stat()
    except OSError:
        return FileStamp(path, 0, 0)
    return FileStamp(path, stat.st_mtime_ns, stat.st_size)


def expand_path(path: str) -> str:
    """Replace variables and ``~`` in a path of AWS's settings, as botocore does."""
    return os.path.expanduser(os.path.expandvars(path))  # noqa: PTH111 - in botocore's own way
