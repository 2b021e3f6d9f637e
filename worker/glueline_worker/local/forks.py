"""Forks of a process that has imported what they need: they start at once and share its memory."""

import ctypes
import gc
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


def fork_process(work: Callable[[], object], title: str, stdin: socket.socket | None = None) -> int:
    """Run ``work`` in a fork of this process and return the process id.

    The fork stands in a session of its own, has no open files but the three standard ones, with
    ``stdin`` (default: nothing) as the first, and gets SIGTERM when this thread ends (on Linux). It
    ends after ``work`` without the cleanup of Python, which would copy all the memory that is
    shared. This process may have no other threads, because a fork would wait for ever for a lock
    that one of them holds.
    """
    gc.freeze()  # a collection in the fork would copy every page that it looks at
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    # A signal that comes too early must not meet the handlers of this process in the fork.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        pid = os.fork()
        if pid == 0:
            _leave_with(lambda: _begin(parent, title, stdin, before), work)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return pid


def _begin(
    parent: int, title: str, stdin: socket.socket | None, mask: set[int | signal.Signals]
) -> None:
    os.setsid()
    _close_files(stdin)
    request_parent_death(title)
    signal.set_wakeup_fd(-1)
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    if os.getppid() != parent:
        os._exit(1)


def _close_files(stdin: socket.socket | None) -> None:
    """Close the files of the parent; their objects live on and are never closed."""
    nothing = os.open(os.devnull, os.O_RDONLY) if stdin is None else stdin.fileno()
    os.dup2(nothing, 0)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))


def _leave_with(*steps: Callable[[], object]) -> None:
    """Run ``steps`` and end the process, whatever they do."""
    code = 1
    try:
        for step in steps:
            step()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - the frames below belong to the parent
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                code = code or 1
        os._exit(code)


def request_parent_death(title: str = "") -> None:
    """Let the kernel end this process when the thread that made it ends, and name it ``title``."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if title:
            _libc.prctl(_PR_SET_NAME, title.encode()[:15], 0, 0, 0)


_libc = ctypes.CDLL(None)
"""Loaded before any fork: a fork may not take locks."""
