"""Make databases, jobs and connections in the form of Glue's answers."""

from typing import Any

from glueline_simulator.catalogue import models
from glueline_simulator.catalogue.account_state import name_scripts_bucket

CREATED = 1_735_689_600  # 2025-01-01, the creation time of everything in a catalogue file


def overlay(definition: dict[str, Any], raw: dict[str, Any]) -> dict[str, Any]:
    """Return the definition with the fields of ``raw``; null removes a field, except the name."""
    merged = definition | raw
    present = {field: value for field, value in merged.items() if value is not None}
    return {"Name": definition["Name"], **present}


def define_database(account: str, name: str, model: models.DatabaseEntry) -> dict[str, Any]:
    """Make a database as GetDatabases returns it."""
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
    return overlay(definition, model.raw)


def define_job(region: str, account: str, name: str, model: models.JobEntry) -> dict[str, Any]:
    """Make a job as GetJob returns it."""
    suffix = "scala" if model.language == "scala" else "py"
    location = model.script_location
    if location is None:
        location = f"s3://{name_scripts_bucket(account, region)}/jobs/{name}.{suffix}"
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
    return overlay(definition, model.raw)


def define_connection(name: str, model: models.ConnectionEntry) -> dict[str, Any]:
    """Make a connection as GetConnection returns it."""
    definition: dict[str, Any] = {
        "Name": name,
        "ConnectionType": model.type,
        "ConnectionProperties": model.properties,
        "CreationTime": CREATED,
        "LastUpdatedTime": CREATED,
    }
    return overlay(definition, model.raw)
