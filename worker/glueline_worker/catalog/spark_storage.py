"""Replace the classes that Spark writes for a table that Hive cannot read.

Glue then holds a SequenceFile, whatever the data is. Spark itself uses only the provider.
"""

from typing import cast, get_args

from msgspec.structs import replace

from glueline.contract.records import Storage, TableFormat

_PLACEHOLDER_INPUT = "org.apache.hadoop.mapred.sequencefileinputformat"
_PLACEHOLDER_SERDE = "org.apache.hadoop.hive.serde2.lazy.lazysimpleserde"
_HIVE = "org.apache.hadoop.hive.ql.io"
_CLASSES = {
    "avro": (
        f"{_HIVE}.avro.AvroContainerInputFormat",
        f"{_HIVE}.avro.AvroContainerOutputFormat",
        "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
    ),
    "orc": (
        f"{_HIVE}.orc.OrcInputFormat",
        f"{_HIVE}.orc.OrcOutputFormat",
        f"{_HIVE}.orc.OrcSerde",
    ),
    "parquet": (
        f"{_HIVE}.parquet.MapredParquetInputFormat",
        f"{_HIVE}.parquet.MapredParquetOutputFormat",
        f"{_HIVE}.parquet.serde.ParquetHiveSerDe",
    ),
}
"""The classes that Spark writes for a provider where Hive can read the table."""
_ITSELF = frozenset({"hive", "sequencefile"})


def replace_placeholder(storage: Storage, provider: str) -> Storage:
    """Return the storage with the provider's classes, or the same one where Glue's are true.

    A provider that Hive has no classes for leaves none.
    """
    is_placeholder = (
        provider not in _ITSELF
        and (storage.input_format or "").lower() == _PLACEHOLDER_INPUT
        and (storage.serialization_library or "").lower() in ("", _PLACEHOLDER_SERDE)
    )
    if not is_placeholder:
        return storage
    names = ("input_format", "output_format", "serialization_library")
    classes = _CLASSES.get(provider, (None, None, None))
    return replace(storage, **dict(zip(names, classes, strict=True)))


def find_placeholder_format(provider: str) -> TableFormat:
    """Return the format of a table whose classes were a placeholder; ``hive`` if none fits."""
    return cast("TableFormat", provider) if provider in get_args(TableFormat) else "hive"
