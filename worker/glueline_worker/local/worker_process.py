"""One worker process, or several that share the memory of their imports."""

import gc
import os
import socket
import sys
import warnings
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from glueline.contract.errors import GluelineError
from glueline.imports import import_without_collections
from glueline.settings.settings import Settings, load_settings
from glueline_worker.local.supervisor import Supervisor, WorkerStates, format_states

_GC_THRESHOLDS = (50_000, 2, 2)
"""New objects until Python collects garbage. Its own 700 took a sixth of a listing's CPU time and
found little: only the trees of SQL hold cycles. Many of them live through a collection, so the next
ones look at older objects soon: imported modules are left out, and the others are few."""
_STOP_MARGIN = 2.0
"""Seconds that a worker has after its grace period."""
_MODULES = (
    "glueline_worker.runtime",
    "glueline_worker.permissions.check",
    "glueline_worker.broker.transport",
    "glueline_worker.broker.signal_wakeup",
    "celery.apps.worker",
    "celery.concurrency.thread",
    "celery.worker.autoscale",
    "celery.worker.components",
    "celery.worker.consumer",
    "celery.app.amqp",
    "celery.app.control",
    "celery.worker.consumer.delayed_delivery",
    "celery.events.receiver",
    "celery.app.events",
    "celery.worker.strategy",
    "celery.worker.control",
    "celery.backends.base",
    "celery.app.log",
    "aiobotocore.client",
    "aiobotocore.signers",
    "aiobotocore.httpsession",
    "billiard.pool",
)
"""Modules that workers use: our own import some of these only when they need them."""
_APP = "glueline_worker.app"
"""It reads the settings."""


def preload_modules() -> None:
    """Import what workers need, so that their forks start with it. Nothing reads settings."""
    _import_all(*_MODULES)


def _import_all(*names: str) -> None:
    """Import modules, which never become garbage: no collection looks at them, now or later."""
    gc.set_threshold(*_GC_THRESHOLDS)
    missing = [name for name in names if name not in sys.modules]
    if missing:  # a service that starts workers again keeps its garbage collectable
        with import_without_collections():
            for name in missing:
                import_module(name)


def run_worker(name: str) -> int:
    """Run Celery's worker with the options that fit Glueline, and return its exit code.

    Raises SystemExit when it cannot start.
    """
    _import_all(_APP, "celery.platforms", "celery.utils.nodenames", "celery.apps.worker")
    from celery.platforms import SecurityWarning  # noqa: PLC0415
    from celery.utils.nodenames import default_nodename, host_format  # noqa: PLC0415

    from glueline_worker.app import app  # noqa: PLC0415

    # Celery's signal handlers print to `sys.__stdout__`, but standard output is for records.
    sys.__stdout__ = sys.__stderr__  # type: ignore[misc]
    # Celery warns about root because of pickle, which Glueline does not use.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    # Celery's own command would import all of its commands, and with them 11 MB of libraries.
    worker = app.Worker(
        hostname=host_format(default_nodename(f"{name}@%h")),
        pool_cls="threads",
        concurrency=app.conf.worker_concurrency,
        loglevel="INFO",
        quiet=True,
        task_events=True,
        without_gossip=True,
        without_mingle=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def run_workers(
    count: int,
    name: str,
    settings: Settings,
    *,
    logs: Path | None = None,
    orders: socket.socket | None = None,
) -> int:
    """Run ``count`` workers in forks of this process until SIGTERM, Ctrl-C or an order to stop.

    ``settings`` are those that the workers read themselves. With a ``metrics_port``, the first
    worker listens on it, the second on the next port, and so on. Reports about the workers go to
    ``orders``, their standard error into files in ``logs``. Returns 0, or the exit code of a worker
    that does not start.
    """
    port = settings.worker.metrics_port

    def run(number: int) -> None:
        if port:
            os.environ["GLUELINE_WORKER__METRICS_PORT"] = str(port + number - 1)
        code = run_worker(f"{name}-{number}")
        # Celery's code is 1 after SIGINT, too. For the supervisor, that is no failed start.
        sys.exit(0 if _is_told_to_end() else code)

    def report(states: WorkerStates) -> None:
        if orders is not None:
            with suppress(OSError):  # the parent may be gone
                orders.sendall(format_states(states))

    preload_modules()
    if not port:
        _import_all(_APP)  # reads the settings, which are the same for all
    grace = settings.worker.grace + _STOP_MARGIN
    return Supervisor(count, run, grace=grace, report=report, logs=logs).supervise(orders)


def _is_told_to_end() -> bool:
    from celery.worker import state  # noqa: PLC0415

    return state.should_stop is not None or state.should_terminate is not None


def obey_parent(count: int, logs: Path) -> int:
    """Run workers as the orders say that come in standard input; see ``run_workers``."""
    with socket.socket(fileno=os.dup(0)) as orders:
        try:
            return run_workers(count, "worker", load_settings(), logs=logs, orders=orders)
        except GluelineError as error:
            orders.sendall(format_states(WorkerStates((), 0, str(error))))
            return 1
