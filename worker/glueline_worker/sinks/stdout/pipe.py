"""Writing to a pipe whose reader may stall, in turns with the processes that share the pipe.

All writes go through threads that nobody waits for when the process ends: a reader that stopped
reading blocks the units that write to it and nothing else. Processes that share a pipe take turns
by a lock file that is named after the pipe, so that other commands on the machine never wait.
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

from glueline_worker.sinks.base import SinkRefused

BLOCK = 1 << 16
"""Bytes of whole lines that are written in one go, though it takes several writes."""

SLICE = 0.05
"""Seconds between two looks whether a write is still wanted."""


class Stalled(Exception):
    """Nothing was taken in all the time that there was."""


class Patience:
    """How long to wait for progress; ``check`` raises Stalled when it took too long."""

    def __init__(self, seconds: float, is_wanted: Callable[[], bool]) -> None:
        """Wait for ``seconds`` from the last progress on, and only while it ``is_wanted``."""
        self._seconds, self._is_wanted = seconds, is_wanted
        self.renew()

    def renew(self) -> None:
        """Note that there was progress."""
        self._until = time.monotonic() + self._seconds

    def check(self) -> None:
        """Raise Stalled when it is time to give up."""
        if time.monotonic() > self._until or not self._is_wanted():
            raise Stalled


def write_blocks(
    target: int, lines: IO[bytes], patience: Patience, report: Callable[[], None]
) -> None:
    """Write all of ``lines``; raises Stalled between two blocks, and OSError.

    A block that was begun is written to its end, however long that takes, because the next writer
    would go on in the middle of its last line. ``report`` is called when patience ends within it.
    """
    while block := b"".join(lines.readlines(BLOCK)):
        patience.check()
        rest = memoryview(block)
        while rest:
            if not _is_ready(target):
                try:
                    patience.check()
                except Stalled:
                    if len(rest) == len(block):
                        raise
                    report()
                continue
            rest = rest[os.write(target, rest[: _most_at_once(target)]) :]
            patience.renew()


def _is_ready(target: int) -> bool:
    poll = select.poll()
    poll.register(target, select.POLLOUT)
    return bool(poll.poll(SLICE * 1000))


def _most_at_once(target: int) -> int:
    """As much as a pipe that is ready takes without waiting; a file takes all."""
    return BLOCK if stat.S_ISREG(os.fstat(target).st_mode) else select.PIPE_BUF


@contextmanager
def turn_at(target: int, patience: Patience) -> Iterator[None]:
    """Keep other processes from the same pipe or file; raises Stalled, and OSError."""
    path = _lock_path(target)
    pause = 0.001
    while (lock := _try_lock(path)) is None:
        patience.check()
        time.sleep(pause)
        pause = min(pause * 2, SLICE)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        os.close(lock)


def _lock_path(target: int) -> Path:
    pipe = os.fstat(target)
    name = f"glueline-stdout-{os.geteuid()}-{pipe.st_dev:x}-{pipe.st_ino:x}.lock"
    return Path(tempfile.gettempdir()) / name


def _try_lock(path: Path) -> int | None:
    """Lock the file, made where it is missing; None when another has it."""
    flags = os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    lock = os.open(path, flags, 0o600)
    try:
        if os.fstat(lock).st_uid != os.geteuid():
            raise SinkRefused(f"{path} belongs to another user; set TMPDIR to a folder of your own")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever had it may have removed the file in the meantime.
        if os.path.samestat(os.fstat(lock), path.stat()):
            return lock
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        os.close(lock)
        raise
    os.close(lock)
    return None
