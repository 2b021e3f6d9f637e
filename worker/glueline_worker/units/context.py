"""The context of one attempt at a unit: its source, its sinks and its results."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from msgspec.structs import replace

from glueline.contract.errors import GluelineError
from glueline.contract.messages import Options, UnitMessage
from glueline.contract.records import Record
from glueline.settings.sources import Source
from glueline.settings.worker import WorkerSettings
from glueline_worker.aws.glue import Glue
from glueline_worker.aws.sources import Connection
from glueline_worker.catalog.content_hash import with_content_hash
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.sinks.fan_out import FanOutWriter
from glueline_worker.sinks.model import CatalogPlace, Part, Run, StoredEntry
from glueline_worker.units.column_cache import ColumnCache
from glueline_worker.units.fingerprints import make_fingerprint
from glueline_worker.units.module_cache import ModuleCache

_R = TypeVar("_R", bound=Record)


@dataclass
class UnitContext:
    """The context of one attempt at one unit."""

    run: Run
    connection: Connection
    settings: WorkerSettings
    last_attempt: bool
    """True when a retryable failure would be final, so that less is better than nothing."""
    writing: FanOutWriter
    ensure_claim: Callable[[], Awaitable[None]]
    """Raises ClaimLost when another worker may hold the unit by now."""
    open_units: Callable[[Sequence[UnitMessage]], Awaitable[None]]
    """Opens children now, while this unit is still in progress."""
    sources: Mapping[str, Source] = field(default_factory=dict)
    """All sources of the settings."""
    column_cache: ColumnCache = field(default_factory=ColumnCache)
    module_cache: ModuleCache = field(default_factory=ModuleCache)
    counts: Counter[str] = field(default_factory=Counter)
    listings: list[str] = field(default_factory=list)
    """Listings that were read to their end."""
    unread: list[str] = field(default_factory=list)
    """Processes whose lineage was not read completely, though a listing holds them."""
    warnings: list[str] = field(default_factory=list)
    children: list[UnitMessage] = field(default_factory=list)
    """Units to open when this one settles."""
    failure: GluelineError | None = None
    """The reason why the unit fails although its readable part is written."""
    _counted: set[str] = field(default_factory=set)

    @property
    def glue(self) -> Glue:
        """The source's catalogue and jobs."""
        return Glue(self.connection, self.warnings.append)

    @property
    def options(self) -> Options:
        """The options of the request."""
        return self.run.request.options

    @property
    def fingerprint_base(self) -> tuple[Any, ...]:
        """The facts that every fingerprint holds beside those of the thing itself."""
        at, options = self.at, self.options
        return (at.region, at.account, at.catalog_id, options.raw, options.lineage)

    @property
    def at(self) -> CatalogPlace:
        """The place that the run reads. It is the same for all its units, on every worker."""
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

    def place_in_catalog(self, record: _R) -> _R:
        """Return the record with the id of the catalogue that the run reads.

        An answer may spell the id of its owner in another way. The id is part of the record's
        identity, which must be known before the answer is.
        """
        if record.catalog_id == self.at.catalog_id:
            return record
        return with_content_hash(replace(record, catalog_id=self.at.catalog_id))

    async def skip_unchanged(self, kind: str, fingerprints: Mapping[str, str | None]) -> set[str]:
        """Mark the parts as unchanged that all sinks hold with these fingerprints; return the keys.

        ``fingerprints`` are by key. None stands for a part that is written anew.
        """
        keys = [key for key, value in fingerprints.items() if value]
        stored = await self.writing.find_stored_entries(kind, keys)
        same = {
            key: entry for key, entry in stored.items() if entry.fingerprint == fingerprints[key]
        }
        await self.mark_unchanged(kind, same)
        return set(same)

    async def mark_unchanged(self, kind: str, stored: Mapping[str, StoredEntry]) -> None:
        """Make parts that the sinks hold part of this run, and count them."""
        fingerprints = {key: entry.fingerprint for key, entry in stored.items()}
        await self.writing.mark_unchanged(kind, fingerprints)
        for entry in stored.values():
            self._add_counts(entry.counts)
            self._add_counts({f"unchanged_{name}": n for name, n in entry.counts.items()})

    async def write_parts(self, kind: str, parts: Sequence[Part]) -> None:
        """Write parts to the sinks that do not hold them, and count their records."""
        if not parts:
            return
        await self.ensure_claim()
        await self.writing.write_parts(kind, parts)
        records = [record for part in parts for record in part.records]
        self._add_counts(Counter(record.kind for record in records))
        for record in records:
            self.warnings.extend(f"{record.kind} {record.subject}: {w}" for w in record.warnings)

    async def write(self, records: Sequence[tuple[Record, Any]]) -> None:
        """Write records of one kind, given with the facts they follow from; skip unchanged ones."""
        if not records:
            return
        kind, base = records[0][0].kind, self.fingerprint_base
        parts = [Part(r.key, (r,), make_fingerprint(r.key, *base, facts)) for r, facts in records]
        same = await self.skip_unchanged(kind, {part.key: part.fingerprint for part in parts})
        await self.write_parts(kind, [part for part in parts if part.key not in same])

    async def roll_back(self) -> None:
        """Discard all that was written and counted: other units will write it."""
        await self.writing.discard()
        for name in self._counted:
            del self.counts[name]
        self._counted.clear()
        self.warnings.clear()
        self.unread.clear()

    def _add_counts(self, counts: Mapping[str, int]) -> None:
        self.counts.update(counts)
        self._counted.update(counts)
