"""Records of databases of the Data Catalog."""

from collections.abc import Mapping
from typing import Any

from glueline.contract.records import DatabaseRecord
from glueline_worker.catalog.common_fields import read_federated, read_link, read_name, read_raw
from glueline_worker.catalog.content_hash import with_content_hash
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.storage import read_location
from glueline_worker.catalog.values import to_parameters, to_text, to_timestamp
from glueline_worker.redact import redact_parameters, redact_prose


def make_database_record(
    answer: Mapping[str, Any],
    origin: RecordOrigin,
) -> DatabaseRecord:
    """Make the record of one item of GetDatabases' ``DatabaseList``. Never raises."""
    warnings: list[str] = []
    return with_content_hash(
        DatabaseRecord(
            source=origin.source,
            region=origin.region,
            catalog_id=to_text(answer.get("CatalogId")) or origin.catalog_id,
            name=read_name(answer, warnings),
            description=redact_prose(to_text(answer.get("Description"))),
            location_uri=read_location(answer.get("LocationUri")),
            parameters=redact_parameters(to_parameters(answer.get("Parameters"))),
            create_time=to_timestamp(answer.get("CreateTime"), "CreateTime", warnings),
            target=read_link(answer, "TargetDatabase", warnings),
            federated=read_federated(answer, "FederatedDatabase", warnings),
            warnings=tuple(warnings),
            raw=read_raw(answer, wanted=origin.raw),
        )
    )
