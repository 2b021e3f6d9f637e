"""boto3 where it moves data beside S3: DynamoDB items, Kinesis records, SQL over an API."""

from __future__ import annotations

from dataclasses import dataclass

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.naming import (
    name_dynamodb_table,
    name_kinesis_stream,
    name_redshift_table,
)
from glueline_worker.lineage.script.domain.alternatives import get_alternatives
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.template_text import (
    as_text,
    list_texts,
    placeholder,
    render,
)
from glueline_worker.lineage.script.domain.values import UNKNOWN, External, Frame, Value
from glueline_worker.lineage.script.models import datasets, sql_engines
from glueline_worker.lineage.script.models.aws.boto3_s3 import S3_METHODS
from glueline_worker.lineage.script.models.aws.glue_catalog import (
    GLUE_METHODS,
    get_workflow_item,
)
from glueline_worker.lineage.script.models.library import Handler, Library
from glueline_worker.lineage.script.models.python import files
from glueline_worker.lineage.script.models.sql_engines import SqlEngine


@dataclass(eq=False)
class AwsClient(LibraryObject):
    """A client or resource of an AWS service."""

    service: str

    def get_attribute(self, name: str) -> Value:
        """Return a method; the client behind a resource is the resource."""
        return self if name in {"meta", "client"} else super().get_attribute(name)

    def call(self, call: Call) -> Value:
        """Call a method of the client or resource."""
        handler = _METHODS.get((self.service, call.name))
        if handler is not None:
            return handler(call)
        return External(f"{self.service}.{call.name}()")


def _make_client(call: Call) -> Value:
    """Call ``boto3.client(service)`` or ``boto3.resource(service)``."""
    return AwsClient(list_texts(call.arg(0, "service_name", default=""))[0])


# DynamoDB and Kinesis


def _name_tables(call: Call, value: Value) -> list[Dataset]:
    return [name_dynamodb_table(render(text), call.state.context) for text in list_texts(value)]


def _put_items(call: Call) -> Value:
    call.state.write(call.values, _name_tables(call, call.arg(None, "TableName")), "dynamodb")
    return UNKNOWN


def _put_batch(call: Call) -> Value:
    requests = call.mapping(None, "RequestItems")
    for name, items in requests.items():
        call.state.write(items, _name_tables(call, name), "dynamodb")
    return UNKNOWN


def _read_items(call: Call) -> Value:
    found = _name_tables(call, call.arg(None, "TableName"))
    return files.mark_tentative(call.state, call.state.read(found, "dynamodb"))


def _describe_table(call: Call) -> Value:
    """Call ``describe_table``: the table's name stands for its ARN."""
    name = call.arg(None, "TableName")
    return {"Table": {"TableName": name, "TableArn": name}}


def _export_table(call: Call) -> Value:
    """Call ``export_table_to_point_in_time``: the whole table, to S3."""
    frame = call.state.read(_name_tables(call, call.arg(None, "TableArn")), "export")
    prefix = call.arg(None, "S3Prefix", default="")
    found = datasets.find_objects(call.state, call.arg(None, "S3Bucket"), prefix)
    call.state.write(frame, found, "export")
    return UNKNOWN


@dataclass(eq=False)
class DynamoTable(LibraryObject):
    """A DynamoDB table of the resource API."""

    name: Value

    def get_attribute(self, name: str) -> Value:
        """Return the table's name, which stands for its ARN too, or one of its methods."""
        named = name in {"name", "table_name", "table_arn"}
        return self.name if named else super().get_attribute(name)

    def call(self, call: Call) -> Value:
        """Call a method of the table."""
        if call.name in {"put_item", "update_item"}:
            call.state.write(call.values, _name_tables(call, self.name), "dynamodb")
            return UNKNOWN
        if call.name in {"scan", "query", "get_item"}:
            found = _name_tables(call, self.name)
            return files.mark_tentative(call.state, call.state.read(found, "dynamodb"))
        return self if call.name == "batch_writer" else UNKNOWN


def _name_streams(call: Call) -> list[Dataset]:
    stream = call.arg(None, "StreamName", "StreamARN")
    return [name_kinesis_stream(render(text), call.state.context) for text in list_texts(stream)]


def _put_records(call: Call) -> Value:
    call.state.write(call.values, _name_streams(call), "kinesis")
    return UNKNOWN


def _read_records(call: Call) -> Value:
    """Call ``get_shard_iterator``, by which the records of a stream are read."""
    frame = files.mark_tentative(call.state, call.state.read(_name_streams(call), "kinesis"))
    return Frame(frame.node, "scalar")


# SQL over an API


def _run_athena(call: Call) -> Value:
    database = call.mapping(None, "QueryExecutionContext").get("Database")
    engine = sql_engines.make_athena_engine(
        call.state, as_text(database) if database is not None else None
    )
    found = [
        sql_engines.run_sql(call.state, text, engine)
        for text in list_texts(call.arg(None, "QueryString", default=""))
    ]
    return _make_query(call, found)


def _make_query(call: Call, found: list[Frame | None]) -> Value:
    """Return the answer with the id of a query, which its results are asked for by."""
    frame = call.state.unite_frames([frame for frame in found if frame is not None])
    return External("query") if frame is None else Frame(frame.node, "scalar")


def _get_results(call: Call) -> Value:
    """Call ``get_query_results`` or ``get_statement_result``: the rows of a query."""
    query = next((value for value in call.values if isinstance(value, Frame)), None)
    return External("results") if query is None else Frame(query.node, "rows")


def _run_redshift(call: Call) -> Value:
    cluster = call.arg(None, "ClusterIdentifier", "WorkgroupName", default=UNKNOWN)
    region = call.state.context.region or "{region}"
    host = f"{render(list_texts(cluster)[0])}.{region}"
    database = render(as_text(call.arg(None, "Database", default=UNKNOWN)))
    engine = SqlEngine(
        lambda parts: name_redshift_table(
            f"jdbc:redshift://{host}/", ".".join(parts), call.state.context, database=database
        ),
        "redshift",
    )
    statements = call.arg(None, "Sqls", "Sql")
    found = [
        sql_engines.run_sql(call.state, option, engine)
        for statement in (statements if isinstance(statements, (list, tuple)) else [statements])
        for option in get_alternatives(statement)
        if isinstance(option, str)
    ]
    return _make_query(call, found)


def _get_identity(call: Call) -> Value:
    """Call STS's ``get_caller_identity``: the account is the one that the job runs in."""
    known = (call.state.context.account or "").partition(":")[0]
    return {"Account": known if known.isdigit() else placeholder("account")}


_METHODS: dict[tuple[str, str], Handler] = {
    **S3_METHODS,
    **GLUE_METHODS,
    ("dynamodb", "put_item"): _put_items,
    ("dynamodb", "update_item"): _put_items,
    ("dynamodb", "batch_write_item"): _put_batch,
    ("dynamodb", "get_item"): _read_items,
    ("dynamodb", "scan"): _read_items,
    ("dynamodb", "query"): _read_items,
    ("dynamodb", "describe_table"): _describe_table,
    ("dynamodb", "export_table_to_point_in_time"): _export_table,
    ("dynamodb", "Table"): lambda call: DynamoTable(call.arg(0, "name")),
    ("kinesis", "put_record"): _put_records,
    ("kinesis", "put_records"): _put_records,
    ("kinesis", "get_shard_iterator"): _read_records,
    ("kinesis", "get_records"): _get_results,
    ("athena", "start_query_execution"): _run_athena,
    ("athena", "get_query_results"): _get_results,
    ("redshift-data", "execute_statement"): _run_redshift,
    ("redshift-data", "batch_execute_statement"): _run_redshift,
    ("redshift-data", "get_statement_result"): _get_results,
    ("sts", "get_caller_identity"): _get_identity,
}

BOTO3 = Library(
    functions={"client": _make_client, "resource": _make_client}, items=(get_workflow_item,)
)
