"""Files that appear whole or not at all, and the errors of disks in a sink's words."""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from glueline_worker.sinks.base import SinkRefused, SinkUnavailable

TEMPORARY = ".tmp-"
"""How temporary files begin; no finished file does."""

PERMANENT = frozenset(
    {
        errno.EACCES,
        errno.EPERM,
        errno.EROFS,
        errno.EEXIST,
        errno.ENOTDIR,
        errno.EISDIR,
        errno.ENAMETOOLONG,
        errno.EFBIG,
        errno.ELOOP,
        errno.EPIPE,
        errno.EBADF,
    }
)
"""What waiting does not mend. Full disks, broken mounts and too many open files pass."""


@contextmanager
def disk_errors(name: str) -> Iterator[None]:
    """Raise SinkUnavailable or SinkRefused, naming the sink, in place of OSError."""
    try:
        yield
    except OSError as error:
        kind = SinkRefused if error.errno in PERMANENT else SinkUnavailable
        where = f" ({error.filename})" if error.filename else ""
        raise kind(f"cannot write to {name}: {error.strerror or error}{where}") from error


def temporary_beside(path: Path) -> Path:
    """Name a file in the folder of ``path`` that no other attempt uses."""
    return path.with_name(f"{_temporary_of(path)}{uuid4().hex}")


def remove_temporaries(path: Path) -> None:
    """Remove what attempts at ``path`` left that were killed."""
    for left in path.parent.glob(f"{_temporary_of(path)}*"):
        left.unlink(missing_ok=True)


def _temporary_of(path: Path) -> str:
    return f"{TEMPORARY}{hashlib.sha256(path.name.encode()).hexdigest()[:16]}-"


def publish(temporary: Path, path: Path) -> None:
    """Put the finished, synced file ``temporary`` in the place of ``path``, durably."""
    temporary.replace(path)
    sync_folder(path.parent)


def write_whole(path: Path, content: bytes) -> None:
    """Replace ``path`` by ``content`` in one step; a crash leaves the old or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(path)
    try:
        with temporary.open("wb") as file:
            file.write(content)
            sync(file.fileno())
        publish(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def sync(descriptor: int) -> None:
    """Wait until the disk holds what was written."""
    os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Wait until the disk holds the folder's entries, where the system can (Windows cannot)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
