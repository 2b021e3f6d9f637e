"""Read Glue's StorageDescriptor without its columns."""

from collections.abc import Mapping
from typing import Any

from glueline.contract.records import SortColumn, Storage
from glueline_worker.catalog.values import AnswerReader, to_text
from glueline_worker.redact import redact_parameters, redact_url


def read_storage(
    descriptor: AnswerReader | None, data_locations: tuple[str, ...] | None = None
) -> Storage | None:
    """Return the storage of a table or partition; None without a descriptor.

    ``data_locations`` are the places that engines read the data of a table from.
    """
    if descriptor is None:
        return None
    serde = descriptor.get_object("SerdeInfo")
    return Storage(
        location=read_location(descriptor, "Location"),
        additional_locations=tuple(map(redact_url, descriptor.get_texts("AdditionalLocations"))),
        data_locations=data_locations,
        input_format=descriptor.get_text("InputFormat"),
        output_format=descriptor.get_text("OutputFormat"),
        compressed=descriptor.fields.get("Compressed") is True,
        number_of_buckets=descriptor.get_integer("NumberOfBuckets"),
        serialization_library=serde.get_text("SerializationLibrary"),
        serde_parameters=redact_parameters(serde.get_parameters("Parameters")),
        bucket_columns=descriptor.get_texts("BucketColumns"),
        sort_columns=tuple(map(_read_sort_column, descriptor.get_objects("SortColumns"))),
        parameters=redact_parameters(descriptor.get_parameters("Parameters")),
    )


def read_location(answer: AnswerReader, key: str) -> str | None:
    """Return a location without secrets; None for a missing or blank one."""
    text = answer.get_text(key)
    return redact_url(text) if text and text.strip() else None


def _read_sort_column(fields: Mapping[str, Any]) -> SortColumn:
    return SortColumn(
        column=to_text(fields.get("Column")) or "",
        ascending=fields.get("SortOrder") not in (0, "0", "DESC"),
    )
