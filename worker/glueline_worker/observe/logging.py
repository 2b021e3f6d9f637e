"""Logs: coloured lines on a terminal, JSON elsewhere, each bound to its run, unit and task."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from glueline.contract.text import lines
from glueline.settings import Settings
from glueline_worker.redact import redact_text

_QUIET = (
    "aioboto3",
    "aiobotocore",
    "asyncio",
    "botocore",
    "celery.worker.strategy",
    "kombu",
    "sqlglot",
    "urllib3",
)


LONGEST = 20_000
"""Characters of one value of a line; Celery logs whole messages that it does not know."""


def setup_logging(settings: Settings) -> None:
    """Send our own and the libraries' lines through one chain to standard error."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redact,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(settings.log_format),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    # Our own lines say what became of a task; a unit given back is no warning with a traceback.
    logging.getLogger("celery.app.trace").setLevel(logging.ERROR)


def _rendering(log_format: str) -> list[Processor]:
    if log_format == "console" or (log_format == "auto" and sys.stderr.isatty()):
        return [_visible, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return [structlog.processors.JSONRenderer()]


def _redact(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """The last gate: a library may quote a URL with its password."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = redact_text(value[:LONGEST])
    return event


def _visible(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Names come from outside, and a terminal obeys some of them; JSON escapes them anyway."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = lines(value)
    return event


def bind(**values: Any) -> None:
    """Bind values to all lines of this task; a thread is reused, so the old ones go."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**values)
