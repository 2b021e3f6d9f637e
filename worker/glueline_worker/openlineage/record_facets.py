"""The facets of jobs, views and tables, from their records."""

from collections.abc import Iterable
from typing import Any

from openlineage.client.generated.dataset_type_dataset import DatasetTypeDatasetFacet
from openlineage.client.generated.documentation_dataset import DocumentationDatasetFacet
from openlineage.client.generated.documentation_job import DocumentationJobFacet
from openlineage.client.generated.job_type_job import JobTypeJobFacet
from openlineage.client.generated.ownership_dataset import Owner, OwnershipDatasetFacet
from openlineage.client.generated.schema_dataset import (
    SchemaDatasetFacet,
    SchemaDatasetFacetFields,
)
from openlineage.client.generated.source_code_location_job import SourceCodeLocationJobFacet
from openlineage.client.generated.sql_job import SQLJobFacet
from openlineage.client.generated.storage_dataset import StorageDatasetFacet
from openlineage.client.generated.symlinks_dataset import Identifier, SymlinksDatasetFacet

from glueline.contract.datatypes import ArrayType, DataType, MapType, StructType
from glueline.contract.records import Column, JobRecord, TableRecord
from glueline_worker.catalog.types.column_types import render_type
from glueline_worker.lineage.naming.paths import name_location

_INTEGRATION = "GLUE"
_STREAMING = "gluestreaming"
_LAYERS = frozenset({"iceberg", "delta", "hudi"})
"""The table formats that are a storage layer in the sense of the facet."""


def make_job_facets(job: JobRecord | None) -> dict[str, Any]:
    """Return the facets of a job of Glue; None where its record is not at hand."""
    is_streaming = job is not None and job.command_name == _STREAMING
    facets = _make_job_type("JOB", "STREAMING" if is_streaming else "BATCH")
    if job is None:
        return facets
    if job.description:
        facets["documentation"] = DocumentationJobFacet(description=job.description)
    if job.script_location:
        facets["sourceCodeLocation"] = SourceCodeLocationJobFacet(
            type="s3", url=job.script_location
        )
    return facets


def make_view_facets(table: TableRecord | None) -> dict[str, Any]:
    """Return the facets of the process that a view or a link is."""
    facets = _make_job_type("VIEW" if table and table.views else "TABLE", "BATCH")
    if table and table.description:
        facets["documentation"] = DocumentationJobFacet(description=table.description)
    if table and table.views:
        text = table.views[0]
        facets["sql"] = SQLJobFacet(query=text.sql, dialect=text.dialect)
    return facets


def make_table_facets(table: TableRecord) -> dict[str, Any]:
    """Return the facets of a table or view as a dataset."""
    is_view = bool(table.views) or table.table_type == "VIRTUAL_VIEW"
    facets: dict[str, Any] = {
        "schema": SchemaDatasetFacet(
            fields=[_make_field(each) for each in (*table.columns, *table.partition_keys)]
        ),
        "datasetType": DatasetTypeDatasetFacet(datasetType="VIEW" if is_view else "TABLE"),
    }
    if table.description:
        facets["documentation"] = DocumentationDatasetFacet(description=table.description)
    if table.owner:
        facets["ownership"] = OwnershipDatasetFacet(owners=[Owner(name=table.owner)])
    if table.storage and not is_view:
        facets |= _make_storage_facets(table, table.storage.data_locations or ())
    return facets


def _make_storage_facets(table: TableRecord, locations: Iterable[str]) -> dict[str, Any]:
    places = [name_location(each) for each in locations]
    known = {place for place in places if "*" not in place.name}
    facets: dict[str, Any] = {}
    if table.format in _LAYERS:
        facets["storage"] = StorageDatasetFacet(storageLayer=table.format)
    if known:
        facets["symlinks"] = SymlinksDatasetFacet(
            identifiers=[
                Identifier(namespace=place.namespace, name=place.name, type="LOCATION")
                for place in sorted(known, key=lambda place: (place.namespace, place.name))
            ]
        )
    return facets


def _make_job_type(kind: str, processing: str) -> dict[str, Any]:
    return {
        "jobType": JobTypeJobFacet(
            processingType=processing, integration=_INTEGRATION, jobType=kind
        )
    }


def _make_field(column: Column) -> SchemaDatasetFacetFields:
    return SchemaDatasetFacetFields(
        name=column.name,
        type=column.type,
        description=column.comment,
        fields=_list_parts(column.data_type) or None,
    )


def _list_parts(kind: DataType) -> list[SchemaDatasetFacetFields]:
    """Return the parts of a nested type, named as OpenLineage's schema facet names them."""
    match kind:
        case StructType():
            return [
                SchemaDatasetFacetFields(
                    name=part.name,
                    type=render_type(part.type),
                    description=part.comment,
                    fields=_list_parts(part.type) or None,
                )
                for part in kind.fields
            ]
        case ArrayType():
            return [_make_part("_element", kind.element)]
        case MapType():
            return [_make_part("key", kind.key), _make_part("value", kind.value)]
        case _:
            return []


def _make_part(name: str, kind: DataType) -> SchemaDatasetFacetFields:
    return SchemaDatasetFacetFields(
        name=name, type=render_type(kind), fields=_list_parts(kind) or None
    )
