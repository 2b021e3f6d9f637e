"""Find the places of a table's data, which are not always the location that Glue names.

Spark and Delta Lake keep the path of a table among the parameters of its SerDe and leave a
placeholder in ``Location``. For a table with projected partitions, Athena reads
``storage.location.template`` and never the location. Manifests of symbolic links are beside the
data that they list. Iceberg finds its data through ``metadata_location``.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import product
from math import prod

from glueline.contract.records import TableFormat
from glueline_worker.catalog.values import AnswerReader, to_parameters, to_texts
from glueline_worker.redact import redact_url

_PLACEHOLDER = re.compile(r"-__PLACEHOLDER__/*$", re.IGNORECASE)
"""The end of a location that Spark writes as a placeholder."""
_MANIFESTS = "_symlink_format_manifest"
"""The folder below the root of the table that Delta Lake writes manifests to."""
_ICEBERG_ROOT = re.compile(r"(.+)/metadata/+[^/]+\.metadata\.json(?:\.gz)?")
_ICEBERG_PATHS = (
    "write.data.path",
    "write.object-storage.path",
    "write.folder-storage.path",
)
_TEMPLATE_KEY = re.compile(r"\$\{([^{}]*)\}")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:/+", re.IGNORECASE)
_S3 = re.compile(r"^s3[an]?:/*", re.IGNORECASE)
_SLASHES = re.compile(r"(?<!:)/+")
_FILE_PROVIDERS = frozenset({"", "avro", "csv", "json", "orc", "parquet", "text", "delta", "hudi"})
"""Providers of Spark whose tables are files. Others, such as ``jdbc``, have no location."""
_MAX_EXPANDED = 100
"""The most locations that enumerated keys expand to; with more, the keys stay wildcards."""


def find_data_locations(
    descriptor: AnswerReader, parameters: Mapping[str, str], table_format: TableFormat
) -> tuple[str, ...]:
    """Return the places that engines read a table's data from, without secrets, each once.

    ``descriptor`` is the StorageDescriptor. A ``*`` stands for the values of a partition. A place
    that the catalogue does not name is left out, with a warning.
    """
    settings = {key.lower(): value for key, value in parameters.items()}
    template = settings.get("storage.location.template", "").strip()
    if template and is_projected(parameters):
        return _drop_duplicates(_expand_template(template, settings, descriptor.warnings))
    found = [
        *_locations_in_descriptor(descriptor, settings, table_format),
        *to_texts(descriptor.fields.get("AdditionalLocations")),
    ]
    if table_format == "iceberg":
        found += _locations_of_iceberg(settings)
    locations = _drop_duplicates(found)
    if not locations:
        _warn_of_missing_location(descriptor, settings)
    return locations


def is_projected(parameters: Mapping[str, str]) -> bool:
    """Tell whether Athena computes the partitions instead of reading them from the catalogue."""
    return any(
        key.lower() == "projection.enabled" and value.strip().lower() == "true"
        for key, value in parameters.items()
    )


def _locations_in_descriptor(
    descriptor: AnswerReader, settings: Mapping[str, str], table_format: TableFormat
) -> Iterator[str]:
    location = descriptor.get_text("Location") or ""
    path = _find_serde_path(descriptor)
    is_placeholder = _PLACEHOLDER.search(location.strip()) is not None
    is_of_spark = settings.get("spark.sql.sources.provider", "").strip().lower() not in {"", "hive"}
    # Hive itself ignores the path. Spark, Trino and delta-rs read nothing else.
    if path and (is_of_spark or table_format != "hive" or is_placeholder or not location.strip()):
        yield path
    if is_placeholder:
        return
    if _is_symlink(descriptor) and _MANIFESTS not in location:
        if not to_texts(descriptor.fields.get("AdditionalLocations")):
            descriptor.warn(
                "The data is where the manifests of symbolic links at the table's location say; "
                "they are not read."
            )
        return
    yield _without_manifests(location)


def _find_serde_path(descriptor: AnswerReader) -> str:
    serde = descriptor.fields.get("SerdeInfo")
    parameters = to_parameters(serde.get("Parameters")) if isinstance(serde, Mapping) else {}
    return next((value.strip() for key, value in parameters.items() if key.lower() == "path"), "")


def _is_symlink(descriptor: AnswerReader) -> bool:
    return "symlinktextinputformat" in (descriptor.get_text("InputFormat") or "").lower()


def _without_manifests(location: str) -> str:
    """Return the root of a Delta table, given the folder of its manifests or one below it."""
    root, found, _ = location.partition(f"/{_MANIFESTS}")
    return root if found else location


def _locations_of_iceberg(settings: Mapping[str, str]) -> Iterator[str]:
    for key in _ICEBERG_PATHS:
        yield settings.get(key, "")
    root = _ICEBERG_ROOT.fullmatch(settings.get("metadata_location", "").strip())
    yield root[1] if root else ""


def _expand_template(
    template: str, settings: Mapping[str, str], warnings: list[str]
) -> Iterator[str]:
    """Yield the template with all values of its keys, or with wildcards for them."""
    scheme = _SCHEME.match(template)
    start = scheme.end() if scheme else 0
    bucket, slash, key = template[start:].partition("/")
    if "${" in bucket:
        warnings.append("The bucket in storage.location.template depends on the partition.")
        return
    names = dict.fromkeys(name.lower() for name in _TEMPLATE_KEY.findall(key))
    choices = [_list_key_values(name, settings) for name in names]
    if prod(map(len, choices)) > _MAX_EXPANDED:
        choices = [["*"] if len(choice) > 1 else choice for choice in choices]
    for chosen in product(*choices):
        values = dict(zip(names, chosen, strict=True))
        filled = "".join(
            values[piece.lower()] if index % 2 else piece
            for index, piece in enumerate(_TEMPLATE_KEY.split(key))
        )
        yield f"{template[:start]}{bucket}{slash}{filled}"


def _list_key_values(key: str, settings: Mapping[str, str]) -> list[str]:
    """Return the values of a partition key: enumerated ones, or a wildcard.

    Each slash in the format of a date separates two folders, so it takes a wildcard more.
    """
    kind = settings.get(f"projection.{key}.type", "").strip().lower()
    if kind == "enum":
        values = [
            value.strip() for value in settings.get(f"projection.{key}.values", "").split(",")
        ]
        return list(dict.fromkeys(filter(None, values))) or ["*"]
    folders = settings.get(f"projection.{key}.format", "").count("/") if kind == "date" else 0
    return ["/".join(["*"] * (folders + 1))]


def _warn_of_missing_location(descriptor: AnswerReader, settings: Mapping[str, str]) -> None:
    location = descriptor.get_text("Location") or ""
    provider = settings.get("spark.sql.sources.provider", "").strip().lower()
    if _PLACEHOLDER.search(location.strip()) and provider in _FILE_PROVIDERS:
        descriptor.warn(
            "The table's location is Spark's placeholder and its SerDe has no path: the place of "
            "the data is not known."
        )


def _drop_duplicates(locations: Iterator[str] | list[str]) -> tuple[str, ...]:
    """Return the locations without blank ones and without others of the same place."""
    stated = [text for each in locations if (text := each.strip())]
    if len(stated) == 1:
        return (redact_url(stated[0]),)
    found: dict[str, str] = {}
    for text in stated:
        scheme = _S3.sub("s3://", text)
        found.setdefault(_SLASHES.sub("/", scheme).rstrip("/"), redact_url(text))
    return tuple(found.values())
