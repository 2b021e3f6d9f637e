"""Logs of the API: one event a line to standard error, JSON unless somebody is watching."""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from glueline.contract.text import lines
from glueline.settings import Settings


def setup_logging(settings: Settings) -> None:
    """Send our own lines and uvicorn's through one chain."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
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
    # Its lines name the address and say that it started; ours say so too.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


def _rendering(log_format: str) -> list[Processor]:
    if log_format == "console" or (log_format == "auto" and sys.stderr.isatty()):
        return [_harmless, structlog.dev.ConsoleRenderer()]
    return [structlog.processors.JSONRenderer()]


def _harmless(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Names come from outside, and a terminal obeys some characters."""
    return {key: lines(value) if isinstance(value, str) else value for key, value in event.items()}
