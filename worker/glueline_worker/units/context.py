"""What a unit has at hand while it runs, and what it leaves behind."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from glueline.contract.errors import GluelineError
from glueline.contract.messages import Options, UnitMessage
from glueline.contract.records import Record
from glueline.settings.settings import WorkerSettings
from glueline.settings.sources import Source
from glueline_worker.aws.glue import Glue
from glueline_worker.aws.sources import Connection
from glueline_worker.catalog.content_hash import with_content_hash
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.sinks.fan_out import FanOutWriter
from glueline_worker.sinks.model import CatalogPlace, Part, Run, StoredEntry
from glueline_worker.units.fingerprints import fingerprint

R = TypeVar("R", bound=Record)


@dataclass
class UnitContext:
    """One attempt at one unit."""

    run: Run
    connection: Connection
    settings: WorkerSettings
    last_attempt: bool
    """Whether a retryable failure would be final, so that less is better than nothing."""
    writing: FanOutWriter
    ensure_claim: Callable[[], Awaitable[None]]
    """Raises ClaimLost when another worker may hold the unit by now."""
    open_units: Callable[[Sequence[UnitMessage]], Awaitable[None]]
    """Open children now, while this unit is still under way."""
    sources: Mapping[str, Source] = field(default_factory=dict)
    """All sources of the settings."""
    counts: Counter[str] = field(default_factory=Counter)
    listings: list[str] = field(default_factory=list)
    """Listings that were read to their end."""
    unread: list[str] = field(default_factory=list)
    """Processes whose lineage was not read completely, though a listing holds them."""
    warnings: list[str] = field(default_factory=list)
    children: list[UnitMessage] = field(default_factory=list)
    """Units to open when this one settles."""
    failure: GluelineError | None = None
    """Why the unit fails although what it could read is written."""
    _counted: set[str] = field(default_factory=set)

    @property
    def glue(self) -> Glue:
        """The source's catalogue and jobs."""
        return Glue(self.connection, self.warnings.append)

    @property
    def options(self) -> Options:
        """What the request asked for."""
        return self.run.request.options

    def place(self) -> tuple[Any, ...]:
        """What every fingerprint holds beside the thing's own facts."""
        at, options = self.at, self.options
        return (at.region, at.account, at.catalog_id, options.raw, options.lineage)

    @property
    def at(self) -> CatalogPlace:
        """Where the run reads: the same for all its units, whatever each worker was told."""
        here = self.connection
        return self.run.place or CatalogPlace(here.region, here.catalog_id, here.account)

    @property
    def origin(self) -> RecordOrigin:
        """The origin of the records of databases, tables and partitions."""
        at = self.at
        return RecordOrigin(self.run.source, at.region, at.catalog_id, self.options.raw)

    @property
    def job_origin(self) -> RecordOrigin:
        """The origin of the records of jobs: they belong to an account, not to a catalogue."""
        at = self.at
        return RecordOrigin(self.run.source, at.region, at.account, self.options.raw)

    def placed(self, record: R) -> R:
        """The record in the catalogue that the run reads, however an answer spells its owner.

        The catalogue is part of the record's identity, and must be known before the answer is.
        """
        if record.catalog_id == self.at.catalog_id:
            return record
        return with_content_hash(record.model_copy(update={"catalog_id": self.at.catalog_id}))

    async def unchanged(self, kind: str, prints: Mapping[str, str | None]) -> set[str]:
        """Keep what all sinks hold under these fingerprints; its keys."""
        held = await self.writing.find_stored_entries(
            kind, [key for key, value in prints.items() if value]
        )
        same = {key: one for key, one in held.items() if one.fingerprint == prints[key]}
        await self.keep(kind, same)
        return set(same)

    async def keep(self, kind: str, held: Mapping[str, StoredEntry]) -> None:
        """Let held parts be part of this run, and count them."""
        await self.writing.mark_unchanged(kind, {key: one.fingerprint for key, one in held.items()})
        for one in held.values():
            self._add(one.counts)
            self._add({f"unchanged_{of}": n for of, n in one.counts.items()})

    async def write_parts(self, kind: str, parts: Sequence[Part]) -> None:
        """Hand parts to the sinks that do not hold them, and count their records."""
        if parts:
            await self.ensure_claim()
            await self.writing.write_parts(kind, parts)
            self._count([record for part in parts for record in part.records])

    async def write(self, records: Sequence[tuple[Record, Any]]) -> None:
        """Write records of one kind, each with the facts that it follows from, or keep them."""
        if not records:
            return
        kind, place = records[0][0].kind, self.place()
        parts = [Part(r.key, (r,), fingerprint(r.key, *place, facts)) for r, facts in records]
        same = await self.unchanged(kind, {part.key: part.fingerprint for part in parts})
        await self.write_parts(kind, [part for part in parts if part.key not in same])

    async def forget(self) -> None:
        """Take back what was written: other units will write it."""
        await self.writing.discard()
        for what in self._counted:
            del self.counts[what]
        self._counted.clear()
        self.warnings.clear()
        self.unread.clear()

    def _count(self, records: Sequence[Record]) -> None:
        self._add(Counter(record.kind for record in records))
        for record in records:
            self.warnings.extend(f"{record.kind} {record.subject}: {w}" for w in record.warnings)

    def _add(self, counts: Mapping[str, int]) -> None:
        self.counts.update(counts)
        self._counted.update(counts)
