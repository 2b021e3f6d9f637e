"""boto3 where it moves data beside S3: DynamoDB items, Kinesis records, SQL over an API."""

from __future__ import annotations

from collections.abc import Callable

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.naming import (
    name_dynamodb_table,
    name_kinesis_stream,
    name_redshift_table,
)
from glueline_worker.lineage.script.domain.template_text import as_text, shown, texts
from glueline_worker.lineage.script.domain.values import UNKNOWN, Foreign, Tool, Value, options_of
from glueline_worker.lineage.script.models import boto3_s3, datasets, files, sql_engines
from glueline_worker.lineage.script.models.call import Call
from glueline_worker.lineage.script.models.sql_engines import Engine


def client(call: Call) -> Value:
    """``boto3.client(service)`` or ``boto3.resource(service)``."""
    return Tool("client", {"service": texts(call.arg(0, "service_name", default=""))[0]})


def call_client(call: Call) -> Value:
    """A method of a client or resource."""
    tool: Tool = call.receiver
    handler = _METHODS.get((tool.data["service"], call.name))
    if handler is not None:
        return handler(call)
    return Foreign(f"{tool.data['service']}.{call.name}()")


def call_object(call: Call) -> Value:
    """A method of a DynamoDB table."""
    handler = _TABLES.get(call.name)
    return handler(call) if handler is not None else UNKNOWN


# DynamoDB and Kinesis


def _tables(call: Call, value: Value) -> list[Dataset]:
    return [name_dynamodb_table(shown(text), call.state.context) for text in texts(value)]


def _dynamo_put(call: Call) -> Value:
    call.state.write(call.values, _tables(call, call.arg(None, "TableName")), "dynamodb")
    return UNKNOWN


def _dynamo_batch(call: Call) -> Value:
    requests = call.mapping(None, "RequestItems")
    for name, items in requests.items():
        call.state.write(items, _tables(call, name), "dynamodb")
    return UNKNOWN


def _dynamo_read(call: Call) -> Value:
    found = _tables(call, call.arg(None, "TableName"))
    return files.tentative(call.state, call.state.read(found, "dynamodb"))


def _dynamo_table(call: Call) -> Value:
    return Tool("dynamo", {"table": call.arg(0, "name")})


def _item_put(call: Call) -> Value:
    call.state.write(call.values, _tables(call, call.receiver.data["table"]), "dynamodb")
    return UNKNOWN


def _item_read(call: Call) -> Value:
    found = _tables(call, call.receiver.data["table"])
    return files.tentative(call.state, call.state.read(found, "dynamodb"))


def _kinesis_put(call: Call) -> Value:
    stream = call.arg(None, "StreamName", "StreamARN")
    names = [name_kinesis_stream(shown(text), call.state.context) for text in texts(stream)]
    call.state.write(call.values, names, "kinesis")
    return UNKNOWN


# SQL over an API


def _athena(call: Call) -> Value:
    database = call.mapping(None, "QueryExecutionContext").get("Database")
    engine = sql_engines.athena_engine(
        call.state, as_text(database) if database is not None else None
    )
    for text in texts(call.arg(None, "QueryString", default="")):
        sql_engines.run(call.state, text, engine)
    return Foreign("query")


def _redshift_data(call: Call) -> Value:
    cluster = call.arg(None, "ClusterIdentifier", "WorkgroupName", default=UNKNOWN)
    region = call.state.context.region or "{region}"
    host = f"{shown(texts(cluster)[0])}.{region}"
    database = shown(as_text(call.arg(None, "Database", default=UNKNOWN)))
    engine = Engine(
        lambda parts: name_redshift_table(
            f"jdbc:redshift://{host}/", ".".join(parts), call.state.context, database=database
        ),
        "redshift",
    )
    statements = call.arg(None, "Sqls", "Sql")
    for statement in statements if isinstance(statements, (list, tuple)) else [statements]:
        for option in options_of(statement):
            if isinstance(option, str):
                sql_engines.run(call.state, option, engine)
    return Foreign("query")


def _workflow(call: Call) -> Value:
    del call
    return Foreign("workflow_run_properties")


def _catalog_table(call: Call) -> Value:
    database = texts(call.arg(None, "DatabaseName", default="unknown"))[0]
    table = texts(call.arg(None, "Name", default="unknown"))[0]
    catalog = call.arg(None, "CatalogId")
    owner = f"{datasets.OWNER}{texts(catalog)[0]}" if catalog is not None else ""
    return Tool("catalog_table", {"place": f"{database}/{table}{owner}"})


def _connection(call: Call) -> Value:
    name = texts(call.arg(None, "Name", default="unknown"))[0]
    return Tool("connection", {"name": name})


_METHODS: dict[tuple[str, str], Callable[[Call], Value]] = {
    **boto3_s3.METHODS,
    ("dynamodb", "put_item"): _dynamo_put,
    ("dynamodb", "update_item"): _dynamo_put,
    ("dynamodb", "batch_write_item"): _dynamo_batch,
    ("dynamodb", "get_item"): _dynamo_read,
    ("dynamodb", "scan"): _dynamo_read,
    ("dynamodb", "query"): _dynamo_read,
    ("dynamodb", "Table"): _dynamo_table,
    ("kinesis", "put_record"): _kinesis_put,
    ("kinesis", "put_records"): _kinesis_put,
    ("athena", "start_query_execution"): _athena,
    ("redshift-data", "execute_statement"): _redshift_data,
    ("redshift-data", "batch_execute_statement"): _redshift_data,
    ("glue", "get_workflow_run_properties"): _workflow,
    ("glue", "get_connection"): _connection,
    ("glue", "get_table"): _catalog_table,
}
_TABLES: dict[str, Callable[[Call], Value]] = {
    "put_item": _item_put,
    "update_item": _item_put,
    "scan": _item_read,
    "query": _item_read,
    "get_item": _item_read,
    "batch_writer": lambda call: call.receiver,
}
