"""The steps of a worker on one sink under test."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from glueline.contract.records import Record
from glueline.contract.runs import RunState
from glueline_worker.sinks.base import IncrementalWriter, Sink
from glueline_worker.sinks.metered import meter_sink
from glueline_worker.sinks.model import Commit, CommitReport, Part, Receipt, Run
from glueline_worker.sinks.testing.place import SinkPlace
from glueline_worker.sinks.testing.samples import SAMPLE_END

Receipts = dict[str, Receipt]


class SinkTrial:
    """An open sink, and the receipts of the units that it stored, by run and unit."""

    def __init__(self, place: SinkPlace, sink: Sink) -> None:
        """Take the steps on ``sink``, which is open."""
        self.place = place
        self.sink = sink
        self.receipts: dict[str, Receipts] = {}

    async def store(self, run: Run, unit_id: str, *records: Record) -> Receipt:
        """Make one successful attempt at a unit."""
        writer = await self.sink.begin(run, unit_id)
        await writer.write(records)
        return self.keep(run, unit_id, await writer.complete())

    async def store_parts(self, run: Run, unit_id: str, parts: Sequence[Part]) -> Receipt:
        """Make one successful attempt at a unit of an incremental run."""
        writer = await self.begin_incremental(run, unit_id)
        await writer.write_parts(parts)
        return self.keep(run, unit_id, await writer.complete())

    async def begin_incremental(self, run: Run, unit_id: str) -> IncrementalWriter:
        """Begin a unit in a sink that says what it holds."""
        writer = await self.sink.begin(run, unit_id)
        assert isinstance(writer, IncrementalWriter), "the writer is no IncrementalWriter"
        return writer

    def keep(self, run: Run, unit_id: str, receipt: Receipt) -> Receipt:
        """Keep a receipt as the ledger does: as JSON."""
        stored: Receipt = json.loads(json.dumps(receipt))
        assert stored == receipt, f"JSON changes the receipt {receipt!r}"
        self.receipts.setdefault(run.run_id, {})[unit_id] = stored
        return stored

    async def commit(
        self, run: Run, *listings: str, receipts: Mapping[str, Receipt] | None = None
    ) -> CommitReport:
        """Commit a run with ``receipts``, by default those of its stored units."""
        known = self.receipts.get(run.run_id, {}) if receipts is None else receipts
        ending = Commit(run, RunState.SUCCEEDED, SAMPLE_END, {"tables": 1}, listings, known)
        return await self.sink.commit(ending)

    @asynccontextmanager
    async def another(self) -> AsyncIterator["SinkTrial"]:
        """Open a second sink on the place, as another process does. It knows the receipts."""
        async with open_trial(self.place) as other:
            other.receipts = self.receipts
            yield other


@asynccontextmanager
async def open_trial(place: SinkPlace) -> AsyncIterator[SinkTrial]:
    """Open a sink on ``place`` as a worker does, and close it at the end."""
    sink = meter_sink(place.make())
    await sink.open()
    try:
        yield SinkTrial(place, sink)
    finally:
        await sink.close()
