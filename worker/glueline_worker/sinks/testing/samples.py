"""Runs and records for the tests of sinks."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

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
from glueline_worker.sinks.model import Run

SAMPLE_BEGIN = datetime(2024, 5, 1, 12, tzinfo=UTC)
SAMPLE_END = datetime(2024, 5, 1, 13, tzinfo=UTC)
ALL_DELETIONS_ALLOWED = Options(max_deletion_share=1.0)
SAMPLE_PLACE: dict[str, Any] = {"region": "eu-west-1", "catalog_id": "123456789012"}


def make_run(
    generation: int = 1,
    *,
    source: str = "default",
    options: Options = ALL_DELETIONS_ALLOWED,
    **globs: Sequence[str],
) -> Run:
    """Make a run; ``globs`` allow databases, tables or jobs."""
    filters = Filters(**{kind: Globs(allow=tuple(allow)) for kind, allow in globs.items()})
    request = ExtractionRequest(source=source, filters=filters, options=options)
    return Run(f"{generation:032x}", generation, request, SAMPLE_BEGIN)


def make_database(name: str, source: str = "default", **fields: Any) -> DatabaseRecord:
    """Make the record of a database."""
    return DatabaseRecord(source=source, name=name, **SAMPLE_PLACE, **fields)


def make_table(name: str, database_name: str = "sales", **fields: Any) -> TableRecord:
    """Make the record of a table, with the content hash 1."""
    fields = {"content_hash": "1", "source": "default"} | fields
    return TableRecord(database_name=database_name, name=name, **SAMPLE_PLACE, **fields)


def make_wide_table(name: str = "orders") -> TableRecord:
    """Make the record of a table with columns, a partition key and a location."""
    return make_table(
        name,
        columns=(
            make_primitive_column("id", "bigint", "the order"),
            make_primitive_column("price", "double"),
        ),
        partition_keys=(make_primitive_column("day", "date"),),
        storage=Storage(location=f"s3://lake/{name}"),
        owner="finance",
        update_time=SAMPLE_BEGIN,
    )


def make_primitive_column(name: str, type_: str, comment: str | None = None) -> Column:
    """Make a column of a primitive type."""
    return Column(name=name, type=type_, data_type=PrimitiveType(name=type_), comment=comment)


def make_partition(*values: str, table_name: str = "orders", **fields: Any) -> PartitionRecord:
    """Make the record of a partition."""
    return PartitionRecord(
        source="default",
        database_name="sales",
        table_name=table_name,
        values=values,
        **SAMPLE_PLACE,
        **fields,
    )


def make_partition_summary(count: int, table_name: str = "orders") -> PartitionSummaryRecord:
    """Make the record of a summary of partitions."""
    return PartitionSummaryRecord(
        source="default",
        database_name="sales",
        table_name=table_name,
        partition_keys=("day",),
        count=count,
        **SAMPLE_PLACE,
    )


def make_job(name: str, **fields: Any) -> JobRecord:
    """Make the record of a job."""
    return JobRecord(source="default", name=name, **SAMPLE_PLACE, **fields)


def make_edge(process: str, upstream: str = "a", downstream: str = "b") -> LineageRecord:
    """Make an edge of ``process``, whose parts are separated by slashes."""
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
        **SAMPLE_PLACE,
    )


SAMPLE_OF_EACH: tuple[Record, ...] = (
    make_database("sales"),
    make_wide_table(),
    make_partition("2024-05-01"),
    make_partition_summary(1),
    make_job("load orders"),
    make_edge("job/load orders"),
)
"""A record of each kind."""
