"""Child processes that end with us, however we end."""

import ctypes
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from glueline.contract.errors import GluelineError

PR_SET_PDEATHSIG = 1
COMPLAINT = "glueline worker: "
"""How the line begins in which a worker says why it does not start."""
QUICK = 5.0
"""A worker that ends by itself within so many seconds did not start, whatever it said."""
START_PATIENCE = 60.0
"""Seconds for which a worker that was well may fail to start again: a sink may be away."""
RESTART_PAUSE = 0.5
LONGEST_LINE = 4096
STOP_GRACE = 5.0
"""Seconds for a worker that has only just begun."""


class ProcessFailed(GluelineError):
    """A child process did not start."""

    code = "process"


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    stdin: int = subprocess.DEVNULL,
    stdout: int | IO[bytes] | None = None,
    stderr: int | IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that Ctrl-C reaches only us and we end it."""
    return subprocess.Popen(  # noqa: S603 - our own commands
        command,
        env={**os.environ, **(env or {})},
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
        preexec_fn=_die_with_parent() if sys.platform == "linux" else None,  # noqa: PLW1509
    )


def stop(process: subprocess.Popen[bytes], grace: float) -> None:
    """Ask a child to end, and end it after ``grace`` seconds."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


class Workers:
    """Worker processes under supervision: one that dies is started again.

    Celery's worker can exit when Redis goes away, and a unit can take its process with it.
    """

    def __init__(self, count: int, env: Mapping[str, str], logs: Path) -> None:
        """Prepare ``count`` workers with ``env``; their standard error goes into ``logs``."""
        self._count, self._env, self._logs = count, dict(env), logs
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self.interrupted = False
        """Whether Ctrl-C came, also where Python drops its exception: in a destructor."""
        self.failure: str | None = None
        """Why the workers do not start, when they do not."""
        self.restarts = 0

    def start(self) -> None:
        """Start all workers."""
        # A child is tied to the thread that started it, so each thread lives as long as its child.
        for number in range(self._count):
            thread = threading.Thread(target=self._supervise, args=(number,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, grace: float) -> None:
        """Stop all workers; what they were working on is given back."""
        self._stopping.set()
        for process in list(self._processes.values()):
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + grace
        for process in list(self._processes.values()):
            stop(process, max(0.1, deadline - time.monotonic()))
        for thread in self._threads:
            thread.join(timeout=5)

    def kill(self) -> None:
        """End all workers at once; ``stop`` then has nothing to wait for."""
        self._stopping.set()
        for process in list(self._processes.values()):
            process.kill()

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers that are alive."""
        return [p.pid for p in self._processes.values() if p.poll() is None]

    def _supervise(self, number: int) -> None:
        well_until = -math.inf
        while not self._stopping.is_set():
            log = self._logs / f"worker-{number + 1}.log"
            started = time.monotonic()
            with log.open("ab") as errors:
                begin = errors.tell()
                process = spawn(
                    [sys.executable, "-m", "glueline_worker", f"worker-{number + 1}"],
                    env=self._env,
                    stderr=errors,
                )
                self._processes[number] = process
                if self._stopping.is_set():  # `stop` may have looked before it was there
                    stop(process, STOP_GRACE)
                code = process.wait()
            if self._stopping.is_set():
                return
            words = _last_line(log, begin)
            is_late = time.monotonic() - started > QUICK
            if code <= 0 or (is_late and not words.startswith(COMPLAINT)):
                well_until = time.monotonic()
            elif time.monotonic() - well_until > START_PATIENCE:
                words = words.removeprefix(COMPLAINT)
                self.failure = words or f"a worker ended with exit code {code}"
                return
            self.restarts += 1
            self._stopping.wait(RESTART_PAUSE)


def _last_line(log: Path, begin: int) -> str:
    """Read the last line that was written after ``begin``, without reading a long log."""
    with log.open("rb") as file:
        file.seek(max(begin, file.seek(0, os.SEEK_END) - LONGEST_LINE))
        lines = file.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""


def _die_with_parent() -> Callable[[], None]:
    libc = ctypes.CDLL(None)  # loaded before the fork: the child may not take locks

    def tie() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    return tie
