"""GetDatabases and GetDatabase."""

from typing import Any

import orjson

from glueline_simulator.catalogue.account_state import Account, Database
from glueline_simulator.errors import invalid_input, not_found
from glueline_simulator.glue.context import Context, page_of

_ATTRIBUTES = {"NAME": "Name", "TARGET_DATABASE": "TargetDatabase"}


def get_databases(context: Context) -> bytes:
    """A page of the databases that no rule hides."""
    databases, hide = context.account.databases, context.call.settings.hide
    share, wanted = context.given.get("ResourceShareType"), context.given.get("AttributesToGet")

    def keep(position: int) -> bool:
        name = databases.name(position)
        if name is None or any(rule.hides_database(name) for rule in hide):
            return False
        return share == "ALL" or _kind(context.account, databases.at(position)) == (share or "OWN")

    page, token = context.pager.page(context.call, databases, keep)
    return page_of("DatabaseList", (_row(database, wanted) for database in page), token)


def get_database(context: Context) -> bytes:
    """One database."""
    name = context.given["Name"]
    return b'{"Database":%b}' % orjson.dumps(context.database(name).definition)


def linked_database(context: Context) -> tuple[Context, Database]:
    """The database named in the call; a resource link leads to the database it stands for."""
    database = context.database(context.given["DatabaseName"])
    target: dict[str, Any] | None = database.definition.get("TargetDatabase")
    if target is None:
        return context, database
    account = context.world.accounts.get(target.get("CatalogId", context.account.id))
    name = target.get("DatabaseName") or ""
    held = account.databases.get(name.lower()) if account else None
    if account is None or held is None:
        raise not_found(f"Database {name} not found.")
    if "TargetDatabase" in held.definition:
        raise invalid_input("Cannot chain resource links")
    return Context(context.world, context.pager, context.call, account), held


def _kind(account: Account, database: Database | None) -> str:
    definition = database.definition if database else {}
    if "FederatedDatabase" in definition:
        return "FEDERATED"
    owner = definition.get("CatalogId", account.id)
    return "OWN" if owner == account.id else "FOREIGN"


def _row(database: Database, wanted: list[str] | None) -> bytes:
    if not wanted:
        return orjson.dumps(database.definition)
    names = [_ATTRIBUTES[attribute] for attribute in wanted]
    return orjson.dumps({n: database.definition[n] for n in names if n in database.definition})
