"""Make records of lineage."""

from hashlib import blake2b

import orjson

from glueline.contract.records import LineageRecord
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.lineage.model import Edge, Lineage


def make_lineage_records(
    lineage: Lineage, origin: RecordOrigin, *, process: str
) -> list[LineageRecord]:
    """Return one record for each edge; ``process`` moves the data, as in LineageRecord."""
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
            indirect=edge.indirect,
            content_hash=_hash_content(edge),
        )
        for edge in lineage.edges
    ]


def _hash_content(edge: Edge) -> str:
    """Return a hash of the parts of an edge that may change; the rest is its identity.

    Lines are left out: a comment at the top of a script changes them, and no lineage.
    """
    columns = [(each.upstream, each.downstream, each.transformation) for each in edge.columns]
    indirect = [(each.upstream, each.downstream, each.effect) for each in edge.indirect]
    content = orjson.dumps((edge.origins, columns, *([indirect] if indirect else ())))
    return blake2b(content, digest_size=16).hexdigest()
