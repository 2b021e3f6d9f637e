"""The sink of SQLite and PostgreSQL."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from glueline_worker.sinks.model import Commit, CommitReport, Run
from glueline_worker.sinks.sql.database import SqlDatabase
from glueline_worker.sinks.sql.places import select_newest_generation
from glueline_worker.sinks.sql.runs import store_abort, store_commit
from glueline_worker.sinks.sql.writer import SqlUnitWriter

_Result = TypeVar("_Result")


class SqlSink:
    """Upserts each batch at once and marks deletions when the run commits.

    The rows of a discarded attempt stay: each is a fact that was read, and the next attempt writes
    the same ones.
    """

    def __init__(self, database: SqlDatabase) -> None:
        """Write to ``database``."""
        self.name = database.name
        self.identity = (
            database.name
            if database.file is None
            else f"sqlite:///{database.file.resolve().as_posix()}"
        )
        self._database = database

    async def open(self) -> None:
        """Create the folder of SQLite's file, the tables and the views."""
        await self._database.open()

    async def newest_generation(self, source: str) -> int:
        """Read the greatest generation of a source from the table ``generations``."""
        return await self._database.in_transaction(
            lambda connection: select_newest_generation(connection, source)
        )

    async def begin(self, run: Run, unit_id: str) -> SqlUnitWriter:  # noqa: ARG002 - the protocol's
        """Start an attempt."""
        return SqlUnitWriter(self._database, run)

    async def commit(self, commit: Commit) -> CommitReport:
        """Mark deletions and store the run, in one transaction."""
        return await self._database.in_transaction(
            lambda connection: store_commit(connection, commit)
        )

    async def abort(self, run: Run, *, replayed: bool = False) -> None:  # noqa: ARG002
        """Store the run as cancelled, unless it is stored as ended already.

        Its rows stay: they are facts that were read.
        """
        await self._database.in_transaction(lambda connection: store_abort(connection, run))

    async def close(self) -> None:
        """Wait for the transactions in progress and close the connections."""
        await self._database.close()

    async def transact(self, work: Callable[[Connection], _Result]) -> _Result:
        """Do ``work`` in a transaction; raises SinkUnavailable or SinkRefused."""
        return await self._database.in_transaction(work)

    async def read(self, query: Callable[[Connection], _Result]) -> _Result:
        """Run a query; raises SinkRefused when there is no such database."""
        return await self._database.read(query)
