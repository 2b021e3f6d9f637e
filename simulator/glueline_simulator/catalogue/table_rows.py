"""Make tables in the form of Glue's answers."""

from collections.abc import Sequence
from typing import Any

from glueline_simulator.catalogue import models
from glueline_simulator.catalogue.definitions import CREATED, overlay
from glueline_simulator.catalogue.storage_formats import make_storage_descriptor
from glueline_simulator.catalogue.view_texts import make_presto_view

_TABLE_TYPES = {"iceberg": {"table_type": "ICEBERG"}, "delta": {"table_type": "DELTA"}}
_SOURCES = {
    "delta": {"spark.sql.sources.provider": "delta"},
    "hudi": {"spark.sql.sources.provider": "hudi"},
}


def define_table(
    region: str, account: str, database: str, name: str, model: models.TableEntry
) -> dict[str, Any]:
    """Make a table as GetTable returns it; fields of ``raw`` replace the others."""
    base: dict[str, Any] = {"Name": name, "DatabaseName": database, "CatalogId": account}
    base |= {"CreateTime": CREATED, "UpdateTime": CREATED, "VersionId": "0"}
    if model.link:
        definition = base | _define_link(region, account, model.link)
    else:
        definition = base | _define_own_table(account, database, name, model)
    raw = dict(model.raw)
    # The fields of a raw storage descriptor replace those that were made; null removes one.
    if raw.get("StorageDescriptor"):
        storage = definition.get("StorageDescriptor", {}) | raw.pop("StorageDescriptor")
        definition["StorageDescriptor"] = {k: v for k, v in storage.items() if v is not None}
    return overlay(definition, raw)


def _define_columns(columns: Sequence[models.ColumnEntry]) -> list[dict[str, Any]]:
    """Make columns as Glue returns them, without empty fields."""
    rows: list[dict[str, Any]] = []
    for column in columns:
        row: dict[str, Any] = {"Name": column.name, "Type": column.type}
        if column.comment:
            row["Comment"] = column.comment
        if column.parameters:
            row["Parameters"] = column.parameters
        rows.append(row)
    return rows


def _define_own_table(
    account: str, database: str, name: str, model: models.TableEntry
) -> dict[str, Any]:
    location = model.location or f"s3://glueline-lake-{account}/{database}/{name}/"
    parameters = {"classification": model.format}
    parameters |= _TABLE_TYPES.get(model.format, {}) | _SOURCES.get(model.format, {})
    if model.format == "iceberg":
        parameters["metadata_location"] = f"{location.rstrip('/')}/metadata/00001.metadata.json"
    definition: dict[str, Any] = {
        "Description": model.description,
        "Owner": model.owner,
        "TableType": model.type,
        "Retention": 0,
        "PartitionKeys": _define_columns(model.partition_keys),
        "Parameters": parameters | model.parameters,
        "IsRegisteredWithLakeFormation": False,
    }
    if model.storage:
        form = "" if model.view else model.format
        storage = make_storage_descriptor(form, location) | {
            "Columns": _define_columns(model.columns)
        }
        definition["StorageDescriptor"] = storage
    return definition | (_define_view(database, model) if model.view else {})


def _define_view(database: str, model: models.TableEntry) -> dict[str, Any]:
    view = model.view or models.ViewEntry()
    base: dict[str, Any] = {"TableType": "VIRTUAL_VIEW", "Parameters": model.parameters}
    if view.presto:
        typed = [(column.name, column.type) for column in model.columns]
        text = make_presto_view(database, view.presto, typed)
        parameters = {"presto_view": "true", "comment": "Presto View", **model.parameters}
        base |= {"ViewOriginalText": text, "ViewExpandedText": "/* Presto View */"}
        return base | {"Parameters": parameters}
    return base | {"ViewOriginalText": view.spark, "ViewExpandedText": view.spark}


def _define_link(region: str, account: str, link: models.LinkEntry) -> dict[str, Any]:
    target = {"CatalogId": link.catalog or account, "DatabaseName": link.database}
    target |= {"Name": link.table or "", "Region": link.region or region}
    return {"TargetTable": target}
