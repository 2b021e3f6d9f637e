"""The sinks of other distributions, which the entry point group ``glueline.sinks`` names.

The name of an entry point is the scheme of a URL. Its object is a factory that takes a ``SinkUrl``
and returns the sink without opening it.
"""

import inspect
from importlib.metadata import EntryPoint, entry_points
from typing import Any
from urllib.parse import unquote, urlsplit

from glueline.contract.errors import GluelineError, UsageError
from glueline.contract.terminal import clean_line
from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.sink_url import SinkUrl

SINK_GROUP = "glueline.sinks"
_TEXTS = tuple(Sink.__annotations__)
_METHODS = tuple(name for name in vars(Sink) if inspect.iscoroutinefunction(vars(Sink)[name]))


def list_plugin_schemes() -> set[str]:
    """Return the schemes that other distributions serve. It imports none of them."""
    return {point.name.lower() for point in entry_points(group=SINK_GROUP)}


def make_plugin_sink(sink_url: SinkUrl) -> Sink | None:
    """Make the sink of another distribution; None where no distribution has the scheme.

    Raises UsageError with one sentence that names the distribution, if its code is broken.
    """
    point = _find_entry_point(sink_url.scheme)
    if point is None:
        return None
    sink = _call_factory(point, _load_factory(point), sink_url)
    if fault := _find_fault(sink, sink_url):
        raise UsageError(f"{_describe(point)} made a sink that {fault}")
    return sink  # type: ignore[no-any-return]


def _find_entry_point(scheme: str) -> EntryPoint | None:
    # An editable installation can be found twice.
    points = entry_points(group=SINK_GROUP)
    found = {_describe(point): point for point in points if point.name.lower() == scheme}
    if len(found) > 1:
        raise UsageError(f"two sinks have the scheme {scheme!r}: {' and '.join(sorted(found))}")
    return next(iter(found.values()), None)


def _load_factory(point: EntryPoint) -> Any:
    try:
        factory = point.load()
    except Exception as error:  # noqa: BLE001 - whatever the import of foreign code raises
        reason = clean_line(f"{type(error).__name__}: {error}")
        raise UsageError(f"{_describe(point)} cannot be imported: {reason}") from None
    if not callable(factory):
        raise UsageError(f"{_describe(point)} is no function; it must take a SinkUrl")
    return factory


def _call_factory(point: EntryPoint, factory: Any, sink_url: SinkUrl) -> Any:
    try:
        return factory(sink_url)
    except GluelineError as error:
        text = clean_line(str(error).replace(sink_url.url, sink_url.name))
        if any(secret in text for secret in _find_secrets(sink_url)):
            text = f"{_describe(point)} refuses the sink {sink_url.name!r}"
        raise UsageError(text) from None
    except Exception as error:  # noqa: BLE001 - whatever foreign code raises
        # Not the error's own text: it may hold the password of the URL.
        kind = type(error).__name__
        raise UsageError(
            f"{_describe(point)} failed with {kind} for the sink {sink_url.name!r}"
        ) from None


def _find_fault(sink: Any, sink_url: SinkUrl) -> str:
    """Return what the sink lacks of the protocol; "" for nothing."""
    texts = {name: getattr(sink, name, None) for name in _TEXTS}
    lacking = [name for name, text in texts.items() if not isinstance(text, str) or not text]
    lacking += [name for name in _METHODS if not callable(getattr(sink, name, None))]
    if lacking:
        return f"lacks {', '.join(lacking)}"
    others = [n for n in _METHODS if not inspect.iscoroutinefunction(getattr(sink, n))]
    if others:
        return f"has no 'async def' for {', '.join(others)}"
    # Not each secret by itself: a short one can be part of an honest name.
    marks = [f"{mark}{secret}" for secret in _find_secrets(sink_url) for mark in ":="]
    if any(mark in str(text) for mark in marks for text in texts.values()):
        return "shows the secret of its URL; its name must be SinkUrl.name"
    if not hasattr(sink, "__dict__") or not hasattr(sink, "__weakref__"):
        return "has __slots__, so that its steps cannot be measured"
    return ""


def _find_secrets(sink_url: SinkUrl) -> list[str]:
    """Return the password and the secret options of the URL, as written and decoded."""
    password = urlsplit(sink_url.url).password or ""
    found = {password, unquote(password), *sink_url.secret_options}
    return [secret for secret in found if secret]


def _describe(point: EntryPoint) -> str:
    dist = point.dist
    origin = f" of {dist.name} {dist.version}" if dist else ""
    return f"the entry point {point.name!r} ({point.value}){origin}"
