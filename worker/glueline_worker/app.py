"""The Celery application of the workers: ``celery -A glueline_worker.app worker --pool=threads``.

A task is a few blocking lines: validate the message, run its coroutine on the process's event
loop, and turn the outcome into an acknowledgement, a requeue or a dead letter.
"""

import asyncio
import sys
from typing import Any

import structlog
from celery import Celery, signals
from celery.exceptions import Reject

from glueline.celery_app import make_celery_app
from glueline.contract.errors import GluelineError, UsageError
from glueline.contract.messages import (
    OTHER_KINDS,
    UNIT_KINDS,
    CheckRequest,
    ExtractionRequest,
    UnitMessage,
    parse_message,
)
from glueline.contract.names import task_name
from glueline.ledger.keys import KeyOrigin
from glueline.settings.settings import Settings, load_settings
from glueline.telemetry import tracing
from glueline_worker.broker.consumer_steps import EventBatches, VisibilityRefresh
from glueline_worker.broker.dead_letters import dead_letters, render_message
from glueline_worker.broker.signal_wakeup import SignalWakeup
from glueline_worker.broker.transport import choose_transport
from glueline_worker.execution.executor import MessageOutcome
from glueline_worker.observe.logging import bind_task, setup_logging
from glueline_worker.observe.tracing import begin_tracing
from glueline_worker.permissions.check import check_permissions
from glueline_worker.redact import redact_dead_letter
from glueline_worker.runtime import Runtime

log = structlog.get_logger()


def make_app(settings: Settings) -> Celery:
    """Make the application with its tasks. Its runtime starts with the worker, not before."""
    settings = settings.for_shard(settings.worker.shard)
    app = make_celery_app(settings)
    app.set_current()
    app.conf.update(
        worker_pool="threads",
        worker_concurrency=settings.worker.concurrency,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        broker_transport=choose_transport(settings),
    )
    app.steps["consumer"].update({VisibilityRefresh, EventBatches, SignalWakeup})
    worker = Worker(settings)

    def run_task(task: Any, *args: Any, **kwargs: Any) -> None:
        worker.run_message(task.request, task.name, args, kwargs)

    for kind in (*UNIT_KINDS, *OTHER_KINDS):
        app.task(name=task_name(kind), bind=True, shared=False)(run_task)
    return app


class Worker:
    """Runs the messages of one application, and starts and stops its runtime."""

    def __init__(self, settings: Settings) -> None:
        """Connect to the signals of the worker process."""
        self.settings = settings
        self.runtime = Runtime(settings)
        # weak=False: nothing else keeps a bound method alive.
        signals.setup_logging.connect(self._on_setup_logging, weak=False)
        signals.worker_init.connect(self._on_worker_init, weak=False)
        signals.worker_shutting_down.connect(self._on_worker_shutting_down, weak=False)
        signals.worker_shutdown.connect(self._on_worker_shutdown, weak=False)
        signals.task_unknown.connect(self._on_task_unknown, weak=False)
        signals.task_rejected.connect(self._on_task_rejected, weak=False)
        signals.task_revoked.connect(self._on_task_revoked, weak=False)
        signals.task_failure.connect(self._on_task_failure, weak=False)

    def run_message(
        self, request: Any, task: str, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        """Run the message of a Celery ``request``; anything else becomes a dead letter."""
        bind_task(task=request.id)
        try:
            message = _parse_arguments(task, args, kwargs)
        except UsageError as error:
            self._add_dead_letter(str(error), _to_text(args or kwargs))
            return
        if isinstance(message, ExtractionRequest):
            self._accept(message, request)
            return
        if isinstance(message, CheckRequest):
            self._check(message)
            return
        bind_task(task=request.id, run=message.run_id, unit=message.unit_id)
        outcome = self.runtime.call(self.runtime.executor.run(message))
        if outcome is MessageOutcome.REQUEUE:
            raise Reject("given back", requeue=True)
        if outcome is MessageOutcome.DEAD_LETTER:
            reason = f"there is no run {message.run_id!r} (any more)"
            self._add_dead_letter(reason, message.model_dump_json())

    def _accept(self, request: ExtractionRequest, task: Any) -> None:
        """Open a run. A message that is delivered twice opens one run: its id is the key."""
        origin: KeyOrigin = "caller" if request.idempotency_key else "message"
        key = request.idempotency_key or f"message/{task.id}"[:200]
        request = request.model_copy(update={"idempotency_key": key})
        try:
            self.settings.source(request.source)
            self._require_own_shard(request.source)
            traceparent = _get_traceparent(task)
            run_id = self.runtime.call(self.runtime.open_run(request, traceparent, origin))
        except UsageError as error:
            self._add_dead_letter(str(error), request.model_dump_json())
        except GluelineError as error:
            log.warning("request.given_back", error=str(error))
            raise Reject(str(error), requeue=True) from None
        else:
            log.info("run.opened", run=run_id, scope=request.label)

    def _require_own_shard(self, source: str) -> None:
        """Raise UsageError when a source's runs are kept by another Redis."""
        shard, own = self.settings.find_shard(source), self.settings.worker.shard
        if shard != own:
            raise UsageError(
                f"the source {source!r} belongs to the Redis shard {shard!r}, and this is {own!r}: "
                "put the request into the queue there"
            )

    def _check(self, message: CheckRequest) -> None:
        """Check a source. One that fails leaves no report, and can be requested again."""
        try:
            with tracing.span("glueline.check", "consumer", {"glueline.source": message.source}):
                report = asyncio.run(check_permissions(self.settings, message.source))
            self.runtime.record_check(report)
        except GluelineError as error:
            log.warning("check.given_up", source=message.source, error=str(error))
        else:
            log.info("check.done", source=message.source, ok=report.ok)

    def _add_dead_letter(self, reason: str, body: str) -> None:
        self.runtime.add_dead_letter(*redact_dead_letter(reason, body))

    def _on_setup_logging(self, **_: Any) -> None:
        setup_logging(self.settings)

    def _on_worker_init(self, **_: Any) -> None:
        dead_letters.add = self._add_dead_letter
        # Celery sets up logging later; until then, log lines would go elsewhere.
        self._on_setup_logging()
        begin_tracing()
        try:
            self.runtime.start()
        except GluelineError as error:
            print(f"glueline worker: {error}", file=sys.stderr)  # noqa: T201
            raise SystemExit(2 if isinstance(error, UsageError) else 1) from None

    def _on_worker_shutting_down(self, **_: Any) -> None:
        self.runtime.drain_soon()

    def _on_worker_shutdown(self, **_: Any) -> None:
        self.runtime.stop()
        tracing.end()

    def _on_task_unknown(self, message: Any, name: str, **_: Any) -> None:
        self._add_dead_letter(f"there is no task {name!r}", render_message(message.body))

    def _on_task_rejected(self, message: Any, exc: Exception | None = None, **_: Any) -> None:
        cause = type(exc).__name__ if exc else "unknown format"
        self._add_dead_letter(
            f"the message is not a Celery task: {cause}", render_message(message.body)
        )

    def _on_task_revoked(self, request: Any, *, expired: bool = False, **_: Any) -> None:
        """Add a dead letter for an expired message, which Celery drops silently."""
        if expired:
            fields = {name: getattr(request, name, None) for name in ("task", "id", "argsrepr")}
            self._add_dead_letter(
                "the message had expired before a worker took it", _to_text(fields)
            )

    def _on_task_failure(self, exception: Exception, args: Any, **_: Any) -> None:
        """Add a dead letter for an unexpected error; the ledger settles a unit's own failure."""
        self._add_dead_letter(
            f"the message cannot be handled: {type(exception).__name__}", _to_text(args)
        )


def _parse_arguments(
    task: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> ExtractionRequest | CheckRequest | UnitMessage:
    """Parse the message in a task's arguments; raises UsageError."""
    if len(args) != 1 or kwargs:
        raise UsageError("not a Glueline message: a task takes one argument, the message")
    message = parse_message(args[0])
    if task_name(message.kind) != task:
        raise UsageError(f"not a Glueline message: kind {message.kind!r} came as task {task!r}")
    return message


def _get_traceparent(task: Any) -> str:
    """Return the trace header of a message; "" when it holds anything but a text."""
    header = getattr(task, "traceparent", None)
    return header if isinstance(header, str) else ""


def _to_text(value: object) -> str:
    """Return ``str(value)``, also of a value that is nested too deeply for it."""
    try:
        return str(value)
    except RecursionError:
        return "[nested too deeply to be shown]"


app = make_app(load_settings())
