"""GetDatabases and GetDatabase."""

from typing import Any

import orjson

from glueline_simulator.catalogue.account_state import AccountState, StoredDatabase
from glueline_simulator.errors import invalid_input_error, not_found_error
from glueline_simulator.glue.context import GlueContext, render_page

_ATTRIBUTES = {"NAME": "Name", "TARGET_DATABASE": "TargetDatabase"}


def get_databases(context: GlueContext) -> bytes:
    """Answer with a page of the databases that no rule hides."""
    databases, hide = context.account.databases, context.call.settings.hide
    share, wanted = (
        context.parameters.get("ResourceShareType"),
        context.parameters.get("AttributesToGet"),
    )

    def keep(position: int) -> bool:
        name = databases.name(position)
        if name is None or any(rule.hides_database(name) for rule in hide):
            return False
        return share == "ALL" or _classify_owner(context.account, databases.at(position)) == (
            share or "OWN"
        )

    page, token = context.pager.page(context.call, databases, keep)
    return render_page("DatabaseList", (_render_row(database, wanted) for database in page), token)


def get_database(context: GlueContext) -> bytes:
    """Answer with one database."""
    name = context.parameters["Name"]
    return b'{"Database":%b}' % orjson.dumps(context.database(name).definition)


def follow_database_link(context: GlueContext) -> tuple[GlueContext, StoredDatabase]:
    """Return the database named in the call, or the target when it is a resource link."""
    database = context.database(context.parameters["DatabaseName"])
    target: dict[str, Any] | None = database.definition.get("TargetDatabase")
    if target is None:
        return context, database
    there, target_database = find_link_target(context, target)
    if "TargetDatabase" in target_database.definition:
        raise invalid_input_error("Cannot chain resource links")
    return there, target_database


def find_link_target(
    context: GlueContext, target: dict[str, Any]
) -> tuple[GlueContext, StoredDatabase]:
    """Return the database in the target of a resource link, also of one to a table."""
    account = context.state.accounts.get(target.get("CatalogId", context.account.id))
    name = target.get("DatabaseName") or ""
    database = account.databases.get(name.lower()) if account else None
    if account is None or database is None:
        raise not_found_error(f"Database {name} not found.")
    return GlueContext(context.state, context.pager, context.call, account), database


def _classify_owner(account: AccountState, database: StoredDatabase | None) -> str:
    definition = database.definition if database else {}
    if "FederatedDatabase" in definition:
        return "FEDERATED"
    owner = definition.get("CatalogId", account.id)
    return "OWN" if owner == account.id else "FOREIGN"


def _render_row(database: StoredDatabase, wanted: list[str] | None) -> bytes:
    if not wanted:
        return orjson.dumps(database.definition)
    names = [_ATTRIBUTES[attribute] for attribute in wanted]
    return orjson.dumps({n: database.definition[n] for n in names if n in database.definition})
