"""Build the state of the simulated AWS from a validated catalogue file."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

import orjson

from glueline_simulator.catalogue import models
from glueline_simulator.catalogue.account_state import (
    AccountState,
    AwsState,
    IdentityGrant,
    StoredDatabase,
)
from glueline_simulator.catalogue.definitions import (
    define_connection,
    define_database,
    define_job,
    overlay,
)
from glueline_simulator.catalogue.partition_rows import (
    define_partition_indexes,
    define_partitions,
)
from glueline_simulator.catalogue.table_rows import define_table
from glueline_simulator.errors import CatalogueError


def build_aws_state(
    file: models.CatalogueFile, region: str, account_id: str, folder: Path
) -> AwsState:
    """Build all accounts of a file. Paths of scripts are relative to ``folder``."""
    region, account_id = file.region or region, file.account or account_id
    state = AwsState(region, account_id, {})
    contents: dict[str, models.AccountEntry] = {account_id: file, **file.accounts}
    for name, entry in contents.items():
        state.accounts[name] = _build_account(state, name, entry, folder)
    for url, content in file.objects.items():
        bucket, _, key = url.removeprefix("s3://").partition("/")
        state.objects[bucket, key] = _make_object(content)
    if file.roles is not None:
        state.roles = {
            arn: _make_grant(role, _parse_role_account(arn)) for arn, role in file.roles.items()
        }
    state.keys = {key: _make_grant(grant, account_id) for key, grant in file.keys.items()}
    return state


def _make_object(content: str | dict[str, str]) -> bytes:
    """Return an object's bytes; those of an archive are the same each time."""
    if isinstance(content, str):
        return content.encode()
    data = BytesIO()
    with ZipFile(data, "w") as archive:
        for name, text in content.items():
            archive.writestr(ZipInfo(name), text)
    return data.getvalue()


def add_database(
    state: AwsState, account: AccountState, name: str, model: models.DatabaseEntry
) -> None:
    """Add a database and its tables to an account."""
    definition = define_database(account.id, name.lower(), model)
    database = StoredDatabase(definition)
    account.databases.add(database.name, database)
    if model.tags:
        account.tags[state.arn(account.id, f"database/{database.name}")] = model.tags
    for table_name, table in model.tables.items():
        add_table(state, account, database, table_name, table or models.TableEntry())


def add_table(
    state: AwsState,
    account: AccountState,
    database: StoredDatabase,
    name: str,
    model: models.TableEntry,
) -> None:
    """Add a table and its partitions to a database."""
    definition = define_table(state.region, account.id, database.name, name.lower(), model)
    folded = definition["Name"]
    database.tables.add(folded, orjson.dumps(definition))
    database.partitions[folded] = define_partitions(definition, model)
    database.partition_indexes[folded] = define_partition_indexes(model)


def add_job(
    state: AwsState, account: AccountState, name: str, model: models.JobEntry, folder: Path = Path()
) -> None:
    """Add a job to an account and its script to S3."""
    definition = define_job(state.region, account.id, name, model)
    account.jobs.add(name, definition)
    account.runs[name] = [{"JobName": name, **run} for run in model.runs]
    if model.tags:
        account.tags[state.arn(account.id, f"job/{name}")] = model.tags
    script = _read_script(name, model, folder)
    # Glue accepts a job without a command, and a command without a script.
    location = (definition.get("Command") or {}).get("ScriptLocation") or ""
    if script is not None and location.startswith("s3://"):
        bucket, _, key = location.removeprefix("s3://").partition("/")
        state.objects[bucket, key] = script


def _build_account(
    state: AwsState, name: str, entry: models.AccountEntry, folder: Path
) -> AccountState:
    account = AccountState(name)
    for database, model in entry.databases.items():
        add_database(state, account, database, model or models.DatabaseEntry())
    for job, job_model in entry.jobs.items():
        add_job(state, account, job, job_model or models.JobEntry(), folder)
    for title, connection in entry.connections.items():
        definition = define_connection(title, connection or models.ConnectionEntry())
        account.connections.add(title, definition)
    for store, raws in (
        (account.triggers, entry.triggers),
        (account.workflows, entry.workflows),
        (account.crawlers, entry.crawlers),
    ):
        for title, raw in raws.items():
            store.add(title, _with_name(title, raw))
    return account


def _with_name(name: str, raw: dict[str, Any]) -> dict[str, Any]:
    return overlay({"Name": name}, raw)


def _read_script(name: str, model: models.JobEntry, folder: Path) -> bytes | None:
    if model.script is not None:
        return model.script.encode()
    if model.script_file is None:
        return None
    try:
        return (folder / model.script_file).read_bytes()
    except OSError as error:
        message = f"job {name}: script_file {model.script_file}: {error.strerror}"
        raise CatalogueError(message) from None


def _make_grant(model: models.GrantEntry | None, account: str) -> IdentityGrant:
    model = model or models.GrantEntry()
    deny = tuple(model.deny) if isinstance(model.deny, list) else ()
    return IdentityGrant(model.account or account, model.external_id, deny, model.deny is not True)


def _parse_role_account(arn: str) -> str:
    match = re.fullmatch(r"arn:[\w-]+:iam::(\d{12}):role/.+", arn)
    if match is None:
        message = f"roles: {arn!r} is no role; write arn:aws:iam::ACCOUNT:role/NAME"
        raise CatalogueError(message)
    return match[1]
