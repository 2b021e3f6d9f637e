"""Make storage descriptors of the usual formats, as crawlers and engines write them."""

from typing import Any

_HADOOP = "org.apache.hadoop."
_TEXT_OUT = _HADOOP + "hive.ql.io.HiveIgnoreKeyTextOutputFormat"
_PARQUET = (
    _HADOOP + "hive.ql.io.parquet.MapredParquetInputFormat",
    _HADOOP + "hive.ql.io.parquet.MapredParquetOutputFormat",
    _HADOOP + "hive.ql.io.parquet.serde.ParquetHiveSerDe",
    {"serialization.format": "1"},
)
# Format: input format, output format, serde, the serde's parameters.
_FORMATS: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "parquet": _PARQUET,
    "iceberg": _PARQUET,
    "delta": (
        _HADOOP + "mapred.SequenceFileInputFormat",
        _HADOOP + "hive.ql.io.HiveSequenceFileOutputFormat",
        _HADOOP + "hive.serde2.lazy.LazySimpleSerDe",
        {"serialization.format": "1"},
    ),
    "hudi": (
        "org.apache.hudi.hadoop.HoodieParquetInputFormat",
        _PARQUET[1],
        _PARQUET[2],
        {"serialization.format": "1", "hoodie.query.as.ro.table": "false"},
    ),
    "json": (
        _HADOOP + "mapred.TextInputFormat",
        _TEXT_OUT,
        "org.openx.data.jsonserde.JsonSerDe",
        {"paths": "id"},
    ),
    "csv": (
        _HADOOP + "mapred.TextInputFormat",
        _TEXT_OUT,
        _HADOOP + "hive.serde2.lazy.LazySimpleSerDe",
        {"field.delim": ",", "serialization.format": ","},
    ),
    "orc": (
        _HADOOP + "hive.ql.io.orc.OrcInputFormat",
        _HADOOP + "hive.ql.io.orc.OrcOutputFormat",
        _HADOOP + "hive.ql.io.orc.OrcSerde",
        {"serialization.format": "1"},
    ),
    "avro": (
        _HADOOP + "hive.ql.io.avro.AvroContainerInputFormat",
        _HADOOP + "hive.ql.io.avro.AvroContainerOutputFormat",
        _HADOOP + "hive.serde2.avro.AvroSerDe",
        {"serialization.format": "1"},
    ),
}
TABLE_FORMATS = tuple(_FORMATS)


def make_storage_descriptor(data_format: str, location: str) -> dict[str, Any]:
    """Make a storage descriptor without columns; a view has an empty format."""
    descriptor: dict[str, Any] = {
        "Location": location,
        "Compressed": False,
        "NumberOfBuckets": -1,
        "BucketColumns": [],
        "SortColumns": [],
        "Parameters": {},
        "StoredAsSubDirectories": False,
        "SerdeInfo": {},
    }
    if not data_format:
        return {**descriptor, "Location": "", "NumberOfBuckets": 0}
    input_format, output_format, serde, parameters = _FORMATS[data_format]
    return {
        **descriptor,
        "InputFormat": input_format,
        "OutputFormat": output_format,
        "SerdeInfo": {"SerializationLibrary": serde, "Parameters": parameters},
        "Parameters": {"classification": data_format},
    }
