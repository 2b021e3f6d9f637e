"""Make SQL sinks from ``sqlite:`` and ``postgresql:`` URLs."""

from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from sqlalchemy import URL

from glueline.contract.errors import UsageError
from glueline_worker.sinks.sink_url import SinkUrl
from glueline_worker.sinks.sql.database import SqlDatabase
from glueline_worker.sinks.sql.engine import (
    POSTGRESQL_CONNECTIONS,
    make_postgresql_engine,
    make_sqlite_engine,
)
from glueline_worker.sinks.sql.sink import SqlSink

_POSTGRESQL_DEFAULTS = {"application_name": "glueline", "connect_timeout": "10"}


def make_sqlite_sink(sink_url: SinkUrl) -> SqlSink:
    """Make the sink of ``sqlite:///relative.db`` or ``sqlite:////absolute.db``."""
    sink_url.refuse_options_except(())
    path = sink_url.path.removeprefix("/")
    if sink_url.host or not sink_url.path.startswith("/"):
        wanted = f"{sink_url.host}{sink_url.path}".lstrip("/") or "glueline.db"
        raise UsageError(
            f"the sink {sink_url.name!r} has too few slashes; write sqlite:///{wanted} for a "
            f"relative path or sqlite:////{wanted} for an absolute one"
        )
    if path in {"", ":memory:"} or path.endswith("/"):
        raise UsageError(
            f"the sink {sink_url.name!r} names no file; write for example sqlite:///glueline.db"
        )
    engine, file = make_sqlite_engine(path), Path(path)
    return SqlSink(SqlDatabase(sink_url.name, engine, threads=1, file=file))


def make_postgresql_sink(sink_url: SinkUrl) -> SqlSink:
    """Make the sink of ``postgresql://user:password@host/database?option=value``.

    The options are those of libpq.
    """
    if find_spec("psycopg") is None:
        raise UsageError(
            f"the sink {sink_url.name!r} needs a driver: pip install 'glueline-worker[postgres]'"
        )
    url = _make_postgresql_url(sink_url)
    sink_url.refuse_options_except(_list_libpq_options(), "libpq's parameters, such as sslmode")
    secrets = [str(url.password or ""), *sink_url.secret_options]
    engine, threads = make_postgresql_engine(url), POSTGRESQL_CONNECTIONS
    return SqlSink(SqlDatabase(sink_url.name, engine, threads=threads, secrets=secrets))


def _make_postgresql_url(sink_url: SinkUrl) -> URL:
    database = sink_url.path.removeprefix("/")
    server = _parse_server(sink_url)
    if not database or "/" in database:
        raise UsageError(
            f"the sink {sink_url.name!r} names no database; "
            "write postgresql://user:password@host/database"
        )
    return URL.create(
        "postgresql+psycopg",
        username=unquote(server.username) if server.username else None,
        password=unquote(server.password) if server.password else None,
        host=unquote(server.hostname) if server.hostname else None,
        port=server.port,
        database=database,
        query=_POSTGRESQL_DEFAULTS | sink_url.options,
    )


def _parse_server(sink_url: SinkUrl) -> SplitResult:
    parts = urlsplit(sink_url.url)
    with suppress(ValueError):  # the port is no number
        if parts.port != 0 and ("@" in parts.netloc or "@" not in sink_url.url):
            return parts
    raise UsageError(
        f"the sink {sink_url.name!r} has no valid host and port; "
        "write characters such as @ : / ? in a password or an option percent-encoded"
    )


def _list_libpq_options() -> frozenset[str]:
    from psycopg import pq  # noqa: PLC0415 - an extra

    return frozenset(option.keyword.decode() for option in pq.Conninfo.get_defaults())
