"""The sinks by the schemes of their URLs. Those of other distributions are in ``plugins``.

The help of the command line imports this, so the sinks themselves are imported on first use.
"""

from typing import TYPE_CHECKING, NamedTuple

from glueline.contract.errors import UsageError
from glueline_worker.sinks.extras import load_from_extra
from glueline_worker.sinks.sink_url import SinkUrl

if TYPE_CHECKING:
    from glueline_worker.sinks.base import Sink


class SinkScheme(NamedTuple):
    """One kind of sink."""

    example: str
    """A URL for the help of ``glueline run``."""
    factory: str
    """``module:function``, imported on first use: SQLAlchemy alone takes 20 MB."""
    extra: str = ""
    """The extra of ``glueline-worker`` that brings its libraries."""


SCHEMES = {
    "sqlite": SinkScheme("sqlite:///FILE", "glueline_worker.sinks.sql.urls:make_sqlite_sink"),
    "postgresql": SinkScheme(
        "postgresql://…", "glueline_worker.sinks.sql.urls:make_postgresql_sink"
    ),
    "file": SinkScheme(
        "file:///DIR?format=jsonl", "glueline_worker.sinks.files.sink:make_file_sink"
    ),
    "openlineage+file": SinkScheme(
        "openlineage+file:DIR",
        "glueline_worker.openlineage.file_sink:make_event_file_sink",
        "openlineage",
    ),
    "openlineage+http": SinkScheme(
        "openlineage+http://HOST",
        "glueline_worker.openlineage.http_sink:make_event_http_sink",
        "openlineage",
    ),
    "openlineage+https": SinkScheme(
        "openlineage+https://HOST",
        "glueline_worker.openlineage.http_sink:make_event_http_sink",
        "openlineage",
    ),
    "openlineage+config": SinkScheme(
        "openlineage+config:",
        "glueline_worker.openlineage.client_sink:make_event_client_sink",
        "openlineage",
    ),
    "stdout": SinkScheme("stdout:", "glueline_worker.sinks.stdout.sink:make_stdout_sink"),
}
"""A factory takes a ``SinkUrl``, returns the sink without opening it, and raises UsageError."""


def parse_sink(url: str) -> "Sink":
    """Make the sink that ``url`` names, without opening it.

    Raises UsageError with one sentence that says what is wrong with the URL. The sentence never
    holds the password of the URL.
    """
    sink_url = SinkUrl.parse(url)
    scheme = SCHEMES.get(sink_url.scheme)
    if scheme is None:
        return _make_foreign_sink(sink_url)
    factory = load_from_extra(scheme.factory, scheme.extra, sink_url.name)
    sink: Sink = factory(sink_url)
    return sink


def _make_foreign_sink(sink_url: SinkUrl) -> "Sink":
    # Entry points are searched in all distributions, which takes a while.
    from glueline_worker.sinks.plugins import list_plugin_schemes, make_plugin_sink  # noqa: PLC0415

    sink = make_plugin_sink(sink_url)
    if sink is None:
        known = ", ".join(sorted(SCHEMES.keys() | list_plugin_schemes()))
        raise UsageError(f"no sink has the scheme {sink_url.scheme!r}; known: {known}")
    return sink
