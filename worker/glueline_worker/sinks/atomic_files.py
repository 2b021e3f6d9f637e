"""Write files that appear whole or not at all, and turn disk errors into those of sinks."""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from glueline_worker.sinks.errors import SinkRefused, SinkUnavailable

_TEMPORARY_PREFIX = ".tmp-"
"""The start of the name of a temporary file; no finished file has it."""

_PERMANENT_ERRNOS = frozenset(
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
"""Errors that waiting does not cure. Full disks, lost mounts and too many open files may pass."""


@contextmanager
def translate_disk_errors(name: str) -> Iterator[None]:
    """Raise SinkUnavailable or SinkRefused, naming the sink, in place of OSError."""
    try:
        yield
    except OSError as error:
        kind = SinkRefused if error.errno in _PERMANENT_ERRNOS else SinkUnavailable
        where = f" ({error.filename})" if error.filename else ""
        raise kind(f"cannot write to {name}: {error.strerror or error}{where}") from error


def make_temporary_path(path: Path) -> Path:
    """Return a path in the folder of ``path`` that no other attempt uses."""
    return path.with_name(f"{_make_temporary_prefix(path)}{uuid4().hex}")


def remove_temporaries(path: Path) -> None:
    """Remove the temporary files of killed attempts at ``path``."""
    for temporary in path.parent.glob(f"{_make_temporary_prefix(path)}*"):
        temporary.unlink(missing_ok=True)


def _make_temporary_prefix(path: Path) -> str:
    return f"{_TEMPORARY_PREFIX}{hashlib.sha256(path.name.encode()).hexdigest()[:16]}-"


def publish(temporary: Path, path: Path, *, is_durable: bool = True) -> None:
    """Replace ``path``, durably if so wanted, by the finished file ``temporary``."""
    temporary.replace(path)
    if is_durable:
        sync_folder(path.parent)


def link_file(source: Path, path: Path) -> None:
    """Give a file a second name durably, in place of ``path``; copy it where links do not exist."""
    temporary = make_temporary_path(path)
    try:
        os.link(source, temporary)
    except FileNotFoundError:
        raise  # the file is gone, and a copy would fail as well
    except OSError:  # a file system without links
        shutil.copy2(source, temporary)
        sync_path(temporary)
    publish(temporary, path)
    temporary.unlink(missing_ok=True)  # a rename between two names of one file does nothing


def write_atomically(path: Path, content: bytes, *, is_durable: bool = True) -> None:
    """Replace ``path`` by ``content`` in one step; a crash leaves the old or the new.

    Unless ``is_durable``, a loss of power may leave anything.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = make_temporary_path(path)
    try:
        with temporary.open("wb") as file:
            file.write(content)
            if is_durable:
                sync_file(file.fileno())
        publish(temporary, path, is_durable=is_durable)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def sync_file(descriptor: int) -> None:
    """Wait until the disk holds the file's content."""
    os.fsync(descriptor)


def sync_path(path: Path) -> None:
    """Wait until the disk holds the content of the file ``path``."""
    with path.open("rb") as file:
        sync_file(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the disk holds the folder's entries; Windows cannot do that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
