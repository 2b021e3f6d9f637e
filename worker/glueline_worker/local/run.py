"""One run from start to end on this machine."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glueline.contract.errors import GluelineError
from glueline.contract.messages import ExtractionRequest
from glueline.contract.runs import Failure, RunStatus
from glueline.producer import Producer
from glueline.settings import Settings, load_settings
from glueline_worker.local.preflight import check_source
from glueline_worker.local.processes import ProcessFailed, Workers
from glueline_worker.local.server import EmbeddedRedis

POLL = 0.15
"""Seconds between two looks at the run."""
INTERRUPTED_GRACE = 2.0
"""Seconds for workers whose run was cancelled: nothing they do is wanted any more."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A run after its end."""

    run: RunStatus
    failures: Sequence[Failure]
    warnings: Sequence[str]


@contextmanager
def local_system(
    workers: int, settings: dict[str, Any], env: dict[str, str]
) -> Iterator[tuple[Producer, Workers]]:
    """An embedded Redis and worker processes, for the time of a ``with`` block."""
    with ExitStack() as stack:
        server = stack.enter_context(EmbeddedRedis())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="glueline-")))
        local: Settings = load_settings(**{**settings, "redis_url": server.url, "silence": 5.0})
        crew = Workers(workers, {**env, **_variables(local)}, folder)
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
        accepted = producer.enqueue(request)
        try:
            run = follow(_watch(producer, crew, accepted.run_id))
        except KeyboardInterrupt:
            producer.cancel(accepted.run_id, "interrupted")
            _let_finish(producer, accepted.run_id)
            crew.stop(INTERRUPTED_GRACE)
            raise
        return Ended(run, producer.failures(accepted.run_id), producer.warnings(accepted.run_id))


def _watch(producer: Producer, crew: Workers, run_id: str) -> Iterator[RunStatus]:
    while True:
        if crew.failure and not crew.pids:
            raise ProcessFailed(crew.failure)
        status = producer.status(run_id)
        yield status
        if status.state.is_final:
            return
        time.sleep(POLL)


def _let_finish(producer: Producer, run_id: str, seconds: float = 3) -> None:
    """Give a worker the time to take back what the cancelled run left in the sinks."""
    deadline = time.monotonic() + seconds
    try:
        while producer.status(run_id).open_units and time.monotonic() < deadline:
            time.sleep(POLL)
    except GluelineError:
        return


def _variables(settings: Settings) -> dict[str, str]:
    """The settings as a child process reads them."""
    return {
        "GLUELINE_REDIS_URL": settings.redis_url,
        "GLUELINE_SINKS": " ".join(settings.sinks),
        "GLUELINE_SILENCE": str(settings.silence),
        "GLUELINE_WORKER__CONCURRENCY": str(settings.worker.concurrency),
        "GLUELINE_LOG_LEVEL": settings.log_level,
        "GLUELINE_LOG_FORMAT": "console" if settings.log_format == "auto" else settings.log_format,
    }
