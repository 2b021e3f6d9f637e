"""Tell whether SQLite's file is still the one that was written to.

A process that holds a file open goes on writing to it after it was deleted or replaced, without
an error. So the file is looked at around each transaction, and each database has a number that
the receipts carry: a run is not committed to another database than its units were written to.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection

from glueline_worker.sinks.base import Receipt, SinkRefused

DATABASE = "database"
"""Where a receipt holds the number."""


def mark(connection: Connection) -> None:
    """Give a new database its number; SQLite leaves ``user_version`` to applications."""
    if connection.dialect.name == "sqlite":
        number = 1 + secrets.randbelow(2**31 - 1)
        connection.exec_driver_sql(f"PRAGMA user_version = {number}")


def number_of(connection: Connection) -> int | None:
    """Read the number; None for PostgreSQL, whose server says when a database is gone."""
    if connection.dialect.name != "sqlite":
        return None
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def check_receipts(connection: Connection, receipts: Mapping[str, Receipt]) -> None:
    """Raise SinkRefused when units were written to another database than this."""
    number = number_of(connection)
    lost = [unit for unit, its in receipts.items() if its.get(DATABASE, number) != number]
    if number is not None and lost:
        raise SinkRefused(
            f"the database file was deleted or replaced during the run, and with it what "
            f"{len(lost)} units had written, {min(lost)!r} among them; extract again"
        )


def inode(path: Path) -> tuple[int, int] | None:
    """Identify the file at ``path``; None when there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
