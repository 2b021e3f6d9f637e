"""Enqueue AWS Glue extractions and follow them.

The names are loaded on first use, so that ``import glueline`` costs next to nothing. Not even the
standard library is imported: an interrupt meanwhile would end a command in a traceback.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from glueline.changes.intake import accept_events
    from glueline.client.async_producer import AsyncProducer
    from glueline.client.errors import KeyConflict, UnknownRun, WaitTimeout
    from glueline.client.outbox import Outbox
    from glueline.client.producer import Accepted, Producer
    from glueline.contract.errors import GluelineError, Retryable, Terminal, UsageError
    from glueline.contract.filters import Filters, Globs
    from glueline.contract.messages import ExtractionRequest, Options
    from glueline.contract.runs import Failure, RunState, RunStatus
    from glueline.settings.settings import Settings, load_settings

_NAMES_BY_MODULE = {
    "contract.errors": ("GluelineError", "Retryable", "Terminal", "UsageError"),
    "contract.filters": ("Filters", "Globs"),
    "contract.messages": ("ExtractionRequest", "Options"),
    "contract.runs": ("Failure", "RunState", "RunStatus"),
    "client.outbox": ("Outbox",),
    "changes.intake": ("accept_events",),
    "client.errors": ("KeyConflict", "UnknownRun", "WaitTimeout"),
    "client.producer": ("Accepted", "Producer"),
    "client.async_producer": ("AsyncProducer",),
    "settings.settings": ("Settings", "load_settings"),
}
_MODULES = {name: module for module, names in _NAMES_BY_MODULE.items() for name in names}

__all__ = [
    "Accepted",
    "AsyncProducer",
    "ExtractionRequest",
    "Failure",
    "Filters",
    "Globs",
    "GluelineError",
    "KeyConflict",
    "Options",
    "Outbox",
    "Producer",
    "Retryable",
    "RunState",
    "RunStatus",
    "Settings",
    "Terminal",
    "UnknownRun",
    "UsageError",
    "WaitTimeout",
    "accept_events",
    "load_settings",
]


def __getattr__(name: str) -> "Any":
    from importlib import import_module  # noqa: PLC0415 - see above

    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
