"""Which table format a table is in, by what its writers leave in the catalogue."""

from collections.abc import Iterator, Mapping
from typing import Any

from glueline.contract.records import TableFormat

_FORMATS: tuple[TableFormat, ...] = ("iceberg", "delta", "hudi")


def format_of(parameters: Mapping[str, str], storage: Mapping[str, Any]) -> TableFormat:
    """Return the format, ``hive`` where nothing tells of another.

    ``storage`` is Glue's StorageDescriptor. The first sign counts: what engines declare
    (``table_type``, ``spark.sql.sources.provider``), then the handler and the input format, then
    what crawlers guess (``classification``), then parameters of the format's own.
    """
    for sign in _signs(parameters, storage):
        for table_format in _FORMATS:
            if table_format in sign:
                return table_format
    return "hive"


def _signs(parameters: Mapping[str, str], storage: Mapping[str, Any]) -> Iterator[str]:
    lowered = {key.lower(): value for key, value in parameters.items()}
    for key in ("table_type", "spark.sql.sources.provider", "storage_handler"):
        yield lowered.get(key, "").lower()
    yield _code(storage.get("InputFormat"))
    serde = storage.get("SerdeInfo")
    yield _code(serde.get("SerializationLibrary") if isinstance(serde, Mapping) else None)
    yield lowered.get("classification", "").lower()
    for key in lowered:
        if key.startswith(("delta.", "hoodie.")):
            yield "delta" if key.startswith("delta.") else "hudi"


def _code(class_name: Any) -> str:
    """Return a Java class name for comparison: Hudi's input formats are called Hoodie."""
    return str(class_name).lower().replace("hoodie", "hudi")
