"""Logs of a worker: each line bound to its run, unit and task, and without secrets."""

import logging
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from glueline.settings.settings import Settings
from glueline.telemetry.logging import configure_logging
from glueline_worker.redact import redact_text

_LEVELS = {
    **dict.fromkeys(
        (
            "aioboto3",
            "aiobotocore",
            "asyncio",
            "botocore",
            "celery.worker.strategy",
            "kombu",
            "sqlglot",
            "urllib3",
        ),
        logging.WARNING,
    ),
    # The unit's failure names the role that cannot be assumed, and the reason.
    "aiobotocore.credentials": logging.ERROR,
    "botocore.credentials": logging.ERROR,
    # Our own lines report the end of a task; a unit given back deserves no traceback.
    "celery.app.trace": logging.ERROR,
}
_VALUE_LIMIT = 20_000
"""Characters of one value of a line; Celery logs whole messages with unknown tasks."""


def setup_logging(settings: Settings) -> None:
    """Send our own and the libraries' lines to standard error."""
    configure_logging(settings, _redact, levels=_LEVELS)


def _redact(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Remove secrets from a line: a library may quote a URL with its password."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = redact_text(value[:_VALUE_LIMIT])
    return event


def bind_task(**values: Any) -> None:
    """Bind values to all lines of this task, and drop those of the thread's last task."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**values)
