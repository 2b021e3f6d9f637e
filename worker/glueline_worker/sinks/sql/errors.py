"""The errors of databases in a sink's words: what may pass, and what will not."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from glueline.contract.errors import GluelineError
from glueline_worker.sinks.base import SinkRefused, SinkUnavailable

SQLITE_PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_PROTOCOL,
    }
)
SQLITE_DAMAGED = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})
SQLITE_PRIMARY = 0xFF
"""An extended result code holds the primary one in its lowest byte."""

READ_ONLY = "25006"
"""SQLSTATE of a server that takes no writes: a standby, or one whose operator forbade them."""

POSTGRESQL_PASSING = ("08", "40", "53", "55", "57", "58", READ_ONLY)
"""Classes of SQLSTATE: connection, rollback, resources, object in use, operator, system."""

POSTGRESQL_REFUSALS = (
    "authentication",
    "no password supplied",
    "does not exist",
    "pg_hba.conf",
    "permission denied",
)
"""libpq tells of a refused connection in words only."""


@contextmanager
def database_errors(name: str, secrets: Sequence[str] = ()) -> Iterator[None]:
    """Raise SinkUnavailable or SinkRefused, naming the sink, in place of SQLAlchemy's errors.

    The driver's error is left out of the chain and ``secrets`` out of the text, because a log
    prints both.
    """
    try:
        yield
    except SQLAlchemyError as error:
        raise _translated(error, name, secrets) from None


def _translated(error: SQLAlchemyError, name: str, secrets: Sequence[str]) -> GluelineError:
    cause = error.orig if isinstance(error, DBAPIError) else error
    words = " ".join(str(cause).split())
    for secret in filter(None, secrets):
        words = words.replace(secret, "***")
    kind = SinkUnavailable if _passes(error, cause) else SinkRefused
    if _primary(cause) in SQLITE_DAMAGED:
        words += "; move the file away or name another"
    return kind(f"cannot use {name}: {words}")


def is_busy(error: BaseException) -> bool:
    """Whether another process writes SQLite's file, or mends it after one that was killed."""
    return _primary(getattr(error, "orig", error)) == sqlite3.SQLITE_BUSY


def _passes(error: SQLAlchemyError, cause: BaseException | None) -> bool:
    code = _primary(cause)
    if code is not None:
        return code in SQLITE_PASSING
    state: str | None = getattr(cause, "sqlstate", None)
    if state is not None:
        return state.startswith(POSTGRESQL_PASSING)
    if isinstance(error, (OperationalError, InterfaceError)):
        return not any(words in str(cause) for words in POSTGRESQL_REFUSALS)
    return isinstance(error, PoolTimeout)


def _primary(cause: BaseException | None) -> int | None:
    code: int | None = getattr(cause, "sqlite_errorcode", None)
    return None if code is None else code & SQLITE_PRIMARY
