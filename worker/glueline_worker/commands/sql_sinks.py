"""Read from the SQLite or PostgreSQL sink that a command is given."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from glueline.contract.errors import UsageError
from glueline_worker.sinks.registry import parse_sink

if TYPE_CHECKING:
    from glueline_worker.sinks.sql.sink import SqlSink

_Result = TypeVar("_Result")


async def read_sql_sink(url: str, read: "Callable[[SqlSink], Awaitable[_Result]]") -> "_Result":
    """Return what ``read`` finds in a sink; raises UsageError for one that holds files."""
    from glueline_worker.sinks.sql.sink import SqlSink  # noqa: PLC0415 - SQLAlchemy takes a while

    sink = parse_sink(url)
    if not isinstance(sink, SqlSink):
        raise UsageError(f"{sink.name} is no SQL sink; name one of SQLite or PostgreSQL")
    try:
        return await read(sink)
    finally:
        await sink.close()
