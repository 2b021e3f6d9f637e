"""Read from the SQLite or PostgreSQL sink that a command is given."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from glueline.cli.loading import load_cli_settings
from glueline.contract.errors import UsageError
from glueline_worker.sinks.errors import SinkRefused
from glueline_worker.sinks.registry import parse_sink

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from glueline_worker.sinks.sql.sink import SqlSink

_Result = TypeVar("_Result")
SqlSinkOption = Annotated[
    str | None,
    typer.Option(
        "--sink", metavar="URL", help="The SQLite or PostgreSQL sink to read [GLUELINE_SINKS]."
    ),
]


def ask_sql_sink(url: str | None, read: "Callable[[SqlSink], Awaitable[_Result]]") -> "_Result":
    """Return what ``read`` finds in the sink ``url``, by default the first one of the settings.

    Raises UsageError when there is none, and SinkRefused when the given one holds nothing.
    """
    chosen = choose_sql_sink(url)
    try:
        return asyncio.run(read_sql_sink(chosen, read))
    except SinkRefused as error:
        if url:
            raise
        raise UsageError(f"{error} (no --sink was given)") from None


def choose_sql_sink(url: str | None) -> str:
    """Return ``url``, or the first SQL sink of the settings."""
    if url:
        return url
    for candidate in load_cli_settings().sinks:
        if candidate.startswith(("sqlite:", "postgresql:")):
            return candidate
    raise UsageError("no SQLite or PostgreSQL sink is known: give one with --sink")


async def read_sql_sink(url: str, read: "Callable[[SqlSink], Awaitable[_Result]]") -> "_Result":
    """Return what ``read`` finds in a sink; raises UsageError for one that holds files."""
    sink = _make_sql_sink(url)
    try:
        return await read(sink)
    finally:
        await sink.close()


async def write_sql_sink(url: str, work: "Callable[[Connection], _Result]") -> "_Result":
    """Do ``work`` in one transaction on a sink, which is created where it does not exist."""
    sink = _make_sql_sink(url)
    try:
        await sink.open()
        return await sink.transact(work)
    finally:
        await sink.close()


def _make_sql_sink(url: str) -> "SqlSink":
    from glueline_worker.sinks.sql.sink import SqlSink  # noqa: PLC0415 - SQLAlchemy takes a while

    sink = parse_sink(url)
    if not isinstance(sink, SqlSink):
        raise UsageError(f"{sink.name} is no SQL sink; name one of SQLite or PostgreSQL")
    return sink
