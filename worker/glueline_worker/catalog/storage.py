"""Read Glue's StorageDescriptor without its columns."""

from collections.abc import Mapping
from typing import Any

from glueline.contract.records import SortColumn, Storage
from glueline_worker.catalog.values import (
    read_object,
    read_objects,
    read_texts,
    to_integer,
    to_parameters,
    to_text,
)
from glueline_worker.redact import redact_parameters, redact_url


def read_storage(
    descriptor: Mapping[str, Any] | None,
    warnings: list[str],
    data_locations: tuple[str, ...] | None = None,
) -> Storage | None:
    """Return the storage of a table or partition; None without a descriptor.

    ``data_locations`` are the places that engines read the data of a table from.
    """
    if descriptor is None:
        return None
    serde = read_object(descriptor, "SerdeInfo", warnings) or {}
    return Storage(
        location=read_location(descriptor.get("Location")),
        additional_locations=tuple(
            map(redact_url, read_texts(descriptor, "AdditionalLocations", warnings))
        ),
        data_locations=data_locations,
        input_format=to_text(descriptor.get("InputFormat")),
        output_format=to_text(descriptor.get("OutputFormat")),
        compressed=descriptor.get("Compressed") is True,
        number_of_buckets=to_integer(
            descriptor.get("NumberOfBuckets"), "NumberOfBuckets", warnings
        ),
        serialization_library=to_text(serde.get("SerializationLibrary")),
        serde_parameters=redact_parameters(to_parameters(serde.get("Parameters"))),
        bucket_columns=read_texts(descriptor, "BucketColumns", warnings),
        sort_columns=tuple(
            map(_read_sort_column, read_objects(descriptor, "SortColumns", warnings))
        ),
        parameters=redact_parameters(to_parameters(descriptor.get("Parameters"))),
    )


def read_location(value: Any) -> str | None:
    """Return a location without secrets; None for a missing or blank one."""
    text = to_text(value)
    return redact_url(text) if text and text.strip() else None


def _read_sort_column(answer: Mapping[str, Any]) -> SortColumn:
    return SortColumn(
        column=to_text(answer.get("Column")) or "",
        ascending=answer.get("SortOrder") not in (0, "0", "DESC"),
    )
