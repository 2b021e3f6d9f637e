"""The values that pass through the protocol of a sink."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from glueline.contract.messages import ExtractionRequest
from glueline.contract.records import Record, place_of
from glueline.contract.runs import Failure, RunState

Receipt = dict[str, Any]
"""JSON values, few and small, that a sink gets back at commit for each settled unit."""

_REFUSED = "refused"
"""The key of a receipt that counts refused records; see ``Refused``."""


@dataclass(frozen=True, slots=True)
class CatalogPlace:
    """The Region, catalogue and account that a source reads; None where they are not known."""

    region: str
    catalog_id: str | None = None
    account: str | None = None
    """The account whose jobs are read. It can differ from the owner of the catalogue."""

    @property
    def of_catalog(self) -> str:
        """The place in records of databases, tables, partitions and their lineage."""
        return place_of(self.region, self.catalog_id)

    @property
    def of_jobs(self) -> str:
        """The place in records of jobs and their lineage."""
        return place_of(self.region, self.account)


@dataclass(frozen=True, slots=True)
class Run:
    """The run that records belong to. The run with the greater generation knows better."""

    run_id: str
    generation: int
    request: ExtractionRequest
    created_at: datetime
    place: CatalogPlace | None = None
    """The place that the run reads. Its listings prove deletions in this place only."""

    @property
    def source(self) -> str:
        """The name of the source."""
        return self.request.source


@dataclass(frozen=True, slots=True)
class Commit:
    """The end of a run. ``listings`` were read to their end, ``receipts`` are by unit id.

    ``unread`` names processes, such as views, whose lineage was not read completely. Their edges
    are not deleted although their listing does not hold them.
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
    """The result of a commit: rows marked deleted, and why others were not."""

    deleted: int = 0
    warnings: tuple[str, ...] = ()
    lost: str = ""
    """One sentence on records that units wrote and the sink no longer holds; else empty."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Records of a unit that a sink did not take because it holds newer ones."""

    records: int = 0
    newest: int = 0
    """The greatest generation among the newer records."""

    def __add__(self, other: "Refused") -> "Refused":
        """Return the sum of both."""
        return Refused(self.records + other.records, max(self.newest, other.newest))

    @classmethod
    def of_receipt(cls, receipt: Receipt) -> "Refused":
        """Read the refused records of a unit from its receipt."""
        return cls(*(int(number) for number in receipt.get(_REFUSED) or ()))

    def add_to(self, receipt: Receipt) -> None:
        """Write the refused records into the receipt of a unit."""
        if self.records:
            receipt[_REFUSED] = [self.records, self.newest]


@dataclass(frozen=True, slots=True)
class Part:
    """A thing together with the records that depend on it alone, such as its lineage.

    The records of a part are stored together and kept together. ``fingerprint`` is a hash of
    everything that the records follow from. It is None when not everything could be read, so that
    the next run reads the part again. ``inputs`` names what else was read for it, in ASCII.
    """

    key: str
    records: tuple[Record, ...]
    fingerprint: str | None
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A part that a sink holds; ``counts`` are its records by kind."""

    fingerprint: str
    counts: Mapping[str, int]
    inputs: tuple[str, ...] = ()
