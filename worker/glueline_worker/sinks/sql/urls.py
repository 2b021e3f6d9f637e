"""``sqlite:`` and ``postgresql:`` URLs."""

from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from sqlalchemy import URL

from glueline.contract.errors import UsageError
from glueline_worker.sinks.sink_url import Location
from glueline_worker.sinks.sql.engine import CONNECTIONS, postgresql_engine, sqlite_engine
from glueline_worker.sinks.sql.sink import SqlSink

DEFAULTS = {"application_name": "glueline", "connect_timeout": "10"}


def sqlite_sink(location: Location) -> SqlSink:
    """Make the sink of ``sqlite:///relative.db`` or ``sqlite:////absolute.db``."""
    location.refuse_options_except(())
    path = location.path.removeprefix("/")
    if location.host or not location.path.startswith("/"):
        wanted = f"{location.host}{location.path}".lstrip("/") or "glueline.db"
        raise UsageError(
            f"the sink {location.name!r} has too few slashes; write sqlite:///{wanted} for a "
            f"relative path or sqlite:////{wanted} for an absolute one"
        )
    if path in {"", ":memory:"} or path.endswith("/"):
        raise UsageError(
            f"the sink {location.name!r} names no file; write for example sqlite:///glueline.db"
        )
    return SqlSink(location.name, sqlite_engine(path), threads=1, file=Path(path))


def postgresql_sink(location: Location) -> SqlSink:
    """Make the sink of ``postgresql://user:password@host/database``; options are libpq's."""
    if find_spec("psycopg") is None:
        raise UsageError(
            f"the sink {location.name!r} needs a driver: pip install 'glueline-worker[postgres]'"
        )
    url = _postgresql_url(location)
    location.refuse_options_except(_libpq_options(), "libpq's parameters, such as sslmode")
    secrets = [str(url.password or ""), *location.secret_options]
    return SqlSink(location.name, postgresql_engine(url), threads=CONNECTIONS, secrets=secrets)


def _postgresql_url(location: Location) -> URL:
    database = location.path.removeprefix("/")
    server = _server(location)
    if not database or "/" in database:
        raise UsageError(
            f"the sink {location.name!r} names no database; "
            "write postgresql://user:password@host/database"
        )
    return URL.create(
        "postgresql+psycopg",
        username=unquote(server.username) if server.username else None,
        password=unquote(server.password) if server.password else None,
        host=unquote(server.hostname) if server.hostname else None,
        port=server.port,
        database=database,
        query=DEFAULTS | location.options,
    )


def _server(location: Location) -> SplitResult:
    parts = urlsplit(location.url)
    with suppress(ValueError):  # of a port that is no number
        if parts.port != 0 and ("@" in parts.netloc or "@" not in location.url):
            return parts
    raise UsageError(
        f"the sink {location.name!r} has no valid host and port; "
        "write characters such as @ : / ? in a password or an option percent-encoded"
    )


def _libpq_options() -> frozenset[str]:
    from psycopg import pq  # noqa: PLC0415 - an extra

    return frozenset(option.keyword.decode() for option in pq.Conninfo.get_defaults())
