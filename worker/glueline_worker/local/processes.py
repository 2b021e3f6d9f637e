"""Child processes that end when this process ends, however it ends."""

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

_PR_SET_PDEATHSIG = 1
_ERROR_PREFIX = "glueline worker: "
"""The beginning of the line in which a worker says why it does not start."""
_QUICK_EXIT_SECONDS = 5.0
"""A worker that ends by itself within this time did not start, whatever its log says."""
_START_SECONDS = 60.0
"""The time in which a worker that ran before may fail to start: a sink may be away."""
_RESTART_PAUSE = 0.5
_MAX_LINE_BYTES = 4096
_STOP_GRACE = 5.0
"""Seconds for a worker that has only just started."""


class ProcessFailed(GluelineError):
    """A child process did not start."""

    code = "process"


def start_process(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    stdin: int = subprocess.DEVNULL,
    stdout: int | IO[bytes] | None = None,
    stderr: int | IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own: Ctrl-C reaches this process, which ends the child."""
    return subprocess.Popen(  # noqa: S603 - our own commands
        command,
        env={**os.environ, **(env or {})},
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
        preexec_fn=_make_parent_death_hook() if sys.platform == "linux" else None,  # noqa: PLW1509
    )


def stop_process(process: subprocess.Popen[bytes], grace: float) -> None:
    """Ask a child to end, and kill it after ``grace`` seconds."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


class WorkerProcesses:
    """Worker processes that are started again when they die.

    Celery's worker can exit when Redis goes away, and a unit can crash its process.
    """

    def __init__(self, count: int, env: Mapping[str, str], logs: Path) -> None:
        """Prepare ``count`` workers with ``env``; their standard error goes into ``logs``."""
        self._count, self._env, self._logs = count, dict(env), logs
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self.interrupted = False
        """True after Ctrl-C. Python drops the exception when it comes in a destructor."""
        self.failure: str | None = None
        """The reason why workers do not start, else None."""
        self.restarts = 0

    def start(self) -> None:
        """Start all workers."""
        # A child dies with the thread that started it, so each thread lives as long as its child.
        for number in range(self._count):
            thread = threading.Thread(target=self._supervise, args=(number,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, grace: float) -> None:
        """Stop all workers; they give their units back to the queue."""
        self._stopping.set()
        for process in list(self._processes.values()):
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + grace
        for process in list(self._processes.values()):
            stop_process(process, max(0.1, deadline - time.monotonic()))
        for thread in self._threads:
            thread.join(timeout=5)

    def kill(self) -> None:
        """Kill all workers at once; then ``stop`` has nothing to wait for."""
        self._stopping.set()
        for process in list(self._processes.values()):
            process.kill()

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers that are alive."""
        return [p.pid for p in self._processes.values() if p.poll() is None]

    def _supervise(self, number: int) -> None:
        last_ran = -math.inf
        while not self._stopping.is_set():
            log = self._logs / f"worker-{number + 1}.log"
            started = time.monotonic()
            with log.open("ab") as errors:
                begin = errors.tell()
                process = start_process(
                    [sys.executable, "-m", "glueline_worker", f"worker-{number + 1}"],
                    env=self._env,
                    stderr=errors,
                )
                self._processes[number] = process
                if self._stopping.is_set():  # `stop` may have run before the process existed
                    stop_process(process, _STOP_GRACE)
                code = process.wait()
            if self._stopping.is_set():
                return
            last_line = _read_last_line(log, begin)
            is_late = time.monotonic() - started > _QUICK_EXIT_SECONDS
            if code <= 0 or (is_late and not last_line.startswith(_ERROR_PREFIX)):
                last_ran = time.monotonic()
            elif time.monotonic() - last_ran > _START_SECONDS:
                reason = last_line.removeprefix(_ERROR_PREFIX)
                self.failure = reason or f"a worker ended with exit code {code}"
                return
            self.restarts += 1
            self._stopping.wait(_RESTART_PAUSE)


def _read_last_line(log: Path, begin: int) -> str:
    """Read the last line that was written after ``begin``, without reading a long log."""
    with log.open("rb") as file:
        file.seek(max(begin, file.seek(0, os.SEEK_END) - _MAX_LINE_BYTES))
        lines = file.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""


def _make_parent_death_hook() -> Callable[[], None]:
    """Make a function that lets the kernel end the child when its parent thread ends."""
    libc = ctypes.CDLL(None)  # loaded before the fork: the child may not take locks

    def request_signal() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    return request_signal
