"""Runs and records for the tests of sinks."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from weakref import WeakKeyDictionary

from glueline.contract.datatypes import PrimitiveType
from glueline.contract.filters import Filters, Globs
from glueline.contract.lineage import ColumnEdge, Dataset, IndirectEdge, Origin
from glueline.contract.messages import ExtractionRequest, Options, encode
from glueline.contract.records import (
    Column,
    DatabaseRecord,
    JobRecord,
    LineageRecord,
    PartitionRecord,
    PartitionSummaryRecord,
    Record,
    Storage,
    TableRecord,
)
from glueline.contract.runs import RunState
from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.model import Commit, CommitReport, Receipt, Run

BEGUN = datetime(2024, 5, 1, 12, tzinfo=UTC)
ENDED = datetime(2024, 5, 1, 13, tzinfo=UTC)
ALL_ALLOWED = Options(max_deletion_share=1.0)
HERE: dict[str, Any] = {"region": "eu-west-1", "catalog_id": "123456789012"}


def run(
    generation: int = 1,
    *,
    source: str = "default",
    options: Options = ALL_ALLOWED,
    **globs: Sequence[str],
) -> Run:
    """A run of generation ``generation``; ``globs`` allow databases, tables or jobs."""
    filters = Filters(**{kind: Globs(allow=tuple(allow)) for kind, allow in globs.items()})
    request = ExtractionRequest(source=source, filters=filters, options=options)
    return Run(f"{generation:032x}", generation, request, BEGUN)


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


def database(name: str, source: str = "default", **fields: Any) -> DatabaseRecord:
    return DatabaseRecord(source=source, name=name, **HERE, **fields)


def table(name: str, database_name: str = "sales", **fields: Any) -> TableRecord:
    fields = {"content_hash": "1", "source": "default"} | fields
    return TableRecord(database_name=database_name, name=name, **HERE, **fields)


def wide_table(name: str = "orders") -> TableRecord:
    """A table with a column, a partition key and a location."""
    return table(
        name,
        columns=(column("id", "bigint", "the order"), column("price", "double")),
        partition_keys=(column("day", "date"),),
        storage=Storage(location=f"s3://lake/{name}"),
        owner="finance",
        update_time=BEGUN,
    )


def column(name: str, type_: str, comment: str | None = None) -> Column:
    return Column(name=name, type=type_, data_type=PrimitiveType(name=type_), comment=comment)


def partition(*values: str, table_name: str = "orders", **fields: Any) -> PartitionRecord:
    return PartitionRecord(
        source="default",
        database_name="sales",
        table_name=table_name,
        values=values,
        **HERE,
        **fields,
    )


def partition_summary(count: int, table_name: str = "orders") -> PartitionSummaryRecord:
    return PartitionSummaryRecord(
        source="default",
        database_name="sales",
        table_name=table_name,
        partition_keys=("day",),
        count=count,
        **HERE,
    )


def job(name: str, **fields: Any) -> JobRecord:
    return JobRecord(source="default", name=name, **HERE, **fields)


def edge(process: str, upstream: str = "a", downstream: str = "b") -> LineageRecord:
    """An edge of ``process``, whose parts are separated by slashes."""
    return LineageRecord(
        source="default",
        process="/".join(encode(part) for part in process.split("/")),
        upstream=Dataset(namespace="s3://lake", name=upstream),
        downstream=Dataset(namespace="s3://lake", name=downstream),
        origins=(Origin.SCRIPT,),
        columns=(
            ColumnEdge(upstream="x", downstream="y", transformation="transformation", line=7),
        ),
        indirect=(
            IndirectEdge(upstream="k", downstream=None, effect="filter", line=8),
            IndirectEdge(upstream="z", downstream="y", effect="conditional"),
        ),
        **HERE,
    )


ONE_OF_EACH: tuple[Record, ...] = (
    database("sales"),
    wide_table(),
    partition("2024-05-01"),
    partition_summary(1),
    job("load orders"),
    edge("job/load orders"),
)
