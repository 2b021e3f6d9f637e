"""One run from start to end on this machine."""

import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from glueline.client.producer import Producer
from glueline.contract.errors import GluelineError
from glueline.contract.messages import ExtractionRequest
from glueline.contract.runs import Failure, RunStatus
from glueline.settings.settings import Settings, load_settings
from glueline.telemetry import tracing
from glueline_worker.local.preflight import check_source
from glueline_worker.local.processes import ProcessFailed, Workers
from glueline_worker.local.server import EmbeddedRedis

POLL = 0.15
"""Seconds between two looks at the run."""
INTERRUPTED_GRACE = 2.0
"""Seconds for workers whose run was cancelled: nothing they do is wanted any more."""
CLEANUP_PATIENCE = 3.0
"""Seconds to take back what a cancelled run left in the sinks."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A run after its end."""

    run: RunStatus
    failures: Sequence[Failure]
    warnings: Sequence[str]


class Interrupted(KeyboardInterrupt):
    """Ctrl-C; the text says what became of the run."""


@contextmanager
def local_system(
    workers: int, settings: dict[str, Any], env: dict[str, str]
) -> Iterator[tuple[Producer, Workers]]:
    """An embedded Redis and worker processes, for the time of a ``with`` block."""
    tracing.begin("glueline")
    with ExitStack() as stack:
        crews = stack.enter_context(_interrupts())
        server = stack.enter_context(EmbeddedRedis())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="glueline-")))
        local: Settings = load_settings(**{**settings, "redis_url": server.url, "silence": 5.0})
        crew = Workers(workers, {**env, **_variables(local)}, folder)
        crews.append(crew)
        stack.callback(crew.stop, local.worker.grace + 2)
        crew.start()
        yield stack.enter_context(Producer(local)), crew


def run_locally(
    request: ExtractionRequest,
    *,
    workers: int,
    settings: dict[str, Any],
    env: dict[str, str],
    follow: Callable[[Iterator[RunStatus]], RunStatus],
) -> Ended:
    """Carry out ``request``; raises ProcessFailed when no worker starts.

    First the source is tried: what makes every unit fail is raised before anything is begun. An
    interrupt cancels the run and stops all processes before it goes on its way.
    """
    check_source(load_settings(**settings), request.source)
    with local_system(workers, settings, env) as (producer, crew):
        try:
            accepted = producer.enqueue(request)
            run = follow(_watch(producer, crew, accepted.run_id))
        except KeyboardInterrupt:
            raise Interrupted(_cancel(producer, crew)) from None
        return Ended(run, producer.failures(run.run_id), producer.warnings(run.run_id))


def _watch(producer: Producer, crew: Workers, run_id: str) -> Iterator[RunStatus]:
    while True:
        if crew.interrupted:
            raise KeyboardInterrupt
        if crew.failure and not crew.pids:
            raise ProcessFailed(crew.failure)
        status = producer.status(run_id)
        yield status
        if status.state.is_final:
            return
        time.sleep(POLL)


def _cancel(producer: Producer, crew: Workers) -> str:
    """Stop whatever runs and then the workers; says what became of it."""
    became = "nothing was begun"
    with suppress(GluelineError):
        for run in producer.runs():
            producer.cancel(run.run_id, "interrupted")
            ended = _let_finish(producer, crew, run.run_id)
            became = f"the run is {ended.state if ended.state.is_final else 'left unfinished'}"
            if ended.state.is_final and ended.open_units:
                became += ", what it left in the sinks is still there"
    crew.stop(INTERRUPTED_GRACE)
    return became


def _let_finish(producer: Producer, crew: Workers, run_id: str) -> RunStatus:
    """Give a worker the time to take back what the cancelled run left in the sinks."""
    deadline = time.monotonic() + CLEANUP_PATIENCE
    while (status := producer.status(run_id)).open_units and time.monotonic() < deadline:
        if not crew.pids:
            break
        time.sleep(POLL)
    return status


@contextmanager
def _interrupts() -> Iterator[list[Workers]]:
    """The first Ctrl-C is an exception; those that follow end the workers and spare the cleanup."""
    crews: list[Workers] = []

    def again(_signal: int, _frame: FrameType | None) -> None:
        for crew in crews:
            crew.kill()

    def first(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, again)
        for crew in crews:
            crew.interrupted = True
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:  # as of a command in the background of a script
        signal.signal(signal.SIGINT, first)
    try:
        yield crews
    finally:
        signal.signal(signal.SIGINT, before)


def _variables(settings: Settings) -> dict[str, str]:
    """The settings as a child process reads them."""
    return {
        "GLUELINE_REDIS_URL": settings.redis_url,
        "GLUELINE_SINKS": " ".join(settings.sinks),
        "GLUELINE_SILENCE": str(settings.silence),
        "GLUELINE_WORKER__CONCURRENCY": str(settings.worker.concurrency),
        # The port of the settings is one worker's, and here are several.
        "GLUELINE_WORKER__METRICS_PORT": "0",
        "GLUELINE_LOG_LEVEL": settings.log_level,
        "GLUELINE_LOG_FORMAT": "console" if settings.log_format == "auto" else settings.log_format,
    }
