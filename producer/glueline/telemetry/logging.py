"""Logs: one event per line on standard error, coloured on a terminal, else JSON."""

import logging
import sys
from collections.abc import Mapping

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from glueline.contract.terminal import clean_lines
from glueline.settings.settings import Settings


def configure_logging(
    settings: Settings, *processors: Processor, levels: Mapping[str, int]
) -> None:
    """Send our own and the libraries' lines through one chain, which ends with ``processors``.

    ``levels`` are for loggers that are too verbose.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        *processors,
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
                *_make_renderers(settings.log_format),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name, level in levels.items():
        logging.getLogger(name).setLevel(max(level, root.level))


def _make_renderers(log_format: str) -> list[Processor]:
    if log_format == "console" or (log_format == "auto" and sys.stderr.isatty()):
        return [_clean_values, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return [structlog.processors.JSONRenderer()]


def _clean_values(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Make values safe for a terminal, which obeys some characters; JSON escapes them anyway."""
    return {
        key: clean_lines(value) if isinstance(value, str) else value for key, value in event.items()
    }
