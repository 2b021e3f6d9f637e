"""Write one attempt at a unit to a database."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from glueline.contract.records import Record
from glueline_worker.sinks.errors import SinkUnavailable
from glueline_worker.sinks.model import Part, Receipt, Refused, Run, StoredEntry
from glueline_worker.sinks.sql.database import SqlDatabase
from glueline_worker.sinks.sql.database_identity import DATABASE_NUMBER
from glueline_worker.sinks.sql.deletions.checksums import SeenKeys
from glueline_worker.sinks.sql.places import remember_generation
from glueline_worker.sinks.sql.rows import get_key, get_listing, make_rows
from glueline_worker.sinks.sql.stored_entries import find_stored_entries, mark_seen
from glueline_worker.sinks.sql.upsert import upsert_rows

_MARKED_AT_ONCE = 5000
"""Unchanged parts that a unit keeps in memory before it marks them."""


class SqlUnitWriter:
    """Upserts each batch in a transaction of its own."""

    def __init__(self, database: SqlDatabase, run: Run) -> None:
        """Write the records of a unit of ``run``."""
        self._database = database
        self._run = run
        self._records = 0
        self._unchanged: dict[str, dict[str, str]] = {}
        self._numbers: set[int | None] = set()
        """The numbers of the databases that the unit has used: more than one is an error."""
        self._seen = SeenKeys()
        self._refused = Refused()

    async def write(self, records: Sequence[Record]) -> None:
        """Upsert a batch of records that have no fingerprint."""
        await self.write_parts([Part("", tuple(records), None)])

    async def find_stored_entries(
        self, kind: str, keys: Sequence[str]
    ) -> Mapping[str, StoredEntry]:
        """Return the live parts among ``keys`` that have a fingerprint, by key."""
        await self._database.register_run(self._run)
        number, found = await self._database.look_up(
            lambda connection: (self._database.number, find_stored_entries(connection, kind, keys))
        )
        self._numbers.add(number)
        return found

    async def mark_unchanged(self, kind: str, fingerprints: Mapping[str, str]) -> None:
        """Remember parts that are still the same, and mark them as seen once there are many."""
        self._unchanged.setdefault(kind, {}).update(fingerprints)
        if len(self._unchanged[kind]) >= _MARKED_AT_ONCE:
            await self._mark_seen()

    async def write_parts(self, parts: Sequence[Part]) -> None:
        """Upsert a batch of parts."""
        now, allow_nul = datetime.now(UTC), self._database.allow_nul
        rows = await asyncio.to_thread(make_rows, self._run, parts, now, allow_nul=allow_nul)

        def work(connection: Connection) -> tuple[int | None, Refused]:
            refused = upsert_rows(connection, rows, self._run.generation)
            if refused.records:  # the next run must be newer than the rows that refused this one
                remember_generation(connection, self._run.source, refused.newest)
            return self._database.number, refused

        await self._database.register_run(self._run)
        number, refused = await self._database.in_group(work, sum(map(len, rows.values())))
        for kind, of_kind in rows.items():
            self._seen.add(kind, ((get_listing(row), get_key(row)) for row in of_kind))
        self._numbers.add(number)
        self._refused += refused
        self._records += sum(len(part.records) for part in parts)

    def shares_commit(self) -> bool:
        """Return False: each batch has its commit."""
        return False

    async def complete(self) -> Receipt:
        """Mark the last unchanged parts. Return what the commit compares with the rows."""
        await self._mark_seen()
        if len(self._numbers) > 1:
            raise SinkUnavailable(
                f"{self._database.name} was replaced while a unit was written to it"
            )
        receipt: Receipt = {"records": self._records}
        self._seen.add_to(receipt)
        self._refused.add_to(receipt)
        for number in self._numbers - {None}:
            receipt[DATABASE_NUMBER] = number
        return receipt

    async def discard(self) -> None:
        """Do nothing: the rows stay."""

    async def _mark_seen(self) -> None:
        unchanged, self._unchanged = self._unchanged, {}
        if not unchanged:
            return
        now = datetime.now(UTC)
        await self._database.register_run(self._run)
        number, marked = await self._database.in_group(
            lambda connection: (
                self._database.number,
                mark_seen(connection, self._run, unchanged, now),
            ),
            sum(map(len, unchanged.values())),
        )
        for kind, rows in marked.items():
            self._seen.add(kind, rows)
        self._numbers.add(number)
