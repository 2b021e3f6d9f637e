"""boto3 where it moves data: S3 objects, DynamoDB items, Kinesis records, SQL over an API."""

from __future__ import annotations

from collections.abc import Callable

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.naming import dynamodb, kinesis, redshift
from glueline_worker.lineage.script import datasets, files, queries
from glueline_worker.lineage.script.call import Call
from glueline_worker.lineage.script.queries import Engine
from glueline_worker.lineage.script.text import as_text, hole, shown, texts
from glueline_worker.lineage.script.values import (
    UNKNOWN,
    Foreign,
    Tool,
    Value,
    options_of,
)


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
    """A method of an S3 object, bucket or listing, or of a DynamoDB table."""
    handler = _OBJECTS.get((call.receiver.kind, call.name))
    return handler(call) if handler is not None else UNKNOWN


# S3


def _place(call: Call) -> list[Dataset]:
    bucket, key = call.arg(None, "Bucket"), call.arg(None, "Key")
    return datasets.objects(call.state, bucket, key)


def _get(call: Call) -> Value:
    return files.tentative(call.state, call.state.read(_place(call), "get_object"))


def _put(call: Call) -> Value:
    body = call.arg(None, "Body")
    if body is not None:
        call.state.write(_content(call, body), _place(call), "put_object")
    return UNKNOWN


def _content(call: Call, body: Value) -> Value:
    return body.data.get("content") if isinstance(body, Tool) else body


def _copy_source(call: Call, value: Value) -> list[Dataset]:
    found: list[Dataset] = []
    for option in options_of(value):
        if isinstance(option, dict):
            found += datasets.objects(call.state, option.get("Bucket"), option.get("Key"))
        else:
            found += datasets.at(call.state, f"s3://{as_text(option).lstrip('/')}")
    return found


def _copy(call: Call) -> Value:
    source = call.arg(0, "CopySource")
    bucket, key = call.arg(1, "Bucket"), call.arg(2, "Key")
    return _copied(call, source, datasets.objects(call.state, bucket, key))


def _copied(call: Call, source: Value, target: list[Dataset]) -> Value:
    frame = call.state.read(_copy_source(call, source), "copy")
    call.state.write(frame, target, "copy")
    return None


def _upload(call: Call) -> Value:
    source = call.arg(0, "Filename", "Fileobj")
    target = datasets.objects(call.state, call.arg(1, "Bucket"), call.arg(2, "Key"))
    call.state.write(files.local(call.state, source), target, "upload")
    return None


def _download(call: Call) -> Value:
    place = datasets.objects(call.state, call.arg(0, "Bucket"), call.arg(1, "Key"))
    return _downloaded(call, call.arg(2, "Filename", "Fileobj"), place)


def _downloaded(call: Call, target: Value, place: list[Dataset]) -> Value:
    frame = files.tentative(call.state, call.state.read(place, "download"))
    if isinstance(target, Tool):
        files.put(call.state, target, frame)
    elif target is not None:
        call.state.files[as_text(target)] = frame
    return None


def _bucket(call: Call) -> Value:
    return Tool("bucket", {"bucket": call.arg(0, "name")})


def _object(call: Call) -> Value:
    return Tool("s3object", {"bucket": call.arg(0, "bucket_name"), "key": call.arg(1, "key")})


def _bucket_object(call: Call) -> Value:
    return Tool("s3object", {"bucket": call.receiver.data["bucket"], "key": call.arg(0, "key")})


def _object_place(call: Call) -> list[Dataset]:
    data = call.receiver.data
    return datasets.objects(call.state, data["bucket"], data["key"])


def _object_get(call: Call) -> Value:
    return files.tentative(call.state, call.state.read(_object_place(call), "get"))


def _object_put(call: Call) -> Value:
    body = call.arg(None, "Body")
    if body is not None:
        call.state.write(_content(call, body), _object_place(call), "put")
    return None


def _object_upload(call: Call) -> Value:
    source = call.arg(0, "Filename", "Fileobj")
    call.state.write(files.local(call.state, source), _object_place(call), "upload")
    return None


def _object_download(call: Call) -> Value:
    return _downloaded(call, call.arg(0, "Filename", "Fileobj"), _object_place(call))


def _object_copy(call: Call) -> Value:
    return _copied(call, call.arg(0, "CopySource"), _object_place(call))


def _bucket_place(call: Call, key: Value) -> list[Dataset]:
    return datasets.objects(call.state, call.receiver.data["bucket"], key)


def _bucket_put(call: Call) -> Value:
    body = call.arg(None, "Body")
    if body is not None:
        place = _bucket_place(call, call.arg(None, "Key"))
        call.state.write(_content(call, body), place, "put")
    return None


def _bucket_upload(call: Call) -> Value:
    content = files.local(call.state, call.arg(0, "Filename", "Fileobj"))
    call.state.write(content, _bucket_place(call, call.arg(1, "Key")), "upload")
    return None


def _bucket_download(call: Call) -> Value:
    return _downloaded(
        call, call.arg(1, "Filename", "Fileobj"), _bucket_place(call, call.arg(0, "Key"))
    )


def _bucket_copy(call: Call) -> Value:
    return _copied(call, call.arg(0, "CopySource"), _bucket_place(call, call.arg(1, "Key")))


def listing(bucket: Value) -> Tool:
    """The objects of a bucket: whichever they are."""
    return Tool("listing", {"bucket": bucket})


def _listed(call: Call) -> Value:
    return call.receiver


# DynamoDB and Kinesis


def _tables(call: Call, value: Value) -> list[Dataset]:
    return [dynamodb(shown(text), call.state.around) for text in texts(value)]


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
    names = [kinesis(shown(text), call.state.around) for text in texts(stream)]
    call.state.write(call.values, names, "kinesis")
    return UNKNOWN


# SQL over an API


def _athena(call: Call) -> Value:
    database = call.mapping(None, "QueryExecutionContext").get("Database")
    engine = queries.athena_engine(call.state, as_text(database) if database is not None else None)
    for text in texts(call.arg(None, "QueryString", default="")):
        queries.run(call.state, text, engine)
    return Foreign("query")


def _redshift_data(call: Call) -> Value:
    cluster = call.arg(None, "ClusterIdentifier", "WorkgroupName", default=UNKNOWN)
    region = call.state.around.region or "{region}"
    host = f"{shown(texts(cluster)[0])}.{region}"
    database = shown(as_text(call.arg(None, "Database", default=UNKNOWN)))
    engine = Engine(
        lambda parts: redshift(
            f"jdbc:redshift://{host}/", ".".join(parts), call.state.around, database=database
        ),
        "redshift",
    )
    statements = call.arg(None, "Sqls", "Sql")
    for statement in statements if isinstance(statements, (list, tuple)) else [statements]:
        for option in options_of(statement):
            if isinstance(option, str):
                queries.run(call.state, option, engine)
    return Foreign("query")


def _workflow(call: Call) -> Value:
    del call
    return Foreign("workflow_run_properties")


def _connection(call: Call) -> Value:
    name = texts(call.arg(None, "Name", default="unknown"))[0]
    return Tool("connection", {"name": name})


def listed_object(objects: Tool, label: str) -> Tool:
    """Any object of a listing."""
    return Tool("s3object", {"bucket": objects.data["bucket"], "key": hole(label)})


_METHODS: dict[tuple[str, str], Callable[[Call], Value]] = {
    ("s3", "get_object"): _get,
    ("s3", "select_object_content"): _get,
    ("s3", "put_object"): _put,
    ("s3", "copy_object"): lambda call: _copied(call, call.arg(None, "CopySource"), _place(call)),
    ("s3", "copy"): _copy,
    ("s3", "upload_file"): _upload,
    ("s3", "upload_fileobj"): _upload,
    ("s3", "download_file"): _download,
    ("s3", "download_fileobj"): _download,
    ("s3", "Bucket"): _bucket,
    ("s3", "Object"): _object,
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
}
_OBJECTS: dict[tuple[str, str], Callable[[Call], Value]] = {
    ("s3object", "get"): _object_get,
    ("s3object", "put"): _object_put,
    ("s3object", "upload_file"): _object_upload,
    ("s3object", "upload_fileobj"): _object_upload,
    ("s3object", "download_file"): _object_download,
    ("s3object", "download_fileobj"): _object_download,
    ("s3object", "copy_from"): _object_copy,
    ("s3object", "copy"): _object_copy,
    ("bucket", "Object"): _bucket_object,
    ("bucket", "put_object"): _bucket_put,
    ("bucket", "upload_file"): _bucket_upload,
    ("bucket", "upload_fileobj"): _bucket_upload,
    ("bucket", "download_file"): _bucket_download,
    ("bucket", "download_fileobj"): _bucket_download,
    ("bucket", "copy"): _bucket_copy,
    ("listing", "filter"): _listed,
    ("listing", "all"): _listed,
    ("listing", "limit"): _listed,
    ("dynamo", "put_item"): _item_put,
    ("dynamo", "update_item"): _item_put,
    ("dynamo", "scan"): _item_read,
    ("dynamo", "query"): _item_read,
    ("dynamo", "get_item"): _item_read,
    ("dynamo", "batch_writer"): lambda call: call.receiver,
}


def attribute(tool: Tool, name: str) -> Value:
    """An attribute of an S3 object, bucket or client."""
    if tool.kind == "s3object" and name in {"key", "bucket_name"}:
        return tool.data["bucket" if name == "bucket_name" else "key"]
    if tool.kind == "bucket" and name == "objects":
        return listing(tool.data["bucket"])
    if tool.kind == "bucket" and name == "name":
        return tool.data["bucket"]
    if name in {"meta", "client"}:
        return tool
    return UNKNOWN
