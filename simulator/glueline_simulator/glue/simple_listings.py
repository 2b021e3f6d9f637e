"""Simple listings: connections, triggers, workflows, crawlers, catalogues, tags, policies."""

from collections.abc import Callable
from typing import Any

import orjson

from glueline_simulator.catalogue.ordered_store import OrderedStore
from glueline_simulator.errors import not_found_error
from glueline_simulator.glue.context import GlueContext, Operation
from glueline_simulator.glue.paging import ListRows

_SECRETS = ("PASSWORD", "ENCRYPTED_PASSWORD")
_GetStore = Callable[[GlueContext], OrderedStore[dict[str, Any]]]


def _get_crawlers(context: GlueContext) -> OrderedStore[dict[str, Any]]:
    return context.account.crawlers


def _get_triggers(context: GlueContext) -> OrderedStore[dict[str, Any]]:
    return context.account.triggers


def _get_workflows(context: GlueContext) -> OrderedStore[dict[str, Any]]:
    return context.account.workflows


def _get_all(key: str, store: _GetStore) -> Operation:
    return lambda context: context.page(key, store(context))


def _list_names(key: str, store: _GetStore) -> Operation:
    return lambda context: context.page(key, store(context), lambda item: item["Name"])


def _batch_get(key: str, missing_key: str, names_key: str, store: _GetStore) -> Operation:
    def batch_get(context: GlueContext) -> bytes:
        found = {name: store(context).get(name) for name in context.parameters[names_key]}
        items = [item for item in found.values() if item is not None]
        missing = [name for name, item in found.items() if item is None]
        return orjson.dumps({key: items, missing_key: missing})

    return batch_get


def _get_connections(context: GlueContext) -> bytes:
    wanted = context.parameters.get("Filter", {}).get("ConnectionType")
    rows = [c for c in context.account.connections if wanted in (None, c.get("ConnectionType"))]
    return context.page("ConnectionList", ListRows(rows), lambda row: _hide_password(context, row))


def _get_connection(context: GlueContext) -> bytes:
    connection = context.account.connections.get(context.parameters["Name"])
    if connection is None:
        raise not_found_error(f"Connection {context.parameters['Name']} not found.")
    return orjson.dumps({"Connection": _hide_password(context, connection)})


def _hide_password(context: GlueContext, connection: dict[str, Any]) -> dict[str, Any]:
    if not context.parameters.get("HidePassword"):
        return connection
    properties = connection.get("ConnectionProperties") or {}
    shown = {name: value for name, value in properties.items() if name not in _SECRETS}
    return {**connection, "ConnectionProperties": shown}


def _get_workflow(context: GlueContext) -> bytes:
    workflow = context.account.workflows.get(context.parameters["Name"])
    if workflow is None:
        raise not_found_error(f"Workflow {context.parameters['Name']} not found.")
    return orjson.dumps({"Workflow": workflow})


def _get_catalogs(context: GlueContext) -> bytes:
    parent = context.parameters.get("ParentCatalogId") or context.account.id
    nested = [name for name in context.state.accounts if name.startswith(f"{parent}:")]
    rows = [{"CatalogId": name, "Name": name.rpartition(":")[2]} for name in nested]
    if context.parameters.get("IncludeRoot") and parent == context.account.id:
        rows.insert(0, {"CatalogId": parent, "Name": parent})
    return context.page("CatalogList", ListRows(rows))


def _get_tags(context: GlueContext) -> bytes:
    arn = context.parameters["ResourceArn"]
    tags = context.account.tags.get(arn)
    if tags is None and not _exists(context, arn.split(":", 5)[-1]):
        raise not_found_error(f"Resource {arn} not found.")
    return orjson.dumps({"Tags": tags or {}})


def _exists(context: GlueContext, resource: str) -> bool:
    account = context.account
    kind, _, name = resource.partition("/")
    stores: dict[str, OrderedStore[Any]] = {
        "job": account.jobs,
        "database": account.databases,
        "connection": account.connections,
        "crawler": account.crawlers,
        "trigger": account.triggers,
        "workflow": account.workflows,
    }
    return kind in stores and stores[kind].get(name) is not None


def _get_resource_policies(context: GlueContext) -> bytes:
    return context.page("GetResourcePoliciesResponseList", ListRows([]))


def _get_column_statistics(context: GlueContext) -> bytes:
    database = context.database(context.parameters["DatabaseName"])
    context.table(database, context.parameters["TableName"])
    return b'{"ColumnStatisticsList":[],"Errors":[]}'


LISTING_HANDLERS: dict[str, Operation] = {
    "BatchGetCrawlers": _batch_get("Crawlers", "CrawlersNotFound", "CrawlerNames", _get_crawlers),
    "BatchGetWorkflows": _batch_get("Workflows", "MissingWorkflows", "Names", _get_workflows),
    "GetCatalogs": _get_catalogs,
    "GetColumnStatisticsForTable": _get_column_statistics,
    "GetConnection": _get_connection,
    "GetConnections": _get_connections,
    "GetCrawlers": _get_all("Crawlers", _get_crawlers),
    "GetResourcePolicies": _get_resource_policies,
    "GetTags": _get_tags,
    "GetTriggers": _get_all("Triggers", _get_triggers),
    "GetWorkflow": _get_workflow,
    "ListCrawlers": _list_names("CrawlerNames", _get_crawlers),
    "ListTriggers": _list_names("TriggerNames", _get_triggers),
    "ListWorkflows": _list_names("Workflows", _get_workflows),
}
