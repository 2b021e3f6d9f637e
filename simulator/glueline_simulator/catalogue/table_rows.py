"""Tables in the form of Glue's answers."""

from collections.abc import Sequence
from typing import Any

from glueline_simulator.catalogue import models
from glueline_simulator.catalogue.definitions import CREATED, overlaid
from glueline_simulator.storage import storage_descriptor
from glueline_simulator.views import presto_view

_TABLE_TYPES = {"iceberg": {"table_type": "ICEBERG"}, "delta": {"table_type": "DELTA"}}
_SOURCES = {
    "delta": {"spark.sql.sources.provider": "delta"},
    "hudi": {"spark.sql.sources.provider": "hudi"},
}


def table_definition(
    region: str, account: str, database: str, name: str, model: models.Table
) -> dict[str, Any]:
    """A table as GetTable returns it; ``raw`` has the last word, field by field."""
    base: dict[str, Any] = {"Name": name, "DatabaseName": database, "CatalogId": account}
    base |= {"CreateTime": CREATED, "UpdateTime": CREATED, "VersionId": "0"}
    if model.link:
        definition = base | _link(region, account, model.link)
    else:
        definition = base | _described(account, database, name, model)
    raw = dict(model.raw)
    # A raw storage descriptor changes the one that was made; null takes a field away.
    if raw.get("StorageDescriptor"):
        storage = definition.get("StorageDescriptor", {}) | raw.pop("StorageDescriptor")
        definition["StorageDescriptor"] = {k: v for k, v in storage.items() if v is not None}
    return overlaid(definition, raw)


def columns(given: Sequence[models.Column]) -> list[dict[str, Any]]:
    """Columns as Glue writes them, without what is empty."""
    made: list[dict[str, Any]] = []
    for column in given:
        row: dict[str, Any] = {"Name": column.name, "Type": column.type}
        if column.comment:
            row["Comment"] = column.comment
        if column.parameters:
            row["Parameters"] = column.parameters
        made.append(row)
    return made


def _described(account: str, database: str, name: str, model: models.Table) -> dict[str, Any]:
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
        "PartitionKeys": columns(model.partition_keys),
        "Parameters": parameters | model.parameters,
        "IsRegisteredWithLakeFormation": False,
    }
    if model.storage:
        form = "" if model.view else model.format
        storage = storage_descriptor(form, location) | {"Columns": columns(model.columns)}
        definition["StorageDescriptor"] = storage
    return definition | (_view(database, model) if model.view else {})


def _view(database: str, model: models.Table) -> dict[str, Any]:
    view = model.view or models.View()
    base: dict[str, Any] = {"TableType": "VIRTUAL_VIEW", "Parameters": model.parameters}
    if view.presto:
        typed = [(column.name, column.type) for column in model.columns]
        text = presto_view(database, view.presto, typed)
        parameters = {"presto_view": "true", "comment": "Presto View", **model.parameters}
        base |= {"ViewOriginalText": text, "ViewExpandedText": "/* Presto View */"}
        return base | {"Parameters": parameters}
    return base | {"ViewOriginalText": view.spark, "ViewExpandedText": view.spark}


def _link(region: str, account: str, link: models.Link) -> dict[str, Any]:
    target = {"CatalogId": link.catalog or account, "DatabaseName": link.database}
    target |= {"Name": link.table or "", "Region": link.region or region}
    return {"TargetTable": target}
