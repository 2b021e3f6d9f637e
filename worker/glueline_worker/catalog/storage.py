"""Glue's StorageDescriptor without its columns."""

from collections.abc import Mapping
from typing import Any

from glueline.contract.records import SortColumn, Storage
from glueline_worker.catalog.values import (
    integer_of,
    mapping_at,
    mappings_at,
    parameters_of,
    text_of,
    texts_at,
)
from glueline_worker.redact import redact_parameters, redact_url


def storage_of(
    descriptor: Mapping[str, Any] | None,
    notes: list[str],
    data_locations: tuple[str, ...] | None = None,
) -> Storage | None:
    """Return where and how a table or partition is stored; None without a descriptor.

    ``data_locations`` are the places that a table's data is read from.
    """
    if descriptor is None:
        return None
    serde = mapping_at(descriptor, "SerdeInfo", notes) or {}
    return Storage(
        location=location_of(descriptor.get("Location")),
        additional_locations=tuple(
            map(redact_url, texts_at(descriptor, "AdditionalLocations", notes))
        ),
        data_locations=data_locations,
        input_format=text_of(descriptor.get("InputFormat")),
        output_format=text_of(descriptor.get("OutputFormat")),
        compressed=descriptor.get("Compressed") is True,
        number_of_buckets=integer_of(descriptor.get("NumberOfBuckets"), "NumberOfBuckets", notes),
        serialization_library=text_of(serde.get("SerializationLibrary")),
        serde_parameters=redact_parameters(parameters_of(serde.get("Parameters"))),
        bucket_columns=texts_at(descriptor, "BucketColumns", notes),
        sort_columns=tuple(map(_sort_column, mappings_at(descriptor, "SortColumns", notes))),
        parameters=redact_parameters(parameters_of(descriptor.get("Parameters"))),
    )


def location_of(value: Any) -> str | None:
    """Return a location without secrets; None for none or a blank one."""
    text = text_of(value)
    return redact_url(text) if text and text.strip() else None


def _sort_column(answer: Mapping[str, Any]) -> SortColumn:
    return SortColumn(
        column=text_of(answer.get("Column")) or "",
        ascending=answer.get("SortOrder") not in (0, "0", "DESC"),
    )
