"""Records of partitions."""

from collections.abc import Mapping
from typing import Any

from glueline.contract.records import PartitionRecord
from glueline_worker.catalog.common_fields import read_raw
from glueline_worker.catalog.content_hash import with_content_hash
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.storage import read_storage
from glueline_worker.catalog.values import (
    read_object,
    to_parameters,
    to_text,
    to_texts,
    to_timestamp,
)
from glueline_worker.redact import redact_parameters


def make_partition_record(
    answer: Mapping[str, Any],
    origin: RecordOrigin,
    *,
    database_name: str,
    table_name: str,
) -> PartitionRecord:
    """Make the record of one item of GetPartitions' ``Partitions``. Never raises."""
    warnings: list[str] = []
    values = _read_values(answer, warnings)
    if not values:
        warnings.append("The partition has no values.")
    descriptor = read_object(answer, "StorageDescriptor", warnings)
    return with_content_hash(
        PartitionRecord(
            source=origin.source,
            region=origin.region,
            catalog_id=to_text(answer.get("CatalogId")) or origin.catalog_id,
            database_name=database_name,
            table_name=table_name,
            values=values,
            create_time=to_timestamp(answer.get("CreationTime"), "CreationTime", warnings),
            last_access_time=to_timestamp(answer.get("LastAccessTime"), "LastAccessTime", warnings),
            storage=read_storage(descriptor, warnings),
            parameters=redact_parameters(to_parameters(answer.get("Parameters"))),
            warnings=tuple(warnings),
            raw=read_raw(answer, wanted=origin.raw),
        )
    )


def _read_values(answer: Mapping[str, Any], warnings: list[str]) -> tuple[str, ...]:
    """Return the values in the order of the keys, with empty texts for nulls."""
    given = answer.get("Values")
    if isinstance(given, list | tuple) and None in given:
        warnings.append("Values holds a null, which is taken for an empty value.")
        given = ["" if value is None else value for value in given]
    return to_texts(given)
