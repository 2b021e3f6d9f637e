"""Run one extraction from start to end on this machine."""

import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from glueline.client.producer import Producer
from glueline.contract.errors import GluelineError
from glueline.contract.messages import ExtractionRequest
from glueline.contract.runs import Failure, RunStatus
from glueline.settings.redis_shards import MAIN_SHARD
from glueline.settings.settings import Settings
from glueline.telemetry import tracing
from glueline_worker.local.preflight import ensure_source_answers
from glueline_worker.local.processes import ProcessFailed
from glueline_worker.local.server import EmbeddedRedis
from glueline_worker.local.worker_process import preload_modules
from glueline_worker.local.workers import WorkerProcesses

_FIRST_POLL_SECONDS = 0.03
"""Seconds until the run's status is read again; a short run ends soon."""
_POLL_GROWTH = 1.05
_POLL_SECONDS = 0.15
"""The most seconds between two reads of the run's status."""
_INTERRUPTED_GRACE = 2.0
"""Seconds for workers whose run was cancelled: their results are no longer wanted."""
_CLEANUP_SECONDS = 3.0
"""Seconds in which workers remove what a cancelled run left in the sinks."""


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A run that has ended."""

    run: RunStatus
    failures: Sequence[Failure]
    warnings: Sequence[str]


class RunInterrupted(KeyboardInterrupt):
    """Ctrl-C; the text says what happened to the run."""


@contextmanager
def start_local_system(
    worker_count: int, settings: Settings, env: dict[str, str], source: str
) -> Iterator[tuple[Producer, WorkerProcesses]]:
    """Run an embedded Redis and worker processes during a ``with`` block.

    An error that would make every unit of ``source`` fail is raised before any worker starts.
    """
    with ExitStack() as stack:
        worker_groups = stack.enter_context(_handle_interrupts())
        server = EmbeddedRedis()
        stack.push(server)
        server.launch()  # it starts while this process imports and asks AWS
        preload_modules()
        ensure_source_answers(settings, source)
        server.wait_until_ready()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="glueline-")))
        redis = {"redis_url": server.url, "silence": 5.0}
        local = settings.model_copy(update=redis).without_shards()
        workers = WorkerProcesses(worker_count, {**env, **_make_environment(local)}, folder)
        worker_groups.append(workers)
        stack.callback(workers.stop, local.worker.grace + 2)
        _start(workers)
        tracing.begin("glueline")  # it has a thread
        yield stack.enter_context(Producer(local)), workers


def _start(workers: WorkerProcesses) -> None:
    """Start the workers as forks of this process; anew when it has threads, as in a service."""
    if threading.active_count() == 1:
        workers.start_in_fork()
    else:
        workers.start()


def run_locally(
    request: ExtractionRequest,
    *,
    worker_count: int,
    settings: Settings,
    env: dict[str, str],
    follow: Callable[[Iterator[RunStatus]], RunStatus],
) -> FinishedRun:
    """Run ``request``; raises ProcessFailed when no worker starts.

    An error that would make every unit fail is raised before any worker starts. An interrupt
    cancels the run and stops all processes before it is raised as RunInterrupted.
    """
    with start_local_system(worker_count, settings, env, request.source) as (producer, workers):
        try:
            accepted = producer.enqueue(request)
            run = follow(_poll_status(producer, workers, accepted.run_id))
        except KeyboardInterrupt:
            raise RunInterrupted(_cancel_and_stop(producer, workers)) from None
        return FinishedRun(run, *producer.problems(run.run_id))


def _poll_status(producer: Producer, workers: WorkerProcesses, run_id: str) -> Iterator[RunStatus]:
    pause = _FIRST_POLL_SECONDS
    while True:
        if workers.interrupted:
            raise KeyboardInterrupt
        if workers.failure and not workers.pids:
            raise ProcessFailed(workers.failure)
        status = producer.status(run_id)
        yield status
        if status.state.is_final:
            return
        time.sleep(pause)
        pause = min(pause * _POLL_GROWTH, _POLL_SECONDS)


def _cancel_and_stop(producer: Producer, workers: WorkerProcesses) -> str:
    """Cancel the run, stop the workers, and return a text that says what happened."""
    outcome = "nothing was started"
    with suppress(GluelineError):
        for run in producer.runs():
            producer.cancel(run.run_id, "interrupted")
            ended = _wait_for_cleanup(producer, workers, run.run_id)
            outcome = f"the run is {ended.state if ended.state.is_final else 'left unfinished'}"
            if ended.state.is_final and ended.open_units:
                outcome += ", what it left in the sinks is still there"
    workers.stop(_INTERRUPTED_GRACE)
    return outcome


def _wait_for_cleanup(producer: Producer, workers: WorkerProcesses, run_id: str) -> RunStatus:
    """Wait for a worker to remove what the cancelled run left in the sinks."""
    deadline = time.monotonic() + _CLEANUP_SECONDS
    while (status := producer.status(run_id)).open_units and time.monotonic() < deadline:
        if not workers.pids:
            break
        time.sleep(_POLL_SECONDS)
    return status


@contextmanager
def _handle_interrupts() -> Iterator[list[WorkerProcesses]]:
    """Turn the first Ctrl-C into an exception; later ones kill the workers without cleanup."""
    worker_groups: list[WorkerProcesses] = []

    def again(_signal: int, _frame: FrameType | None) -> None:
        for workers in worker_groups:
            workers.kill()

    def first(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, again)
        for workers in worker_groups:
            workers.interrupted = True
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:  # a shell starts background commands with SIGINT ignored
        signal.signal(signal.SIGINT, first)
    try:
        yield worker_groups
    finally:
        signal.signal(signal.SIGINT, before)


def _make_environment(settings: Settings) -> dict[str, str]:
    """Return the settings as environment variables for a child process."""
    return {
        "GLUELINE_REDIS_URL": settings.redis_url,
        "GLUELINE_WORKER__SHARD": MAIN_SHARD,
        "GLUELINE_SINKS": " ".join(settings.sinks),
        "GLUELINE_SILENCE": str(settings.silence),
        "GLUELINE_WORKER__CONCURRENCY": str(settings.worker.concurrency),
        # Several workers cannot share the one port of the settings.
        "GLUELINE_WORKER__METRICS_PORT": "0",
        "GLUELINE_LOG_LEVEL": settings.log_level,
        "GLUELINE_LOG_FORMAT": "console" if settings.log_format == "auto" else settings.log_format,
    }
