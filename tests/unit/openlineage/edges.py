"""Edges for the tests of events."""

from collections.abc import Sequence

from glueline.contract.lineage import ColumnEdge, Dataset, IndirectEdge, Origin
from glueline.contract.records import LineageRecord


def lineage_edge(
    upstream: str,
    downstream: str,
    process: str = "job/load",
    *,
    columns: Sequence[ColumnEdge] = (),
    indirect: Sequence[IndirectEdge] = (),
) -> LineageRecord:
    return LineageRecord(
        source="default",
        region="eu-west-1",
        catalog_id="123456789012",
        process=process,
        upstream=Dataset(namespace="s3://lake", name=upstream),
        downstream=Dataset(namespace="s3://lake", name=downstream),
        origins=(Origin.SCRIPT,),
        columns=tuple(columns),
        indirect=tuple(indirect),
    )
