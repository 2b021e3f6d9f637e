"""Turn the errors of databases into those of sinks: errors that may pass, and others."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from glueline.contract.errors import GluelineError
from glueline_worker.sinks.errors import SinkRefused, SinkUnavailable

_SQLITE_TRANSIENT = frozenset(
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
_SQLITE_DAMAGED = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})
_SQLITE_PRIMARY = 0xFF
"""An extended result code holds the primary one in its lowest byte."""

READ_ONLY_SQLSTATE = "25006"
"""SQLSTATE of a server that takes no writes: a standby, or one whose operator forbade them."""

_POSTGRESQL_TRANSIENT = ("08", "40", "53", "55", "57", "58", READ_ONLY_SQLSTATE)
"""Classes of SQLSTATE: connection, rollback, resources, object in use, operator, system."""

_POSTGRESQL_REFUSALS = (
    "authentication",
    "no password supplied",
    "does not exist",
    "pg_hba.conf",
    "permission denied",
)
"""Parts of messages: libpq reports a refused connection without a SQLSTATE."""


@contextmanager
def translate_database_errors(name: str, secrets: Sequence[str] = ()) -> Iterator[None]:
    """Raise SinkUnavailable or SinkRefused, naming the sink, in place of SQLAlchemy's errors.

    The driver's error is not chained and ``secrets`` are not in the text, because logs show both.
    """
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise _translate(error, name, secrets) from None


def _translate(error: Exception, name: str, secrets: Sequence[str]) -> GluelineError:
    cause = error.orig if isinstance(error, DBAPIError) else error
    text = " ".join(str(cause).split())
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    kind = SinkUnavailable if _is_transient(error, cause) else SinkRefused
    if _primary_code(cause) in _SQLITE_DAMAGED:
        text += "; move the file away or name another"
    return kind(f"cannot use {name}: {text}")


def is_busy(error: BaseException) -> bool:
    """Tell whether another process writes SQLite's file, or repairs it after a kill."""
    return _primary_code(getattr(error, "orig", error)) == sqlite3.SQLITE_BUSY


def _is_transient(error: Exception, cause: BaseException | None) -> bool:
    code = _primary_code(cause)
    if code is not None:
        return code in _SQLITE_TRANSIENT
    state: str | None = getattr(cause, "sqlstate", None)
    if state is not None:
        return state.startswith(_POSTGRESQL_TRANSIENT)
    if isinstance(error, (OperationalError, InterfaceError)):
        return not any(text in str(cause) for text in _POSTGRESQL_REFUSALS)
    return isinstance(error, PoolTimeout)


def _primary_code(cause: BaseException | None) -> int | None:
    code: int | None = getattr(cause, "sqlite_errorcode", None)
    return None if code is None else code & _SQLITE_PRIMARY
