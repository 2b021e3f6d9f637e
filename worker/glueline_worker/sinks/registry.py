"""Sinks by their URL."""

from collections.abc import Callable

from glueline.contract.errors import UsageError
from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.files.sink import file_sink
from glueline_worker.sinks.location import Location, redacted
from glueline_worker.sinks.sql.urls import postgresql_sink, sqlite_sink
from glueline_worker.sinks.stdout import stdout_sink

__all__ = ["SCHEMES", "parse_sink", "redacted"]

SCHEMES: dict[str, Callable[[Location], Sink]] = {
    "file": file_sink,
    "postgresql": postgresql_sink,
    "sqlite": sqlite_sink,
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
