"""Records of partitions."""

from collections.abc import Mapping
from typing import Any

from glueline.contract.records import PartitionRecord
from glueline_worker.catalog.common_fields import read_raw
from glueline_worker.catalog.content_hash import with_content_hash
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.storage import read_storage
from glueline_worker.catalog.values import AnswerReader, to_texts
from glueline_worker.redact import redact_parameters


def make_partition_record(
    fields: Mapping[str, Any],
    origin: RecordOrigin,
    *,
    database_name: str,
    table_name: str,
) -> PartitionRecord:
    """Make the record of one item of GetPartitions' ``Partitions``. Never raises."""
    answer = AnswerReader(fields)
    values = _read_values(answer)
    if not values:
        answer.warn("The partition has no values.")
    descriptor = answer.find_object("StorageDescriptor")
    return with_content_hash(
        PartitionRecord(
            source=origin.source,
            region=origin.region,
            catalog_id=answer.get_text("CatalogId") or origin.catalog_id,
            database_name=database_name,
            table_name=table_name,
            values=values,
            create_time=answer.get_timestamp("CreationTime"),
            last_access_time=answer.get_timestamp("LastAccessTime"),
            storage=read_storage(descriptor),
            parameters=redact_parameters(answer.get_parameters("Parameters")),
            warnings=tuple(answer.warnings),
            raw=read_raw(fields, wanted=origin.raw),
        )
    )


def _read_values(answer: AnswerReader) -> tuple[str, ...]:
    """Return the values in the order of the keys, with empty texts for nulls."""
    given = answer.fields.get("Values")
    if isinstance(given, list | tuple) and None in given:
        answer.warn("Values holds a null, which is taken for an empty value.")
        given = ["" if value is None else value for value in given]
    return to_texts(given)
