"""Databases, jobs and connections in the form of Glue's answers."""

from typing import Any

from glueline_simulator.catalogue import models
from glueline_simulator.catalogue.account_state import scripts_bucket

CREATED = 1_735_689_600  # 2025-01-01, when everything in a catalogue file was made


def overlaid(definition: dict[str, Any], raw: dict[str, Any]) -> dict[str, Any]:
    """The definition with ``raw`` on top, where null takes a field away, but not the name."""
    merged = definition | raw
    kept = {field: value for field, value in merged.items() if value is not None}
    return {"Name": definition["Name"], **kept}


def database_definition(account: str, name: str, model: models.Database) -> dict[str, Any]:
    """A database as GetDatabases returns it."""
    definition: dict[str, Any] = {"Name": name, "CreateTime": CREATED, "CatalogId": account}
    if model.description:
        definition["Description"] = model.description
    if model.location:
        definition["LocationUri"] = model.location
    if model.parameters:
        definition["Parameters"] = model.parameters
    if model.link:
        target = {"CatalogId": model.link.catalog or account, "DatabaseName": model.link.database}
        region = {"Region": model.link.region} if model.link.region else {}
        definition["TargetDatabase"] = {**target, **region}
    return overlaid(definition, model.raw)


def job_definition(region: str, account: str, name: str, model: models.Job) -> dict[str, Any]:
    """A job as GetJob returns it."""
    suffix = "scala" if model.language == "scala" else "py"
    location = model.script_location
    if location is None:
        location = f"s3://{scripts_bucket(account, region)}/jobs/{name}.{suffix}"
    definition: dict[str, Any] = {
        "Name": name,
        "JobMode": "VISUAL" if model.nodes else "SCRIPT",
        "Role": f"arn:aws:iam::{account}:role/glue-jobs",
        "CreatedOn": CREATED,
        "LastModifiedOn": CREATED,
        "ExecutionProperty": {"MaxConcurrentRuns": 1},
        "Command": {"Name": model.type, "ScriptLocation": location, "PythonVersion": "3"},
        "DefaultArguments": {"--job-language": model.language, **model.arguments},
        "MaxRetries": 0,
        "Timeout": 480,
        "GlueVersion": "4.0",
    }
    if model.description:
        definition["Description"] = model.description
    if model.connections:
        definition["Connections"] = {"Connections": model.connections}
    if model.nodes:
        definition["CodeGenConfigurationNodes"] = model.nodes
    return overlaid(definition, model.raw)


def connection_definition(name: str, model: models.Connection) -> dict[str, Any]:
    """A connection as GetConnection returns it."""
    definition: dict[str, Any] = {
        "Name": name,
        "ConnectionType": model.type,
        "ConnectionProperties": model.properties,
        "CreationTime": CREATED,
        "LastUpdatedTime": CREATED,
    }
    return overlaid(definition, model.raw)
