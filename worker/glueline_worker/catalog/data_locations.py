"""Where a table's data stands: not always at the location that Glue names.

Spark and Delta Lake keep the path of a table among its SerDe's parameters and leave a placeholder
in ``Location``; Athena reads ``storage.location.template`` of a table with projected partitions
and never its location; manifests of symbolic links stand beside the data that they list; Iceberg
finds its data through ``metadata_location``.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import Any

from glueline.contract.records import TableFormat
from glueline_worker.catalog.values import parameters_of, text_of, texts_of
from glueline_worker.redact import redact_url

_PLACEHOLDER = re.compile(r"-__PLACEHOLDER__/*$", re.IGNORECASE)
"""What Spark appends where the location is none of the table's own."""
_MANIFESTS = "_symlink_format_manifest"
"""The folder that Delta Lake writes its manifests into, below the table's root."""
_ICEBERG_ROOT = re.compile(r"(.+)/metadata/+[^/]+\.metadata\.json(?:\.gz)?")
_ICEBERG_PATHS = (
    "write.data.path",
    "write.object-storage.path",
    "write.folder-storage.path",
)
_HOLE = re.compile(r"\$\{([^{}]*)\}")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:/+", re.IGNORECASE)
_FILES = frozenset({"", "avro", "csv", "json", "orc", "parquet", "text", "delta", "hudi"})
"""Providers of Spark whose tables are files; others (``jdbc``) have none to look for."""
_SPELT_OUT = 100
"""Locations that the values of enumerated keys may make; above it they stay a wildcard."""


def data_locations_of(
    descriptor: Mapping[str, Any],
    parameters: Mapping[str, str],
    table_format: TableFormat,
    notes: list[str],
) -> tuple[str, ...]:
    """Return the places that readers take a table's data from, without secrets, each once.

    ``descriptor`` is the StorageDescriptor. A ``*`` stands for the values of a partition. Where
    the catalogue does not say the place, it is left out, with a note.
    """
    settings = {key.lower(): value for key, value in parameters.items()}
    template = settings.get("storage.location.template", "").strip()
    if template and is_projected(parameters):
        return _distinct(_of_template(template, settings, notes))
    found = [
        *_of_descriptor(descriptor, settings, table_format, notes),
        *texts_of(descriptor.get("AdditionalLocations")),
    ]
    if table_format == "iceberg":
        found += _of_iceberg(settings)
    if not _distinct(found):
        _note_missing(descriptor, settings, notes)
    return _distinct(found)


def is_projected(parameters: Mapping[str, str]) -> bool:
    """Whether Athena computes the table's partitions instead of reading them in the catalogue."""
    return any(
        key.lower() == "projection.enabled" and value.strip().lower() == "true"
        for key, value in parameters.items()
    )


def _of_descriptor(
    descriptor: Mapping[str, Any],
    settings: Mapping[str, str],
    table_format: TableFormat,
    notes: list[str],
) -> Iterator[str]:
    location = text_of(descriptor.get("Location")) or ""
    path = _path_in_serde(descriptor)
    is_placeholder = _PLACEHOLDER.search(location.strip()) is not None
    of_spark = settings.get("spark.sql.sources.provider", "").strip().lower() not in {"", "hive"}
    # Hive itself ignores the path; Spark, Trino and delta-rs read nothing else.
    if path and (of_spark or table_format != "hive" or is_placeholder or not location.strip()):
        yield path
    if is_placeholder:
        return
    if _is_symlink(descriptor) and _MANIFESTS not in location:
        if not texts_of(descriptor.get("AdditionalLocations")):
            notes.append(
                "The data stands where the manifests of symbolic links at the table's location "
                "say; they are not read."
            )
        return
    yield _without_manifests(location)


def _path_in_serde(descriptor: Mapping[str, Any]) -> str:
    serde = descriptor.get("SerdeInfo")
    given = parameters_of(serde.get("Parameters")) if isinstance(serde, Mapping) else {}
    return next((value.strip() for key, value in given.items() if key.lower() == "path"), "")


def _is_symlink(descriptor: Mapping[str, Any]) -> bool:
    return "symlinktextinputformat" in (text_of(descriptor.get("InputFormat")) or "").lower()


def _without_manifests(location: str) -> str:
    """Return the root of the Delta table, for the folder of its manifests or one below it."""
    root, found, _ = location.partition(f"/{_MANIFESTS}")
    return root if found else location


def _of_iceberg(settings: Mapping[str, str]) -> Iterator[str]:
    for key in _ICEBERG_PATHS:
        yield settings.get(key, "")
    root = _ICEBERG_ROOT.fullmatch(settings.get("metadata_location", "").strip())
    yield root[1] if root else ""


def _of_template(template: str, settings: Mapping[str, str], notes: list[str]) -> Iterator[str]:
    """Return the template with the values of its keys, or a wildcard for them."""
    scheme = _SCHEME.match(template)
    start = scheme.end() if scheme else 0
    bucket, slash, key = template[start:].partition("/")
    if "${" in bucket:
        notes.append("The bucket in storage.location.template depends on the partition.")
        return
    names = dict.fromkeys(name.lower() for name in _HOLE.findall(key))
    choices = [_values(name, settings) for name in names]
    if prod(map(len, choices)) > _SPELT_OUT:
        choices = [["*"] if len(choice) > 1 else choice for choice in choices]
    for chosen in product(*choices):
        values = dict(zip(names, chosen, strict=True))
        filled = "".join(
            values[piece.lower()] if index % 2 else piece
            for index, piece in enumerate(_HOLE.split(key))
        )
        yield f"{template[:start]}{bucket}{slash}{filled}"


def _values(key: str, settings: Mapping[str, str]) -> list[str]:
    """Return what may stand for a partition key: its enumerated values, or a wildcard.

    The slashes in a date's format make folders of their own.
    """
    kind = settings.get(f"projection.{key}.type", "").strip().lower()
    if kind == "enum":
        values = [
            value.strip() for value in settings.get(f"projection.{key}.values", "").split(",")
        ]
        return list(dict.fromkeys(filter(None, values))) or ["*"]
    folders = settings.get(f"projection.{key}.format", "").count("/") if kind == "date" else 0
    return ["/".join(["*"] * (folders + 1))]


def _note_missing(
    descriptor: Mapping[str, Any], settings: Mapping[str, str], notes: list[str]
) -> None:
    location = text_of(descriptor.get("Location")) or ""
    provider = settings.get("spark.sql.sources.provider", "").strip().lower()
    if _PLACEHOLDER.search(location.strip()) and provider in _FILES:
        notes.append(
            "The table's location is Spark's placeholder and its SerDe has no path: where the "
            "data stands is not known."
        )


def _distinct(locations: Iterator[str] | list[str]) -> tuple[str, ...]:
    """Return the locations that say something, each once whatever its scheme and slashes."""
    found: dict[str, str] = {}
    for text in locations:
        if text.strip():
            scheme = re.sub(r"^s3[an]?:/*", "s3://", text.strip(), flags=re.IGNORECASE)
            found.setdefault(re.sub(r"(?<!:)/+", "/", scheme).rstrip("/"), redact_url(text.strip()))
    return tuple(found.values())
