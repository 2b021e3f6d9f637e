"""``sqlite:`` and ``postgresql:`` URLs."""

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import URL

from glueline.contract.errors import UsageError
from glueline_worker.sinks.location import Location
from glueline_worker.sinks.sql.engine import CONNECTIONS, postgresql_engine, sqlite_engine
from glueline_worker.sinks.sql.sink import SqlSink

DEFAULTS = {"application_name": "glueline", "connect_timeout": "10"}


def sqlite_sink(location: Location) -> SqlSink:
    """Make the sink of ``sqlite:///relative.db`` or ``sqlite:////absolute.db``."""
    location.refuse_options_except(())
    path = location.path.removeprefix("/")
    if location.authority or not location.path.startswith("/"):
        wanted = f"{location.authority}{location.path}".lstrip("/") or "glueline.db"
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
    location.refuse_options_except(_libpq_options())
    url = _postgresql_url(location)
    password = url.password or location.options.get("password")
    engine = postgresql_engine(url)
    return SqlSink(location.name, engine, threads=CONNECTIONS, password=str(password or ""))


def _postgresql_url(location: Location) -> URL:
    try:
        parts = urlsplit(location.url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UsageError(
            f"the port of the sink {location.name!r} is no number; "
            "characters such as @ : / ? in a password are percent-encoded"
        ) from None
    database = location.path.removeprefix("/")
    if not database or "/" in database:
        raise UsageError(
            f"the sink {location.name!r} names no database; "
            "write postgresql://user:password@host/database"
        )
    return URL.create(
        "postgresql+psycopg",
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        host=unquote(host) if host else None,
        port=port,
        database=database,
        query=DEFAULTS | location.options,
    )


def _libpq_options() -> frozenset[str]:
    from psycopg import pq  # noqa: PLC0415 - an extra

    return frozenset(option.keyword.decode() for option in pq.Conninfo.get_defaults())
