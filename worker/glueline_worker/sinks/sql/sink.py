"""The sink of both databases."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy import Connection, Engine

from glueline.contract.records import Record
from glueline_worker.sinks.atomic_files import disk_errors
from glueline_worker.sinks.base import (
    Commit,
    CommitReport,
    Held,
    Part,
    Receipt,
    Refused,
    Run,
    SinkRefused,
    SinkUnavailable,
)
from glueline_worker.sinks.sql.database_identity import DATABASE, inode, number_of
from glueline_worker.sinks.sql.deletions.seen import Seen
from glueline_worker.sinks.sql.engine import create_schema
from glueline_worker.sinks.sql.errors import database_errors
from glueline_worker.sinks.sql.places import newest_generation, register, remember_generation
from glueline_worker.sinks.sql.rows import rows_by_kind
from glueline_worker.sinks.sql.runs import store_aborted, store_committed
from glueline_worker.sinks.sql.schema.tables import SCHEMA_VERSION
from glueline_worker.sinks.sql.stored_entries import held, touch
from glueline_worker.sinks.sql.upsert import upsert

log = structlog.get_logger()
Answer = TypeVar("Answer")
RUNS_REMEMBERED = 100
TOUCHED_AT_ONCE = 5000
"""Rows; a unit keeps no more of them in memory."""


class SqlSink:
    """Upserts each batch at once; what is gone is marked when the run commits.

    An attempt that is discarded leaves its rows: each is a fact that was read, and the next
    attempt writes the same ones. Blocking calls run on the sink's own threads: one for SQLite,
    which has one writer, and one for each connection to PostgreSQL.
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
        """Use ``engine``. ``file`` is SQLite's; ``secrets`` are kept out of every error text."""
        self.name = name
        self.identity = name if file is None else f"sqlite:///{file.resolve().as_posix()}"
        self._engine = engine
        self._file = file
        self._secrets = secrets
        self._inode: tuple[int, int] | None = None
        self._number: int | None = None
        self._registered: set[str] = set()
        self._allow_nul = engine.dialect.name != "postgresql"
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="glueline-sql")

    async def open(self) -> None:
        """Create the folder of SQLite's file, the tables and the views."""
        await self._on_thread(self._open)

    async def newest_generation(self, source: str) -> int:
        """See Sink."""
        return await self._in_transaction(lambda it: newest_generation(it, source))

    async def begin(self, run: Run, unit_id: str) -> "_Upserts":  # noqa: ARG002 - the protocol's
        """Start an attempt."""
        return _Upserts(self, run)

    async def commit(self, commit: Commit) -> CommitReport:
        """Mark what is gone and store the run, in one transaction."""
        return await self._in_transaction(lambda connection: store_committed(connection, commit))

    async def abort(self, run: Run, *, replayed: bool = False) -> None:  # noqa: ARG002
        """Store the run as cancelled, unless it has ended before.

        Its rows stay: they are facts that were read.
        """
        await self._in_transaction(lambda connection: store_aborted(connection, run))

    async def close(self) -> None:
        """Close the connections once the writes under way have ended."""
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    async def write(
        self, run: Run, parts: Sequence[Part], seen: Seen
    ) -> tuple[int | None, Refused]:
        """Upsert a batch in one transaction; the number of its database, and what was refused."""
        now = datetime.now(UTC)
        rows = await asyncio.to_thread(rows_by_kind, run, parts, now, allow_nul=self._allow_nul)

        def work(connection: Connection) -> tuple[int | None, Refused]:
            refused = upsert(connection, rows)
            if refused.records:  # the next run is to be newer than what this one met
                remember_generation(connection, run.source, refused.newest)
            return self._number, refused

        await self.register(run)
        number, refused = await self._in_transaction(work)
        for kind, of_kind in rows.items():
            seen.add(kind, ((row["listing"], row["key"]) for row in of_kind))
        return number, refused

    async def register(self, run: Run) -> None:
        """Prepare the database for a run, once in this process."""
        if run.run_id in self._registered:
            return
        await self._in_transaction(lambda connection: register(connection, run))
        if len(self._registered) == RUNS_REMEMBERED:
            self._registered.clear()
        self._registered.add(run.run_id)

    async def held(self, kind: str, keys: Sequence[str]) -> tuple[int | None, Mapping[str, Held]]:
        """See RememberingWriter; with the number of the database that was asked."""
        return await self._in_transaction(
            lambda connection: (self._number, held(connection, kind, keys))
        )

    async def touch(
        self, run: Run, kept: Mapping[str, Mapping[str, str]], seen: Seen
    ) -> int | None:
        """Mark held parts as seen in ``run``: by kind, keys and fingerprints; as `write`."""
        now = datetime.now(UTC)

        await self.register(run)
        number, marked = await self._in_transaction(
            lambda connection: (self._number, touch(connection, run, kept, now))
        )
        for kind, rows in marked.items():
            seen.add(kind, rows)
        return number

    async def read(self, query: Callable[[Connection], Answer]) -> Answer:
        """Ask what is stored; raises SinkRefused when there is no such database."""
        if self._file is not None and not self._file.is_file():
            raise SinkRefused(f"{self.name}: there is no such file")
        return await self._in_transaction(query)

    def _open(self) -> None:
        if self._file is not None:
            with disk_errors(self.name):
                self._file.parent.mkdir(parents=True, exist_ok=True)
        with database_errors(self.name, self._secrets), self._engine.begin() as connection:
            migrated = create_schema(connection)
            self._number = number_of(connection)
        self._registered.clear()
        if migrated:
            log.info("sink.migrated", sink=self.name, was=migrated, version=SCHEMA_VERSION)
        self._inode = self._inode_now()

    async def _in_transaction(self, work: Callable[[Connection], Answer]) -> Answer:
        def transaction() -> Answer:
            if self._is_replaced():
                self._engine.dispose()
                self._open()
            with database_errors(self.name, self._secrets), self._engine.begin() as connection:
                answer = work(connection)
            if self._is_replaced():
                raise SinkUnavailable(f"{self.name} was deleted or replaced while it was in use")
            return answer

        return await self._on_thread(transaction)

    def _is_replaced(self) -> bool:
        return self._inode is not None and self._inode != self._inode_now()

    def _inode_now(self) -> tuple[int, int] | None:
        return inode(self._file) if self._file is not None else None

    async def _on_thread(self, work: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


class _Upserts:
    def __init__(self, sink: SqlSink, run: Run) -> None:
        self._sink = sink
        self._run = run
        self._records = 0
        self._kept: dict[str, dict[str, str]] = {}
        self._databases: set[int | None] = set()
        self._seen = Seen()
        self._refused = Refused()

    async def write(self, records: Sequence[Record]) -> None:
        await self.write_parts([Part("", tuple(records), None)])

    async def held(self, kind: str, keys: Sequence[str]) -> Mapping[str, Held]:
        await self._sink.register(self._run)
        number, found = await self._sink.held(kind, keys)
        self._databases.add(number)
        return found

    async def keep(self, kind: str, prints: Mapping[str, str]) -> None:
        self._kept.setdefault(kind, {}).update(prints)
        if len(self._kept[kind]) >= TOUCHED_AT_ONCE:
            await self._touch()

    async def write_parts(self, parts: Sequence[Part]) -> None:
        number, refused = await self._sink.write(self._run, parts, self._seen)
        self._databases.add(number)
        self._refused += refused
        self._records += sum(len(part.records) for part in parts)

    async def _touch(self) -> None:
        kept, self._kept = self._kept, {}
        if kept:
            self._databases.add(await self._sink.touch(self._run, kept, self._seen))

    async def complete(self) -> Receipt:
        await self._touch()
        if len(self._databases) > 1:
            raise SinkUnavailable(f"{self._sink.name} was replaced while a unit was written to it")
        receipt: Receipt = {"records": self._records}
        self._seen.add_to(receipt)
        self._refused.add_to(receipt)
        for number in self._databases - {None}:
            receipt[DATABASE] = number
        return receipt

    async def discard(self) -> None:
        """The rows stay."""
