"""Sinks by their URL."""

from collections.abc import Callable

from glueline.contract.errors import UsageError
from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.files.sink import file_sink
from glueline_worker.sinks.sink_url import Location, redacted
from glueline_worker.sinks.stdout.sink import stdout_sink

__all__ = ["SCHEMES", "parse_sink", "redacted"]


def _sqlite(location: Location) -> Sink:
    # SQLAlchemy takes 20 MB, which a worker that writes files need not have.
    from glueline_worker.sinks.sql.urls import sqlite_sink  # noqa: PLC0415

    return sqlite_sink(location)


def _postgresql(location: Location) -> Sink:
    from glueline_worker.sinks.sql.urls import postgresql_sink  # noqa: PLC0415

    return postgresql_sink(location)


SCHEMES: dict[str, Callable[[Location], Sink]] = {
    "file": file_sink,
    "postgresql": _postgresql,
    "sqlite": _sqlite,
    "stdout": stdout_sink,
}


def parse_sink(url: str) -> Sink:
    """Make the sink that ``url`` names, without opening it.

    Raises UsageError with one sentence that says what is wrong with the URL; it never holds the
    URL's password.
    """
    location = Location.parse(url)
    factory = SCHEMES.get(location.scheme)
    if factory is None:
        known = ", ".join(sorted(SCHEMES))
        raise UsageError(f"no sink has the scheme {location.scheme!r}; known: {known}")
    return factory(location)
