"""From a validated catalogue file to the accounts that the services answer from."""

import re
from pathlib import Path
from typing import Any

import orjson

from glueline_simulator.catalogue import models
from glueline_simulator.catalogue.account_state import Account, Database, Grant, World
from glueline_simulator.catalogue.definitions import (
    connection_definition,
    database_definition,
    job_definition,
    overlaid,
)
from glueline_simulator.catalogue.partition_rows import (
    partition_definitions,
    partition_index_definitions,
)
from glueline_simulator.catalogue.table_rows import table_definition
from glueline_simulator.errors import CatalogueError


def build_world(file: models.CatalogueFile, region: str, account_id: str, folder: Path) -> World:
    """All accounts of a file; script files are looked for in ``folder``."""
    region, account_id = file.region or region, file.account or account_id
    world = World(region, account_id, {})
    contents: dict[str, models.Contents] = {account_id: file, **file.accounts}
    for name, held in contents.items():
        world.accounts[name] = _account(world, name, held, folder)
    for url, text in file.objects.items():
        bucket, _, key = url.removeprefix("s3://").partition("/")
        world.objects[bucket, key] = text.encode()
    if file.roles is not None:
        world.roles = {arn: _grant(role, _account_in(arn)) for arn, role in file.roles.items()}
    world.keys = {key: _grant(grant, account_id) for key, grant in file.keys.items()}
    return world


def add_database(world: World, account: Account, name: str, model: models.Database) -> None:
    """Put a database and its tables into an account."""
    definition = database_definition(account.id, name.lower(), model)
    database = Database(definition)
    account.databases.add(database.name, database)
    if model.tags:
        account.tags[world.arn(account.id, f"database/{database.name}")] = model.tags
    for table_name, table in model.tables.items():
        add_table(world, account, database, table_name, table or models.Table())


def add_table(
    world: World, account: Account, database: Database, name: str, model: models.Table
) -> None:
    """Put a table and its partitions into a database."""
    definition = table_definition(world.region, account.id, database.name, name.lower(), model)
    folded = definition["Name"]
    database.tables.add(folded, orjson.dumps(definition))
    database.partitions[folded] = partition_definitions(definition, model)
    database.partition_indexes[folded] = partition_index_definitions(model)


def add_job(
    world: World, account: Account, name: str, model: models.Job, folder: Path = Path()
) -> None:
    """Put a job into an account and its script into S3."""
    definition = job_definition(world.region, account.id, name, model)
    account.jobs.add(name, definition)
    account.runs[name] = [{"JobName": name, **run} for run in model.runs]
    if model.tags:
        account.tags[world.arn(account.id, f"job/{name}")] = model.tags
    script = _script(name, model, folder)
    # Glue takes a job without a command, and a command without a script.
    location = (definition.get("Command") or {}).get("ScriptLocation") or ""
    if script is not None and location.startswith("s3://"):
        bucket, _, key = location.removeprefix("s3://").partition("/")
        world.objects[bucket, key] = script


def _account(world: World, name: str, held: models.Contents, folder: Path) -> Account:
    account = Account(name)
    for database, model in held.databases.items():
        add_database(world, account, database, model or models.Database())
    for job, job_model in held.jobs.items():
        add_job(world, account, job, job_model or models.Job(), folder)
    for title, connection in held.connections.items():
        definition = connection_definition(title, connection or models.Connection())
        account.connections.add(title, definition)
    for shelf, raws in (
        (account.triggers, held.triggers),
        (account.workflows, held.workflows),
        (account.crawlers, held.crawlers),
    ):
        for title, raw in raws.items():
            shelf.add(title, _named(title, raw))
    return account


def _named(name: str, raw: dict[str, Any]) -> dict[str, Any]:
    return overlaid({"Name": name}, raw)


def _script(name: str, model: models.Job, folder: Path) -> bytes | None:
    if model.script is not None:
        return model.script.encode()
    if model.script_file is None:
        return None
    try:
        return (folder / model.script_file).read_bytes()
    except OSError as error:
        message = f"job {name}: script_file {model.script_file}: {error.strerror}"
        raise CatalogueError(message) from None


def _grant(model: models.Grant | None, account: str) -> Grant:
    model = model or models.Grant()
    deny = tuple(model.deny) if isinstance(model.deny, list) else ()
    return Grant(model.account or account, model.external_id, deny, model.deny is not True)


def _account_in(arn: str) -> str:
    match = re.fullmatch(r"arn:[\w-]+:iam::(\d{12}):role/.+", arn)
    if match is None:
        message = f"roles: {arn!r} is no role; write arn:aws:iam::ACCOUNT:role/NAME"
        raise CatalogueError(message)
    return match[1]
