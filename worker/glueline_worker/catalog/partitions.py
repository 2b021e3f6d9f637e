"""Partitions of a table."""

from collections.abc import Mapping
from typing import Any

from glueline.contract.records import PartitionRecord
from glueline_worker.catalog.common_fields import raw_of
from glueline_worker.catalog.content_hash import sealed
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.storage import storage_of
from glueline_worker.catalog.values import mapping_at, moment_of, parameters_of, text_of, texts_of
from glueline_worker.redact import redact_parameters


def partition_record(
    answer: Mapping[str, Any],
    origin: RecordOrigin,
    *,
    database_name: str,
    table_name: str,
) -> PartitionRecord:
    """Return the record of one item of GetPartitions' ``Partitions``. Never raises."""
    notes: list[str] = []
    values = _values(answer, notes)
    if not values:
        notes.append("The partition has no values.")
    descriptor = mapping_at(answer, "StorageDescriptor", notes)
    return sealed(
        PartitionRecord(
            source=origin.source,
            region=origin.region,
            catalog_id=text_of(answer.get("CatalogId")) or origin.catalog_id,
            database_name=database_name,
            table_name=table_name,
            values=values,
            create_time=moment_of(answer.get("CreationTime"), "CreationTime", notes),
            last_access_time=moment_of(answer.get("LastAccessTime"), "LastAccessTime", notes),
            storage=storage_of(descriptor, notes),
            parameters=redact_parameters(parameters_of(answer.get("Parameters"))),
            warnings=tuple(notes),
            raw=raw_of(answer, wanted=origin.raw),
        )
    )


def _values(answer: Mapping[str, Any], notes: list[str]) -> tuple[str, ...]:
    """Return the values in the order of the keys: a null leaves its place empty."""
    given = answer.get("Values")
    if isinstance(given, list | tuple) and None in given:
        notes.append("Values holds a null, which is taken for an empty value.")
        given = ["" if value is None else value for value in given]
    return texts_of(given)
