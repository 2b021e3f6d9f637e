"""The options of OpenLineage's sinks, as their URLs give them."""

from glueline.contract.errors import UsageError
from glueline_worker.openlineage.events import EventOptions
from glueline_worker.sinks.sink_url import SinkUrl

EVENT_OPTIONS = ("bytes", "links", "namespace", "static")
_LEAST_BYTES = 10_000


def parse_event_options(sink_url: SinkUrl) -> EventOptions:
    """Return the options that every sink of events has; raises UsageError."""
    options, defaults = sink_url.options, EventOptions()
    static = options.get("static", "false")
    if static not in ("true", "false"):
        raise UsageError(f"the sink {sink_url.name!r} has static={static!r}; write true or false")
    if options.get("namespace") == "":
        raise UsageError(f"the sink {sink_url.name!r} has an empty namespace")
    return EventOptions(
        namespace=options.get("namespace"),
        is_static=static == "true",
        max_links=parse_count(sink_url, "links", defaults.max_links),
        max_bytes=parse_count(sink_url, "bytes", defaults.max_bytes, least=_LEAST_BYTES),
    )


def parse_count(sink_url: SinkUrl, option: str, default: int, *, least: int = 1) -> int:
    """Return an option that is a whole number of at least ``least``; raises UsageError."""
    text = sink_url.options.get(option)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal()) or int(text) < least:
        raise UsageError(
            f"the sink {sink_url.name!r} has {option}={text!r}; write a whole number from "
            f"{least:,} on"
        )
    return int(text)
