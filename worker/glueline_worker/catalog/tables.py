"""Records of tables, views and resource links of the Data Catalog."""

from collections.abc import Mapping
from typing import Any

from glueline.contract.records import TableRecord
from glueline_worker.catalog.columns import read_columns
from glueline_worker.catalog.common_fields import read_federated, read_link, read_name, read_raw
from glueline_worker.catalog.content_hash import with_content_hash
from glueline_worker.catalog.data_locations import find_data_locations
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.storage import read_storage
from glueline_worker.catalog.table_formats import detect_table_format
from glueline_worker.catalog.values import (
    read_object,
    to_integer,
    to_parameters,
    to_text,
    to_timestamp,
)
from glueline_worker.catalog.views import read_description, read_sub_objects, read_views
from glueline_worker.redact import redact_parameters, redact_prose


def make_table_record(
    answer: Mapping[str, Any],
    origin: RecordOrigin,
    *,
    database_name: str,
) -> TableRecord:
    """Make the record of one item of GetTables' ``TableList``. Never raises."""
    warnings: list[str] = []
    descriptor = read_object(answer, "StorageDescriptor", warnings)
    parameters = to_parameters(answer.get("Parameters"))
    table_format = detect_table_format(parameters, descriptor or {})
    columns, keys = read_columns(answer, descriptor or {}, parameters, table_format, warnings)
    registered = answer.get("IsRegisteredWithLakeFormation")
    return with_content_hash(
        TableRecord(
            source=origin.source,
            region=origin.region,
            catalog_id=to_text(answer.get("CatalogId")) or origin.catalog_id,
            database_name=database_name,
            name=read_name(answer, warnings),
            description=redact_prose(read_description(answer, parameters)),
            owner=to_text(answer.get("Owner")),
            table_type=to_text(answer.get("TableType")),
            format=table_format,
            create_time=to_timestamp(answer.get("CreateTime"), "CreateTime", warnings),
            update_time=to_timestamp(answer.get("UpdateTime"), "UpdateTime", warnings),
            last_access_time=to_timestamp(answer.get("LastAccessTime"), "LastAccessTime", warnings),
            retention=to_integer(answer.get("Retention"), "Retention", warnings),
            version_id=to_text(answer.get("VersionId")),
            is_registered_with_lake_formation=registered if isinstance(registered, bool) else None,
            columns=columns,
            partition_keys=keys,
            storage=read_storage(
                descriptor,
                warnings,
                find_data_locations(descriptor or {}, parameters, table_format, warnings),
            ),
            parameters=redact_parameters(parameters),
            views=read_views(answer, parameters, warnings),
            sub_objects=read_sub_objects(answer),
            target=read_link(answer, "TargetTable", warnings),
            federated=read_federated(answer, "FederatedTable", warnings),
            warnings=tuple(warnings),
            raw=read_raw(answer, wanted=origin.raw),
        )
    )
