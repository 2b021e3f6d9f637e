"""Records of databases of the Data Catalog."""

from collections.abc import Mapping
from typing import Any

from glueline.contract.records import DatabaseRecord
from glueline_worker.catalog.common_fields import read_federated, read_link, read_name, read_raw
from glueline_worker.catalog.content_hash import with_content_hash
from glueline_worker.catalog.record_origin import RecordOrigin
from glueline_worker.catalog.storage import read_location
from glueline_worker.catalog.values import AnswerReader
from glueline_worker.redact import redact_parameters, redact_prose


def make_database_record(fields: Mapping[str, Any], origin: RecordOrigin) -> DatabaseRecord:
    """Make the record of one item of GetDatabases' ``DatabaseList``. Never raises."""
    answer = AnswerReader(fields)
    return with_content_hash(
        DatabaseRecord(
            source=origin.source,
            region=origin.region,
            catalog_id=answer.get_text("CatalogId") or origin.catalog_id,
            name=read_name(answer),
            description=redact_prose(answer.get_text("Description")),
            location_uri=read_location(answer, "LocationUri"),
            parameters=redact_parameters(answer.get_parameters("Parameters")),
            create_time=answer.get_timestamp("CreateTime"),
            target=read_link(answer, "TargetDatabase"),
            federated=read_federated(answer, "FederatedDatabase"),
            warnings=tuple(answer.warnings),
            raw=read_raw(fields, wanted=origin.raw),
        )
    )
