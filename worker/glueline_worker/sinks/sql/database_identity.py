"""Tell whether SQLite's file is still the one that was written to.

A process can go on writing to an open file after somebody deleted or replaced it, without an
error. So the sink checks the file before and after each transaction. And each database has a
number that stands in the receipts, so that a run is not committed to another database than its
units were written to.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection

from glueline_worker.sinks.errors import SinkRefused
from glueline_worker.sinks.model import Receipt

DATABASE_NUMBER = "database"
"""The key of a receipt that holds the number."""


def assign_database_number(connection: Connection) -> None:
    """Give a new database a number. SQLite leaves ``user_version`` to applications."""
    if connection.dialect.name == "sqlite":
        number = 1 + secrets.randbelow(2**31 - 1)
        connection.exec_driver_sql(f"PRAGMA user_version = {number}")


def read_database_number(connection: Connection) -> int | None:
    """Read the number; None for PostgreSQL, whose server reports a database that is gone."""
    if connection.dialect.name != "sqlite":
        return None
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def check_receipts(connection: Connection, receipts: Mapping[str, Receipt]) -> None:
    """Raise SinkRefused when units were written to another database than this."""
    number = read_database_number(connection)
    lost = [
        unit for unit, receipt in receipts.items() if receipt.get(DATABASE_NUMBER, number) != number
    ]
    if number is not None and lost:
        raise SinkRefused(
            f"the database file was deleted or replaced during the run, and the records of "
            f"{len(lost)} units are gone with it, {min(lost)!r} among them; extract again"
        )


def read_inode(path: Path) -> tuple[int, int] | None:
    """Identify the file at ``path``; None when there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
