"""The protocol of a sink.

A worker process opens each sink once. For each attempt at a unit it calls ``begin``, then
``UnitWriter.write`` for each batch, then ``complete`` just before the unit settles in the ledger,
or ``discard``. When the run ends, ``commit`` gets the receipts of all settled units. A unit can
run twice and a run can be committed twice: both must lead to the same stored state.

Sinks raise ``SinkUnavailable`` for errors that may pass (a lock, a lost connection, a full disk)
and ``SinkRefused`` for errors that will not.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from glueline.contract.records import Record
from glueline_worker.sinks.model import Commit, CommitReport, Part, Receipt, Run, StoredEntry


class UnitWriter(Protocol):
    """Takes the records of one attempt at one unit."""

    async def write(self, records: Sequence[Record]) -> None:
        """Take a batch. It does not need to be visible yet."""

    def shares_commit(self) -> bool:
        """Tell whether units that complete together are stored in one step, this one among them.

        Such a unit waits for others.
        """

    async def complete(self) -> Receipt:
        """Make all batches durable. They replace those of an earlier attempt.

        Readers see them at the commit of the run at the latest.
        """

    async def discard(self) -> None:
        """Drop the batches; never raises."""


@runtime_checkable
class IncrementalWriter(UnitWriter, Protocol):
    """The writer of a sink that can say what it holds, so that unchanged parts are not rewritten.

    A part is written together with its fingerprint in one step, so it is stored whole or not at
    all.
    """

    async def find_stored_entries(
        self, kind: str, keys: Sequence[str]
    ) -> Mapping[str, StoredEntry]:
        """Return the live parts among ``keys`` that have a fingerprint, by key."""

    async def mark_unchanged(self, kind: str, fingerprints: Mapping[str, str]) -> None:
        """Make stored parts, given as key and fingerprint, part of this run once it completes."""

    async def write_parts(self, parts: Sequence[Part]) -> None:
        """Take parts in place of plain records."""


class Sink(Protocol):
    """A place that records are written to."""

    name: str
    """The URL of the sink without secrets."""

    identity: str
    """The name in one spelling and with an absolute path: equal where workers share the sink."""

    async def open(self) -> None:
        """Create folders or tables that are missing. Raises SinkUnavailable or SinkRefused."""

    async def newest_generation(self, source: str) -> int:
        """Return the greatest generation that the sink holds of a source; 0 where it has none."""

    async def begin(self, run: Run, unit_id: str) -> UnitWriter:
        """Start an attempt at a unit."""

    async def commit(self, commit: Commit) -> CommitReport:
        """Publish a run: write its manifest or mark deletions. Safe to repeat."""

    async def abort(self, run: Run, *, replayed: bool = False) -> None:
        """Remove what a cancelled run left and readers could take for results.

        What the run had committed before it was ``replayed`` stays.
        """

    async def close(self) -> None:
        """Close files and connections."""
