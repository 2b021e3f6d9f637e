"""A database that a sink is open on: its threads, its transactions and the check of its file."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Engine, inspect

from glueline_worker.sinks.atomic_files import translate_disk_errors
from glueline_worker.sinks.errors import SinkRefused, SinkUnavailable
from glueline_worker.sinks.model import Run
from glueline_worker.sinks.sql.database_identity import read_database_number, read_inode
from glueline_worker.sinks.sql.engine import IS_QUERY, create_schema, make_sqlite_reader
from glueline_worker.sinks.sql.errors import translate_database_errors
from glueline_worker.sinks.sql.places import register_run
from glueline_worker.sinks.sql.schema.tables import SCHEMA_VERSION, VERSIONS
from glueline_worker.sinks.sql.shared_transactions import SharedTransactions, Work

log = structlog.get_logger()
_Result = TypeVar("_Result")
_RUNS_REMEMBERED = 100


class SqlDatabase:
    """Runs transactions on threads of its own.

    SQLite has one thread, because it has one writer. PostgreSQL has one for each connection.
    """

    def __init__(
        self,
        name: str,
        engine: Engine,
        *,
        threads: int,
        file: Path | None = None,
        secrets: Sequence[str] = (),
    ) -> None:
        """Use ``engine``. ``file`` is that of SQLite; no error text shows ``secrets``."""
        self.name = name
        self.file = file
        self.allow_nul = engine.dialect.name != "postgresql"
        self.number: int | None = None
        """Identifies the file of SQLite that is open; see ``database_identity``."""
        self._engine = engine
        self._reading_engine = engine.execution_options(**{IS_QUERY: True})
        self._secrets = secrets
        self._inode: tuple[int, int] | None = None
        self._registered: set[str] = set()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="glueline-sql")
        self._group = SharedTransactions(self._threads, self._transact)

    async def open(self) -> None:
        """Create the folder of SQLite's file, the tables and the views."""
        await self._on_thread(self._open)

    async def close(self) -> None:
        """Wait for the transactions in progress and close the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    async def in_transaction(self, work: Callable[[Connection], _Result]) -> _Result:
        """Do ``work`` in a transaction of its own; raises SinkUnavailable or SinkRefused."""
        return await self._on_thread(lambda: self._transact([work])[0])

    async def in_group(self, work: Callable[[Connection], _Result], rows: int) -> _Result:
        """Do ``work``, which writes about so many rows, in a transaction that others may share.

        It may be done twice. Raises SinkUnavailable or SinkRefused.
        """
        return await self._group.do(work, rows)

    async def look_up(self, query: Callable[[Connection], _Result]) -> _Result:
        """Run a query that waits for no writer; raises SinkUnavailable or SinkRefused."""
        return await self._on_thread(lambda: self._transact([query], is_query=True)[0])

    def _transact(self, works: Sequence[Work], *, is_query: bool = False) -> list[Any]:
        if self._is_file_replaced():
            self._engine.dispose()
            self._open()
        with self._begin(is_query=is_query) as connection:
            results = [work(connection) for work in works]
        if self._is_file_replaced():
            raise SinkUnavailable(f"{self.name} was deleted or replaced while it was in use")
        return results

    async def read(self, query: Callable[[Connection], _Result]) -> _Result:
        """Run a query that changes nothing; raises SinkRefused when there is no such database."""

        def checked_query(connection: Connection) -> _Result:
            if not inspect(connection).has_table(VERSIONS.name):
                raise SinkRefused(f"{self.name} holds nothing of Glueline; name the sink of a run")
            return query(connection)

        if self.file is None:
            return await self.in_transaction(checked_query)
        if not self.file.is_file():
            raise SinkRefused(f"{self.name}: there is no such file")
        engine = make_sqlite_reader(self.file)

        def transaction() -> _Result:
            with translate_database_errors(self.name), engine.begin() as connection:
                return checked_query(connection)

        return await self._on_thread(transaction)

    async def register_run(self, run: Run) -> None:
        """Prepare the database for a run, once in this process."""
        if run.run_id in self._registered:
            return
        await self.in_transaction(lambda connection: register_run(connection, run))
        if len(self._registered) == _RUNS_REMEMBERED:
            self._registered.clear()
        self._registered.add(run.run_id)

    def _open(self) -> None:
        if self.file is not None:
            with translate_disk_errors(self.name):
                self.file.parent.mkdir(parents=True, exist_ok=True)
        with self._begin() as connection:
            migrated_version = create_schema(connection)
            self.number = read_database_number(connection)
        self._registered.clear()
        if migrated_version:
            log.info("sink.migrated", sink=self.name, was=migrated_version, version=SCHEMA_VERSION)
        self._inode = self._read_inode()

    @contextmanager
    def _begin(self, *, is_query: bool = False) -> Iterator[Connection]:
        engine = self._reading_engine if is_query else self._engine
        with translate_database_errors(self.name, self._secrets), engine.begin() as connection:
            yield connection

    def _is_file_replaced(self) -> bool:
        return self._inode is not None and self._inode != self._read_inode()

    def _read_inode(self) -> tuple[int, int] | None:
        return read_inode(self.file) if self.file is not None else None

    async def _on_thread(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
