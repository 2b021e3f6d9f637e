"""Records of tables, views and resource links of the Data Catalog."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from glueline.contract.records import TableRecord
from glueline_worker.catalog.columns import ReadColumn, read_columns
from glueline_worker.catalog.common_fields import read_federated, read_link, read_name, read_raw
from glueline_worker.catalog.content_hash import hash_content
from glueline_worker.catalog.data_locations import find_data_locations
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.storage import read_storage
from glueline_worker.catalog.table_formats import detect_table_format
from glueline_worker.catalog.types.spark_schema import read_spark_columns
from glueline_worker.catalog.values import AnswerReader
from glueline_worker.catalog.views import read_description, read_sub_objects, read_views
from glueline_worker.catalog.writer_schema import read_writer_changes
from glueline_worker.redact import redact_parameters, redact_prose


def make_table_record(
    fields: Mapping[str, Any], origin: RecordOrigin, *, database_name: str
) -> TableRecord:
    """Make the record of one item of GetTables' ``TableList``. Never raises."""
    answer = AnswerReader(fields)
    descriptor = answer.find_object("StorageDescriptor")
    storage = descriptor or AnswerReader({}, answer.warnings)
    parameters = answer.get_parameters("Parameters")
    table_format = detect_table_format(parameters, storage.fields)
    schema = read_spark_columns(parameters, answer.warnings)
    columns, keys = read_columns(
        answer, storage, parameters, table_format, [each.column for each in schema]
    )
    registered = fields.get("IsRegisteredWithLakeFormation")
    record = TableRecord(
        source=origin.source,
        region=origin.region,
        catalog_id=answer.get_text("CatalogId") or origin.catalog_id,
        database_name=database_name,
        name=read_name(answer),
        description=redact_prose(read_description(answer, parameters)),
        owner=answer.get_text("Owner"),
        table_type=answer.get_text("TableType"),
        format=table_format,
        create_time=answer.get_timestamp("CreateTime"),
        update_time=answer.get_timestamp("UpdateTime"),
        last_access_time=answer.get_timestamp("LastAccessTime"),
        retention=answer.get_integer("Retention"),
        version_id=answer.get_text("VersionId"),
        is_registered_with_lake_formation=registered if isinstance(registered, bool) else None,
        columns=tuple([each.column for each in columns]),
        partition_keys=tuple([each.column for each in keys]),
        storage=read_storage(descriptor, find_data_locations(storage, parameters, table_format)),
        parameters=redact_parameters(parameters),
        views=read_views(answer, parameters),
        sub_objects=read_sub_objects(answer),
        target=read_link(answer, "TargetTable"),
        federated=read_federated(answer, "FederatedTable"),
        warnings=tuple(answer.warnings),
        raw=read_raw(fields, wanted=origin.raw),
    )
    content_hash = hash_content(
        record,
        columns=_join_canonical(columns),
        partition_keys=_join_canonical(keys),
    )
    changes = read_writer_changes(record, answer, parameters, schema)
    return replace(record, content_hash=content_hash, **changes)


def _join_canonical(columns: Iterable[ReadColumn]) -> bytes:
    return b"[%b]" % b",".join([each.canonical for each in columns])
