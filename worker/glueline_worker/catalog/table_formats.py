"""Detect the format of a table by what its writers leave in the catalogue."""

from collections.abc import Iterator, Mapping
from typing import Any

from glueline.contract.records import TableFormat

_FORMATS: tuple[TableFormat, ...] = ("iceberg", "delta", "hudi")


def detect_table_format(parameters: Mapping[str, str], storage: Mapping[str, Any]) -> TableFormat:
    """Return the format of a table; ``hive`` without a sign of another.

    ``storage`` is Glue's StorageDescriptor. The first sign counts: the declarations of engines
    (``table_type``, ``spark.sql.sources.provider``), then the handler and the input format, then
    the guess of crawlers (``classification``), then parameters that only one format has.
    """
    for sign in _list_signs(parameters, storage):
        for table_format in _FORMATS:
            if table_format in sign:
                return table_format
    return "hive"


def names_format(sign: str) -> bool:
    """Tell whether a parameter's text names a format that keeps more than Glue shows."""
    lowered = sign.lower()
    return any(table_format in lowered for table_format in _FORMATS)


def _list_signs(parameters: Mapping[str, str], storage: Mapping[str, Any]) -> Iterator[str]:
    lowered = {key.lower(): value for key, value in parameters.items()}
    for key in ("table_type", "spark.sql.sources.provider", "storage_handler"):
        yield lowered.get(key, "").lower()
    yield _normalise_class_name(storage.get("InputFormat"))
    serde = storage.get("SerdeInfo")
    yield _normalise_class_name(
        serde.get("SerializationLibrary") if isinstance(serde, Mapping) else None
    )
    yield lowered.get("classification", "").lower()
    for key in lowered:
        if key.startswith(("delta.", "hoodie.")):
            yield "delta" if key.startswith("delta.") else "hudi"


def _normalise_class_name(class_name: Any) -> str:
    """Return a Java class name in lower case. Hudi's own classes are called Hoodie."""
    return str(class_name).lower().replace("hoodie", "hudi")
