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
    # The unit's failure says which role cannot be assumed, and why.
    "aiobotocore.credentials": logging.ERROR,
    "botocore.credentials": logging.ERROR,
    # Our own lines say what became of a task; a unit given back is no warning with a traceback.
    "celery.app.trace": logging.ERROR,
}
LONGEST = 20_000
"""Characters of one value of a line; Celery logs whole messages that it does not know."""


def setup_logging(settings: Settings) -> None:
    """Send our own and the libraries' lines to standard error."""
    configure_logging(settings, _redact, levels=_LEVELS)


def _redact(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """The last gate: a library may quote a URL with its password."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = redact_text(value[:LONGEST])
    return event


def bind(**values: Any) -> None:
    """Bind values to all lines of this task; a thread is reused, so the old ones go."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**values)
