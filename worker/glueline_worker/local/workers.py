"""The worker processes of `glueline run`, as the process sees them that started them."""

import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from glueline_worker.local import processes
from glueline_worker.local.forks import fork_process
from glueline_worker.local.supervisor import WorkerStates, parse_states
from glueline_worker.local.worker_process import obey_parent

_NO_WORKERS = WorkerStates((), 0, None)
_EXTRA_SECONDS = 5.0
"""Seconds after the grace period until a supervisor itself is killed."""


class SupervisorProcess(Protocol):
    """The process that supervises the workers: a fork, or a ``Popen``."""

    def kill(self) -> None:
        """Kill it."""

    def wait(self) -> object:
        """Wait for its end."""


class WorkerProcesses:
    """Worker processes that are started again when they die.

    Celery's worker can exit when Redis goes away, and a unit can crash its process. A supervisor
    starts them, and stops them when this process ends.
    """

    def __init__(self, count: int, env: Mapping[str, str], logs: Path) -> None:
        """Prepare ``count`` workers with ``env``; their standard error goes into ``logs``."""
        self._count, self._env, self._logs = count, dict(env), logs
        self._states, self._text = _NO_WORKERS, b""
        self._lock = threading.Lock()
        self._supervisor: SupervisorProcess | None = None
        self._orders: socket.socket | None = None
        self._has_ended = False
        self.interrupted = False
        """True after Ctrl-C. Python drops the exception when it comes in a destructor."""

    def start(self) -> None:
        """Start all workers in a new supervisor, which imports what they need."""
        command = [sys.executable, "-m", "glueline_worker", str(self._count), str(self._logs)]
        self._start(lambda end: processes.start_process(command, env=self._env, stdin=end.fileno()))

    def start_in_fork(self) -> None:
        """Start all workers in a fork of this process, which may have no other threads."""

        def work() -> None:
            os.environ.update(self._env)
            sys.exit(obey_parent(self._count, self._logs))

        self._start(lambda end: _Fork(fork_process(work, "supervisor", end)))

    def stop(self, grace: float) -> None:
        """Stop all workers; they give their units back to the queue."""
        if self._supervisor is None or self._orders is None:
            return
        with suppress(OSError):
            self._orders.send(f"stop {max(0.1, grace)}\n".encode())
        self._wait_for_end(grace + _EXTRA_SECONDS)
        self._supervisor.kill()
        self._supervisor.wait()
        self._orders.close()
        self._supervisor = None

    def kill(self) -> None:
        """Kill all workers at once; then ``stop`` has nothing to wait for."""
        if self._supervisor is not None:
            self._supervisor.kill()
        for pid in self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers that are alive."""
        return list(self._read_states().pids)

    @property
    def failure(self) -> str | None:
        """The reason why workers do not start, else None."""
        return self._read_states().failure

    @property
    def restarts(self) -> int:
        """The number of workers that ended and were started again."""
        return self._read_states().restarts

    def _start(self, begin: Callable[[socket.socket], SupervisorProcess]) -> None:
        self._orders, theirs = socket.socketpair()
        with theirs:
            self._supervisor = begin(theirs)

    def _read_states(self) -> WorkerStates:
        """Read the reports that have come, and return the last one."""
        with self._lock:
            while self._orders is not None and not self._has_ended:
                try:
                    found = self._orders.recv(65536, socket.MSG_DONTWAIT)
                except BlockingIOError:
                    break
                except OSError:
                    found = b""
                self._take(found)
        return self._states

    def _take(self, found: bytes) -> None:
        *lines, self._text = (self._text + found).split(b"\n")
        if lines:
            self._states = parse_states(lines[-1])
        if not found:
            self._has_ended = True
            reason = self._states.failure or "the process that starts the workers has ended"
            self._states = WorkerStates((), self._states.restarts, reason)

    def _wait_for_end(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self._has_ended and (left := deadline - time.monotonic()) > 0:
            assert self._orders is not None
            select.select([self._orders], [], [], left)
            self._read_states()


class _Fork:
    """A fork of this process."""

    def __init__(self, pid: int) -> None:
        self._pid: int | None = pid

    def kill(self) -> None:
        if self._pid is not None:
            os.kill(self._pid, signal.SIGKILL)

    def wait(self) -> None:
        if self._pid is not None:
            os.waitpid(self._pid, 0)
            self._pid = None
