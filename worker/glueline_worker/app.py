"""The Celery application of the workers: ``celery -A glueline_worker.app worker --pool=threads``.

A task is a few blocking lines: validate the message, hand its coroutine to the process's event
loop, and map the outcome to an acknowledgement, a requeue or a dead letter.
"""

import asyncio
import sys
from typing import Any

import structlog
from celery import Celery, signals
from celery.exceptions import Reject

from glueline.contract.errors import GluelineError, UsageError
from glueline.contract.messages import (
    OTHER_KINDS,
    UNIT_KINDS,
    CheckRequest,
    ExtractionRequest,
    parse_message,
)
from glueline.contract.names import task_name
from glueline.ledger.keys import KeyOrigin
from glueline.queue import make_celery_app
from glueline.settings.settings import Settings, load_settings
from glueline.telemetry import tracing
from glueline_worker.broker.transport import (
    EventBatches,
    Leases,
    readable,
    transport_of,
    undertaker,
)
from glueline_worker.execution.executor import Outcome
from glueline_worker.observe.logging import bind, setup_logging
from glueline_worker.observe.tracing import begin
from glueline_worker.permissions.check import check_source
from glueline_worker.redact import letter
from glueline_worker.runtime import Runtime

log = structlog.get_logger()


def make_app(settings: Settings) -> Celery:
    """The application with its tasks; a runtime starts with the worker, not before."""
    app = make_celery_app(settings)
    app.set_current()
    app.conf.update(
        worker_pool="threads",
        worker_concurrency=settings.worker.concurrency,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        broker_transport=transport_of(settings),
    )
    app.steps["consumer"].update({Leases, EventBatches})
    worker = Worker(settings, app)

    def run(task: Any, *args: Any, **kwargs: Any) -> None:
        worker.perform(task, args, kwargs)

    for kind in (*UNIT_KINDS, *OTHER_KINDS):
        app.task(name=task_name(kind), bind=True, shared=False)(run)
    return app


class Worker:
    """What the tasks of one application share."""

    def __init__(self, settings: Settings, app: Celery) -> None:
        """Listen to the life of the worker process."""
        self.settings = settings
        self.runtime = Runtime(settings, app)
        # weak=False: nobody else keeps a bound method alive.
        signals.setup_logging.connect(self._log, weak=False)
        signals.worker_init.connect(self._start, weak=False)
        signals.worker_shutting_down.connect(self._drain, weak=False)
        signals.worker_shutdown.connect(self._stop, weak=False)
        signals.task_unknown.connect(self._unknown, weak=False)
        signals.task_rejected.connect(self._rejected, weak=False)
        signals.task_revoked.connect(self._revoked, weak=False)
        signals.task_failure.connect(self._failed, weak=False)

    def perform(self, task: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Run one message, whatever it holds."""
        bind(task=task.request.id)
        try:
            if len(args) != 1 or kwargs:
                raise UsageError("not a Glueline message: a task takes one argument, the message")
            message = parse_message(args[0])
            if task_name(message.kind) != task.name:
                raise UsageError(
                    f"not a Glueline message: kind {message.kind!r} came as task {task.name!r}"
                )
        except UsageError as error:
            self._bury(str(error), _text(args or kwargs))
            return
        if isinstance(message, ExtractionRequest):
            self._accept(message, task.request)
            return
        if isinstance(message, CheckRequest):
            self._check(message)
            return
        bind(task=task.request.id, run=message.run_id, unit=message.unit_id)
        outcome = self.runtime.execute(message)
        if outcome is Outcome.REQUEUE:
            raise Reject("given back", requeue=True)
        if outcome is Outcome.BURY:
            self._bury(f"there is no run {message.run_id!r} (any more)", message.model_dump_json())

    def _accept(self, request: ExtractionRequest, task: Any) -> None:
        """Open a run. A message that is delivered twice opens it once: its id is the key."""
        origin: KeyOrigin = "caller" if request.idempotency_key else "message"
        key = request.idempotency_key or f"message/{task.id}"[:200]
        request = request.model_copy(update={"idempotency_key": key})
        try:
            self.settings.source(request.source)
            run_id = self.runtime.accept(request, _traceparent(task), origin)
        except UsageError as error:
            self._bury(str(error), request.model_dump_json())
        except GluelineError as error:
            log.warning("request.given_back", error=str(error))
            raise Reject(str(error), requeue=True) from None
        else:
            log.info("run.opened", run=run_id, scope=request.label)

    def _check(self, message: CheckRequest) -> None:
        """Check a source. A question that cannot be answered lapses, and may be asked again."""
        try:
            with tracing.span("glueline.check", "consumer", {"glueline.source": message.source}):
                report = asyncio.run(check_source(self.settings, message.source))
            self.runtime.record(report)
        except GluelineError as error:
            log.warning("check.given_up", source=message.source, error=str(error))
        else:
            log.info("check.done", source=message.source, ok=report.ok)

    def _bury(self, reason: str, body: str) -> None:
        self.runtime.add_dead_letter(*letter(reason, body))

    def _log(self, **_: Any) -> None:
        setup_logging(self.settings)

    def _start(self, **_: Any) -> None:
        undertaker.add_dead_letter = self._bury
        # Celery sets up logging later, and what is found at the start would go elsewhere.
        self._log()
        begin()
        try:
            self.runtime.start()
        except GluelineError as error:
            print(f"glueline worker: {error}", file=sys.stderr)  # noqa: T201
            raise SystemExit(2 if isinstance(error, UsageError) else 1) from None

    def _drain(self, **_: Any) -> None:
        self.runtime.drain_soon()

    def _stop(self, **_: Any) -> None:
        self.runtime.stop()
        tracing.end()

    def _unknown(self, message: Any, name: str, **_: Any) -> None:
        self._bury(f"there is no task {name!r}", readable(message.body))

    def _rejected(self, message: Any, exc: Exception | None = None, **_: Any) -> None:
        why = type(exc).__name__ if exc else "unknown format"
        self._bury(f"the message is not a Celery task: {why}", readable(message.body))

    def _revoked(self, request: Any, *, expired: bool = False, **_: Any) -> None:
        """Celery drops a message whose sender gave it an end, and says so to nobody."""
        if expired:
            what = {name: getattr(request, name, None) for name in ("task", "id", "argsrepr")}
            self._bury("the message had expired before a worker took it", _text(what))

    def _failed(self, exception: Exception, args: Any, **_: Any) -> None:
        """A unit's failure is settled in the ledger; what comes here is none that was foreseen."""
        self._bury(f"the message cannot be handled: {type(exception).__name__}", _text(args))


def _traceparent(task: Any) -> str:
    """The header of a message whose sender traces; it may hold anything."""
    found = getattr(task, "traceparent", None)
    return found if isinstance(found, str) else ""


def _text(value: object) -> str:
    try:
        return str(value)
    except RecursionError:
        return "[nested too deeply to be shown]"


app = make_app(load_settings())
