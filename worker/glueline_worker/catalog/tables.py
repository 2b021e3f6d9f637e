"""Tables, views and resource links of the Data Catalog."""

from collections.abc import Mapping
from typing import Any

from glueline.contract.records import TableRecord
from glueline_worker.catalog.columns import columns_of
from glueline_worker.catalog.common_fields import federated_of, link_of, name_of, raw_of
from glueline_worker.catalog.content_hash import sealed
from glueline_worker.catalog.data_locations import data_locations_of
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.storage import storage_of
from glueline_worker.catalog.table_formats import format_of
from glueline_worker.catalog.values import (
    integer_of,
    mapping_at,
    moment_of,
    parameters_of,
    text_of,
)
from glueline_worker.catalog.views import description_of, sub_objects_of, views_of
from glueline_worker.redact import redact_parameters, redact_prose


def table_record(
    answer: Mapping[str, Any],
    origin: RecordOrigin,
    *,
    database_name: str,
) -> TableRecord:
    """Return the record of one item of GetTables' ``TableList``. Never raises."""
    notes: list[str] = []
    descriptor = mapping_at(answer, "StorageDescriptor", notes)
    parameters = parameters_of(answer.get("Parameters"))
    table_format = format_of(parameters, descriptor or {})
    columns, keys = columns_of(answer, descriptor or {}, parameters, table_format, notes)
    registered = answer.get("IsRegisteredWithLakeFormation")
    return sealed(
        TableRecord(
            source=origin.source,
            region=origin.region,
            catalog_id=text_of(answer.get("CatalogId")) or origin.catalog_id,
            database_name=database_name,
            name=name_of(answer, notes),
            description=redact_prose(description_of(answer, parameters)),
            owner=text_of(answer.get("Owner")),
            table_type=text_of(answer.get("TableType")),
            format=table_format,
            create_time=moment_of(answer.get("CreateTime"), "CreateTime", notes),
            update_time=moment_of(answer.get("UpdateTime"), "UpdateTime", notes),
            last_access_time=moment_of(answer.get("LastAccessTime"), "LastAccessTime", notes),
            retention=integer_of(answer.get("Retention"), "Retention", notes),
            version_id=text_of(answer.get("VersionId")),
            is_registered_with_lake_formation=registered if isinstance(registered, bool) else None,
            columns=columns,
            partition_keys=keys,
            storage=storage_of(
                descriptor,
                notes,
                data_locations_of(descriptor or {}, parameters, table_format, notes),
            ),
            parameters=redact_parameters(parameters),
            views=views_of(answer, parameters, notes),
            sub_objects=sub_objects_of(answer),
            target=link_of(answer, "TargetTable", notes),
            federated=federated_of(answer, "FederatedTable", notes),
            warnings=tuple(notes),
            raw=raw_of(answer, wanted=origin.raw),
        )
    )
