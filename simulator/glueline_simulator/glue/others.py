"""Connections, triggers, workflows, crawlers, catalogs, tags and policies: simple listings."""

from collections.abc import Callable
from typing import Any

import orjson

from glueline_simulator.catalogue.ordered_store import Shelf
from glueline_simulator.errors import not_found
from glueline_simulator.glue.context import Context, Operation
from glueline_simulator.glue.paging import Rows

_SECRETS = ("PASSWORD", "ENCRYPTED_PASSWORD")
_ShelfOf = Callable[[Context], Shelf[dict[str, Any]]]


def _crawlers(context: Context) -> Shelf[dict[str, Any]]:
    return context.account.crawlers


def _triggers(context: Context) -> Shelf[dict[str, Any]]:
    return context.account.triggers


def _workflows(context: Context) -> Shelf[dict[str, Any]]:
    return context.account.workflows


def _get_all(key: str, shelf: _ShelfOf) -> Operation:
    return lambda context: context.page(key, shelf(context))


def _list_names(key: str, shelf: _ShelfOf) -> Operation:
    return lambda context: context.page(key, shelf(context), lambda item: item["Name"])


def _batch_get(key: str, missing_key: str, names_key: str, shelf: _ShelfOf) -> Operation:
    def batch_get(context: Context) -> bytes:
        found = {name: shelf(context).get(name) for name in context.given[names_key]}
        items = [item for item in found.values() if item is not None]
        missing = [name for name, item in found.items() if item is None]
        return orjson.dumps({key: items, missing_key: missing})

    return batch_get


def _get_connections(context: Context) -> bytes:
    wanted = context.given.get("Filter", {}).get("ConnectionType")
    rows = [c for c in context.account.connections if wanted in (None, c.get("ConnectionType"))]
    return context.page("ConnectionList", Rows(rows), lambda row: _shown(context, row))


def _get_connection(context: Context) -> bytes:
    connection = context.account.connections.get(context.given["Name"])
    if connection is None:
        raise not_found(f"Connection {context.given['Name']} not found.")
    return orjson.dumps({"Connection": _shown(context, connection)})


def _shown(context: Context, connection: dict[str, Any]) -> dict[str, Any]:
    if not context.given.get("HidePassword"):
        return connection
    properties = connection.get("ConnectionProperties") or {}
    kept = {name: value for name, value in properties.items() if name not in _SECRETS}
    return {**connection, "ConnectionProperties": kept}


def _get_workflow(context: Context) -> bytes:
    workflow = context.account.workflows.get(context.given["Name"])
    if workflow is None:
        raise not_found(f"Workflow {context.given['Name']} not found.")
    return orjson.dumps({"Workflow": workflow})


def _get_catalogs(context: Context) -> bytes:
    parent = context.given.get("ParentCatalogId") or context.account.id
    nested = [name for name in context.world.accounts if name.startswith(f"{parent}:")]
    rows = [{"CatalogId": name, "Name": name.rpartition(":")[2]} for name in nested]
    if context.given.get("IncludeRoot") and parent == context.account.id:
        rows.insert(0, {"CatalogId": parent, "Name": parent})
    return context.page("CatalogList", Rows(rows))


def _get_tags(context: Context) -> bytes:
    arn = context.given["ResourceArn"]
    tags = context.account.tags.get(arn)
    if tags is None and not _exists(context, arn.split(":", 5)[-1]):
        raise not_found(f"Resource {arn} not found.")
    return orjson.dumps({"Tags": tags or {}})


def _exists(context: Context, resource: str) -> bool:
    account = context.account
    kind, _, name = resource.partition("/")
    shelves: dict[str, Shelf[Any]] = {
        "job": account.jobs,
        "database": account.databases,
        "connection": account.connections,
        "crawler": account.crawlers,
        "trigger": account.triggers,
        "workflow": account.workflows,
    }
    return kind in shelves and shelves[kind].get(name) is not None


def _get_resource_policies(context: Context) -> bytes:
    return context.page("GetResourcePoliciesResponseList", Rows([]))


def _get_column_statistics(context: Context) -> bytes:
    database = context.database(context.given["DatabaseName"])
    context.table(database, context.given["TableName"])
    return b'{"ColumnStatisticsList":[],"Errors":[]}'


OTHERS: dict[str, Operation] = {
    "BatchGetCrawlers": _batch_get("Crawlers", "CrawlersNotFound", "CrawlerNames", _crawlers),
    "BatchGetWorkflows": _batch_get("Workflows", "MissingWorkflows", "Names", _workflows),
    "GetCatalogs": _get_catalogs,
    "GetColumnStatisticsForTable": _get_column_statistics,
    "GetConnection": _get_connection,
    "GetConnections": _get_connections,
    "GetCrawlers": _get_all("Crawlers", _crawlers),
    "GetResourcePolicies": _get_resource_policies,
    "GetTags": _get_tags,
    "GetTriggers": _get_all("Triggers", _triggers),
    "GetWorkflow": _get_workflow,
    "ListCrawlers": _list_names("CrawlerNames", _crawlers),
    "ListTriggers": _list_names("TriggerNames", _triggers),
    "ListWorkflows": _list_names("Workflows", _workflows),
}
