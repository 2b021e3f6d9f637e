"""The parent of worker processes: it imports once, forks them, and forks again those that die.

It has one thread and no event loop, so that it can fork at any time.
"""

import json
import math
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from glueline_worker.local.forks import fork_process

ERROR_PREFIX = "glueline worker: "
"""The beginning of the line in which a worker says why it does not start."""
_QUICK_EXIT_SECONDS = 5.0
"""A worker that ends by itself within this time did not start, whatever its log says."""
_START_SECONDS = 60.0
"""The time in which a worker that ran before may fail to start: a sink may be away."""
_RESTART_PAUSE = 0.5
_MAX_LINE_BYTES = 4096
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class WorkerStates:
    """The workers of a supervisor, as it reports them after each change."""

    pids: tuple[int, ...]
    """The process ids of the workers that are alive."""
    restarts: int
    """The number of workers that ended and were started again."""
    failure: str | None
    """The reason why a worker does not start, else None."""


def format_states(states: WorkerStates) -> bytes:
    """Return ``states`` as one line, for ``parse_states``."""
    return json.dumps([states.pids, states.restarts, states.failure]).encode() + b"\n"


def parse_states(line: bytes) -> WorkerStates:
    """Read a line of ``format_states``."""
    pids, restarts, failure = json.loads(line)
    return WorkerStates(tuple(pids), restarts, failure)


@dataclass(slots=True)
class _Worker:
    """One of the workers: a number, and a process most of the time."""

    number: int
    pid: int | None = None
    started: float = 0.0
    due: float = 0.0
    """The time of the next start; infinite when there is none."""
    last_ran: float = -math.inf
    log_begin: int = 0


class Supervisor:
    """Keeps ``count`` workers running until it is told to stop, or none of them starts."""

    def __init__(
        self,
        count: int,
        run: Callable[[int], object],
        *,
        grace: float,
        report: Callable[[WorkerStates], object],
        logs: Path | None = None,
    ) -> None:
        """Call ``run`` with the number of a worker, from 1, in each fork.

        ``grace`` is the time in seconds that workers have after a signal to stop. Their standard
        error goes into a file each in ``logs``, if given.
        """
        self._workers = [_Worker(number + 1) for number in range(count)]
        self._run, self._grace, self._report, self._logs = run, grace, report, logs
        self._kill_at = math.inf
        self._is_stopping = False
        self._has_stop_signal = False
        self._restarts = 0
        self._failure: str | None = None
        self._failure_code = 0
        self._reported: WorkerStates | None = None

    def supervise(self, orders: socket.socket | None = None) -> int:
        """Run the workers and return an exit code: 0, or that of a worker that does not start.

        A line ``stop SECONDS`` in ``orders`` stops them, as does the end of the connection, SIGTERM
        or SIGINT.
        """
        with _wake_on_signals(self._stop_on_signal) as wakeup:
            while True:
                self._start_due()
                self._report_changes()
                if all(worker.pid is None and worker.due == math.inf for worker in self._workers):
                    return self._failure_code
                self._wait(wakeup, orders)
                if self._has_stop_signal:
                    self.stop(self._grace)
                if orders is not None and not self._read_orders(orders):
                    orders = None
                self._collect_ended()
                self._kill_late()

    def stop(self, grace: float) -> None:
        """Let all workers end within ``grace`` seconds; they give their units back to the queue."""
        self._kill_at = min(self._kill_at, time.monotonic() + grace)
        if not self._is_stopping:
            self._is_stopping = True
            self._signal_workers(signal.SIGTERM)
        for worker in self._workers:
            worker.due = math.inf

    def _stop_on_signal(self, _signal: int, _frame: FrameType | None) -> None:
        self._has_stop_signal = True

    def _start_due(self) -> None:
        for worker in self._workers:
            if worker.pid is None and worker.due <= time.monotonic() and not self._is_stopping:
                self._start(worker)

    def _start(self, worker: _Worker) -> None:
        worker.started, worker.due = time.monotonic(), math.inf
        log = self._log_of(worker)
        if log is not None:
            worker.log_begin = log.stat().st_size if log.exists() else 0
        worker.pid = fork_process(lambda: self._be_worker(worker), f"worker-{worker.number}")

    def _be_worker(self, worker: _Worker) -> None:
        log = self._log_of(worker)
        if log is not None:
            with log.open("ab") as errors:
                os.dup2(errors.fileno(), 2)
        self._run(worker.number)

    def _collect_ended(self) -> None:
        for worker in self._workers:
            if worker.pid is None:
                continue
            ended, status = os.waitpid(worker.pid, os.WNOHANG)
            if ended:
                worker.pid = None
                if not self._is_stopping:
                    self._plan_restart(worker, os.waitstatus_to_exitcode(status))

    def _plan_restart(self, worker: _Worker, code: int) -> None:
        """Start a worker again after a pause, unless it ends because it cannot start."""
        now = time.monotonic()
        last_line = self._read_last_line(worker)
        is_late = now - worker.started > _QUICK_EXIT_SECONDS
        if code <= 0 or (is_late and not last_line.startswith(ERROR_PREFIX)):
            worker.last_ran = now
        elif now - worker.last_ran > _START_SECONDS:
            reason = last_line.removeprefix(ERROR_PREFIX)
            self._failure = reason or f"a worker ended with exit code {code}"
            self._failure_code = code
            return
        self._restarts += 1
        worker.due = now + _RESTART_PAUSE

    def _kill_late(self) -> None:
        if time.monotonic() >= self._kill_at:
            self._signal_workers(signal.SIGKILL)

    def _signal_workers(self, number: signal.Signals) -> None:
        for worker in self._workers:
            if worker.pid is not None:
                os.kill(worker.pid, number)

    def _wait(self, wakeup: socket.socket, orders: socket.socket | None) -> None:
        """Wait for a signal, an order or the time of the next step."""
        due = min(self._kill_at, *(worker.due for worker in self._workers))
        seconds = None if due == math.inf else max(0.0, due - time.monotonic())
        if due == self._kill_at and seconds is not None:
            seconds = max(seconds, 0.01)  # a killed worker may take a moment to end
        sources = [wakeup] if orders is None else [wakeup, orders]
        select.select(sources, [], [], seconds)
        _drain(wakeup)

    def _read_orders(self, orders: socket.socket) -> bool:
        """Follow the orders that have come; return False when no more can come."""
        try:
            text = orders.recv(4096, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except OSError:
            text = b""
        if not text:
            self.stop(self._grace)
            return False
        self.stop(float(text.split()[-1]))
        return True

    def _report_changes(self) -> None:
        pids = tuple(worker.pid for worker in self._workers if worker.pid is not None)
        states = WorkerStates(pids, self._restarts, self._failure)
        if states != self._reported:
            self._reported = states
            self._report(states)

    def _log_of(self, worker: _Worker) -> Path | None:
        return None if self._logs is None else self._logs / f"worker-{worker.number}.log"

    def _read_last_line(self, worker: _Worker) -> str:
        """Read the last line that the worker has written, without reading a long log."""
        log = self._log_of(worker)
        if log is None:
            return ""
        with log.open("rb") as file:
            file.seek(max(worker.log_begin, file.seek(0, os.SEEK_END) - _MAX_LINE_BYTES))
            lines = file.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""


@contextmanager
def _wake_on_signals(
    stop: Callable[[int, FrameType | None], object],
) -> Iterator[socket.socket]:
    """Yield a socket that becomes readable with each signal; handle those that mean to stop."""
    wakeup, signals = socket.socketpair()
    handlers: Mapping[int, Callable[[int, FrameType | None], object]] = {
        **dict.fromkeys(_STOP_SIGNALS, stop),
        signal.SIGCHLD: lambda _signal, _frame: None,
    }
    with wakeup, signals:
        wakeup.setblocking(False)
        signals.setblocking(False)
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        before_fd = signal.set_wakeup_fd(signals.fileno(), warn_on_full_buffer=False)
        try:
            yield wakeup
        finally:
            signal.set_wakeup_fd(before_fd)
            for number, handler in before.items():
                signal.signal(number, handler)


def _drain(wakeup: socket.socket) -> None:
    try:
        wakeup.recv(4096)
    except BlockingIOError:
        return
