"""Lineage as records."""

from hashlib import blake2b

import orjson

from glueline.contract.records import LineageRecord
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.lineage.model import Edge, Lineage


def lineage_records(lineage: Lineage, origin: RecordOrigin, *, process: str) -> list[LineageRecord]:
    """One record for each edge; ``process`` is what moves the data, as in LineageRecord."""
    return [
        LineageRecord(
            source=origin.source,
            region=origin.region,
            catalog_id=origin.catalog_id,
            process=process,
            upstream=edge.upstream,
            downstream=edge.downstream,
            origins=edge.origins,
            columns=edge.columns,
            content_hash=_content_hash(edge),
        )
        for edge in lineage.edges
    ]


def _content_hash(edge: Edge) -> str:
    """Of what may change in an edge; the rest is its identity."""
    columns = [(each.upstream, each.downstream, each.transformation) for each in edge.columns]
    content = orjson.dumps((edge.origins, columns))
    return blake2b(content, digest_size=16).hexdigest()
