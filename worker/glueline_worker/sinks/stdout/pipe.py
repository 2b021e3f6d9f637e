"""Write to a pipe whose reader may stall, in turns with the processes that share the pipe.

All writes run in daemon threads, for which a process does not wait at its end. So a reader that
has stopped blocks the units that write to it and nothing else. Processes that share a pipe take
turns by a lock file. The file is named after the pipe, so that other commands never wait.
"""

import fcntl
import os
import select
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from glueline_worker.sinks.errors import SinkRefused

_BLOCK_BYTES = 1 << 16
"""Bytes of whole lines that form one block; writing a block takes several system calls."""

POLL_SECONDS = 0.05
"""Seconds between two checks whether a write is still wanted."""


class ReaderStalled(Exception):
    """The reader took nothing for too long."""


class ProgressTimeout:
    """Measures the time since the last progress; ``check`` raises ReaderStalled after too long."""

    def __init__(self, seconds: float, is_wanted: Callable[[], bool]) -> None:
        """Allow ``seconds`` since the last progress, and only while the write ``is_wanted``."""
        self._seconds, self._is_wanted = seconds, is_wanted
        self.renew()

    def renew(self) -> None:
        """Start the time again after progress."""
        self._until = time.monotonic() + self._seconds

    def check(self) -> None:
        """Raise ReaderStalled when the time is over or the write is no longer wanted."""
        if time.monotonic() > self._until or not self._is_wanted():
            raise ReaderStalled


def write_blocks(
    target: int, lines: IO[bytes], timeout: ProgressTimeout, report: Callable[[], None]
) -> None:
    """Write all of ``lines``; raises ReaderStalled between two blocks, and OSError.

    A block is always written to its end, however long that takes: otherwise the next writer would
    continue in the middle of a line. When the time ends within a block, ``report`` is called.
    """
    while block := b"".join(lines.readlines(_BLOCK_BYTES)):
        timeout.check()
        rest = memoryview(block)
        while rest:
            if not _is_ready(target):
                try:
                    timeout.check()
                except ReaderStalled:
                    if len(rest) == len(block):
                        raise
                    report()
                continue
            rest = rest[os.write(target, rest[: _max_write_bytes(target)]) :]
            timeout.renew()


def _is_ready(target: int) -> bool:
    poll = select.poll()
    poll.register(target, select.POLLOUT)
    return bool(poll.poll(POLL_SECONDS * 1000))


def _max_write_bytes(target: int) -> int:
    """Return the bytes that a pipe takes without waiting once it is ready; a file takes all."""
    return _BLOCK_BYTES if stat.S_ISREG(os.fstat(target).st_mode) else select.PIPE_BUF


@contextmanager
def lock_pipe(target: int, timeout: ProgressTimeout) -> Iterator[None]:
    """Keep other processes from writing to the same pipe or file.

    Raises ReaderStalled and OSError.
    """
    path = _make_lock_path(target)
    pause = 0.001
    while (lock := _try_lock(path)) is None:
        timeout.check()
        time.sleep(pause)
        pause = min(pause * 2, POLL_SECONDS)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        os.close(lock)


def _make_lock_path(target: int) -> Path:
    pipe = os.fstat(target)
    name = f"glueline-stdout-{os.geteuid()}-{pipe.st_dev:x}-{pipe.st_ino:x}.lock"
    return Path(tempfile.gettempdir()) / name


def _try_lock(path: Path) -> int | None:
    """Create and lock the file; None when another process has locked it."""
    flags = os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    lock = os.open(path, flags, 0o600)
    try:
        if os.fstat(lock).st_uid != os.geteuid():
            raise SinkRefused(f"{path} belongs to another user; set TMPDIR to a folder of your own")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The process that held the lock may have removed the file in the meantime.
        if os.path.samestat(os.fstat(lock), path.stat()):
            return lock
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        os.close(lock)
        raise
    os.close(lock)
    return None
