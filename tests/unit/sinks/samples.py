"""Runs and records for the tests of sinks, and the steps that store them."""

from weakref import WeakKeyDictionary

from glueline.contract.records import Record
from glueline.contract.runs import RunState
from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.model import Commit, CommitReport, Receipt, Run
from glueline_worker.sinks.testing import samples

ALL_ALLOWED = samples.ALL_DELETIONS_ALLOWED
BEGUN, ENDED = samples.SAMPLE_BEGIN, samples.SAMPLE_END
HERE = samples.SAMPLE_PLACE
ONE_OF_EACH = samples.SAMPLE_OF_EACH
run = samples.make_run
database, table, wide_table = samples.make_database, samples.make_table, samples.make_wide_table
column = samples.make_primitive_column
partition, partition_summary = samples.make_partition, samples.make_partition_summary
job, edge = samples.make_job, samples.make_edge

STORED: WeakKeyDictionary[Sink, dict[str, dict[str, Receipt]]] = WeakKeyDictionary()
"""The receipts that ``store`` got, by run and unit; ``commit`` passes them back."""


async def store(sink: Sink, of: Run, unit_id: str, *records: Record) -> Receipt:
    """One successful attempt at a unit."""
    writer = await sink.begin(of, unit_id)
    await writer.write(records)
    receipt = await writer.complete()
    STORED.setdefault(sink, {}).setdefault(of.run_id, {})[unit_id] = receipt
    return receipt


async def commit(
    sink: Sink, of: Run, *listings: str, receipts: dict[str, Receipt] | None = None
) -> CommitReport:
    known = receipts if receipts is not None else STORED.get(sink, {}).get(of.run_id, {})
    ending = Commit(of, RunState.SUCCEEDED, ENDED, {"tables": 1}, listings, known)
    return await sink.commit(ending)
