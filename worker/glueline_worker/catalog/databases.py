"""Databases of the Data Catalog."""

from collections.abc import Mapping
from typing import Any

from glueline.contract.records import DatabaseRecord
from glueline_worker.catalog.common_fields import federated_of, link_of, name_of, raw_of
from glueline_worker.catalog.content_hash import sealed
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.storage import location_of
from glueline_worker.catalog.values import moment_of, parameters_of, text_of
from glueline_worker.redact import redact_parameters, redact_prose


def database_record(
    answer: Mapping[str, Any],
    origin: RecordOrigin,
) -> DatabaseRecord:
    """Return the record of one item of GetDatabases' ``DatabaseList``. Never raises."""
    notes: list[str] = []
    return sealed(
        DatabaseRecord(
            source=origin.source,
            region=origin.region,
            catalog_id=text_of(answer.get("CatalogId")) or origin.catalog_id,
            name=name_of(answer, notes),
            description=redact_prose(text_of(answer.get("Description"))),
            location_uri=location_of(answer.get("LocationUri")),
            parameters=redact_parameters(parameters_of(answer.get("Parameters"))),
            create_time=moment_of(answer.get("CreateTime"), "CreateTime", notes),
            target=link_of(answer, "TargetDatabase", notes),
            federated=federated_of(answer, "FederatedDatabase", notes),
            warnings=tuple(notes),
            raw=raw_of(answer, wanted=origin.raw),
        )
    )
