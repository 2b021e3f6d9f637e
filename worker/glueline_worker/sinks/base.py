"""The protocol of a sink.

A worker process opens each sink once. For each attempt at a unit it calls ``begin``, then
``UnitWriter.write`` for each batch, then ``complete`` just before the unit settles in the ledger,
or ``discard``. The receipts of settled units come back to ``commit`` when the run ends. A unit can
run twice and a run can be committed twice: both must end in the same stored state.

Sinks raise ``SinkUnavailable`` for what may pass (a lock, a lost connection, a full disk) and
``SinkRefused`` for what will not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from glueline.contract.errors import Retryable, Terminal
from glueline.contract.messages import ExtractionRequest
from glueline.contract.records import Record, place_of
from glueline.contract.runs import Failure, RunState

Receipt = dict[str, Any]
"""What a sink wants to know of a settled unit at commit; JSON values, small."""

REFUSED = "refused"
"""Where a receipt counts records that were refused; see ``Refused``."""


class SinkUnavailable(Retryable):
    """A sink cannot take records now."""

    code = "sink_unavailable"


class SinkRefused(Terminal):
    """A sink will not take these records."""

    code = "sink_refused"


@dataclass(frozen=True, slots=True)
class CatalogPlace:
    """Where a source is read; None for what nobody told."""

    region: str
    catalog_id: str | None = None
    account: str | None = None
    """Whose jobs are read: another than the catalogue's owner when the source names a catalogue."""

    @property
    def of_catalog(self) -> str:
        """The place of databases, tables, partitions and their lineage, as in their records."""
        return place_of(self.region, self.catalog_id)

    @property
    def of_jobs(self) -> str:
        """The place of jobs and their lineage, as in their records."""
        return place_of(self.region, self.account)


@dataclass(frozen=True, slots=True)
class Run:
    """The run that records belong to. A greater generation is the newer knowledge."""

    run_id: str
    generation: int
    request: ExtractionRequest
    created_at: datetime
    place: CatalogPlace | None = None
    """What the run reads, and all that its listings may prove gone."""

    @property
    def source(self) -> str:
        """The source's name."""
        return self.request.source


@dataclass(frozen=True, slots=True)
class Commit:
    """How a run ended. ``listings`` were read to their end, ``receipts`` are by unit id.

    ``unread`` names processes, such as views, whose lineage was not read completely: their edges
    are not gone although their listing does not hold them.
    """

    run: Run
    state: RunState
    finished_at: datetime
    counts: Mapping[str, int] = field(default_factory=dict)
    listings: Sequence[str] = ()
    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    failures: Sequence[Failure] = ()
    unread: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class CommitReport:
    """What a commit did beyond storing: rows marked deleted, and deletions held back and why."""

    deleted: int = 0
    warnings: tuple[str, ...] = ()
    lost: str = ""
    """What the sink no longer holds although units had written it, in one sentence."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Records that a sink did not take, because it holds newer ones, as a receipt says it."""

    records: int = 0
    newest: int = 0
    """The greatest generation among those that the sink holds in their place."""

    def __add__(self, other: "Refused") -> "Refused":
        """Both together."""
        return Refused(self.records + other.records, max(self.newest, other.newest))

    @classmethod
    def of_receipt(cls, receipt: Receipt) -> "Refused":
        """What a unit's receipt says."""
        return cls(*(int(number) for number in receipt.get(REFUSED) or ()))

    def add_to(self, receipt: Receipt) -> None:
        """Say it in a unit's receipt."""
        if self.records:
            receipt[REFUSED] = [self.records, self.newest]


@dataclass(frozen=True, slots=True)
class Part:
    """A thing with what is told of it alone, such as its lineage: stored together, kept together.

    ``fingerprint`` is a hash of all that the records follow from; None when not all of it could
    be read, so that the part is read again. ``inputs`` names what else was read for it, in ASCII.
    """

    key: str
    records: tuple[Record, ...]
    fingerprint: str | None
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A part as a sink holds it; ``counts`` are of its records by kind."""

    fingerprint: str
    counts: Mapping[str, int]
    inputs: tuple[str, ...] = ()


class UnitWriter(Protocol):
    """Takes the records of one attempt at one unit."""

    async def write(self, records: Sequence[Record]) -> None:
        """Take a batch. Nothing of it needs to be visible yet."""

    async def complete(self) -> Receipt:
        """Make all batches durable and visible, replacing an earlier attempt's."""

    async def discard(self) -> None:
        """Forget the batches; never raises."""


@runtime_checkable
class RememberingWriter(UnitWriter, Protocol):
    """The writer of a sink that knows what it holds, so that it need not be written again.

    Parts are written with their fingerprints in one step: a part is held as a whole or not at all.
    """

    async def held(self, kind: str, keys: Sequence[str]) -> Mapping[str, Held]:
        """The live parts among ``keys`` that have a fingerprint, by key."""

    async def keep(self, kind: str, prints: Mapping[str, str]) -> None:
        """Let held parts, by key with their fingerprints, be part of this run once it completes."""

    async def write_parts(self, parts: Sequence[Part]) -> None:
        """Take parts in place of plain records."""


class Sink(Protocol):
    """A place for records."""

    name: str
    """The sink's URL without secrets."""

    identity: str
    """The same in one spelling and with an absolute path: equal where workers share the sink."""

    async def open(self) -> None:
        """Create what must exist (folders, tables). Raises SinkUnavailable or SinkRefused."""

    async def newest_generation(self, source: str) -> int:
        """The greatest generation that the sink holds of a source; 0 where it remembers none."""

    async def begin(self, run: Run, unit_id: str) -> UnitWriter:
        """Start an attempt at a unit."""

    async def commit(self, commit: Commit) -> CommitReport:
        """Publish a run: its manifest or its deletions. Safe to repeat."""

    async def abort(self, run: Run, *, replayed: bool = False) -> None:
        """Undo what a cancelled run left that readers could mistake for results.

        What was committed before the run was ``replayed`` stays as it was.
        """

    async def close(self) -> None:
        """Let go of files and connections."""
