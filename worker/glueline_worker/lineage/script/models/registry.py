"""Calls of what is not the script's own: which handler knows about them."""

from __future__ import annotations

import builtins
from collections.abc import Callable

from glueline_worker.lineage.model import OPAQUE
from glueline_worker.lineage.script.domain import columns
from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.values import (
    MISSING,
    UNKNOWN,
    Column,
    External,
    Frame,
    LibraryObject,
    OneOf,
    Value,
    name_set,
)
from glueline_worker.lineage.script.interpreter import members
from glueline_worker.lineage.script.models import (
    awswrangler,
    boto3,
    boto3_s3,
    dbapi,
    files,
    pandas,
    unknown_helpers,
)
from glueline_worker.lineage.script.models.call import Call
from glueline_worker.lineage.script.models.python import (
    builtin_functions,
    concurrency,
    job_arguments,
    pathlib,
    super_calls,
)
from glueline_worker.lineage.script.models.spark import (
    glue_context,
    glue_transforms,
    spark_conf,
    spark_io,
    spark_session,
)

Handler = Callable[[Call], Value]


def call_foreign(
    run: Reading, target: External, args: list[Value], kwargs: dict[str, Value]
) -> Value:
    """A call of something from outside the script, by the end of its path."""
    path = target.path.replace("()", "")
    parts = path.split(".")
    name = parts[-1]
    call = Call(run, target, name, args, kwargs)
    handler = _FUNCTIONS.get(".".join(parts[-3:])) or _FUNCTIONS.get(".".join(parts[-2:]))
    if handler is None:
        handler = _FUNCTIONS.get(name)
        if handler is not None and not _plausible(name, parts, args):
            handler = None
    if handler is not None:
        return handler(call)
    special = _special(call, parts)
    return _default(call, path, target) if special is MISSING else special


_BUILTINS = frozenset(dir(builtins))


def _plausible(name: str, parts: list[str], args: list[Value]) -> bool:
    """Whether a method of an unknown object is the function that its name suggests."""
    if len(parts) > 1 and name in _BUILTINS and name not in {"map", "open"}:
        return False
    if name == "sql":
        return bool(args) and isinstance(args[0], (str, External, OneOf, Frame))
    return True


def _special(call: Call, parts: list[str]) -> Value:
    """Families of functions that share a rule."""
    for rule in (
        _of_text,
        _of_item,
        _of_listing,
        _of_transform,
        _of_column,
        _of_library,
        unknown_helpers.reads_argument,
        unknown_helpers.moves_data,
    ):
        found = rule(call, parts)
        if found is not MISSING:
            return found
    if call.name in builtin_functions.DATES and call.receiver.label == "unknown":
        return External(call.receiver.path, "date")
    return MISSING


def _of_text(call: Call, parts: list[str]) -> Value:
    """``str.lower(text)``."""
    if parts[-2:-1] != ["str"] or not call.args:
        return MISSING
    return call.run.call_method(call.args[0], call.name, call.args[1:], call.kwargs)


def _of_item(call: Call, parts: list[str]) -> Value:
    """``unknown.get(key)``."""
    if call.name != "get" or not call.args or call.state.find_frames(call.args):
        return MISSING
    return members.foreign_item(
        call.run, External(".".join(parts[:-1]), call.receiver.label), call.args[0]
    )


def _of_listing(call: Call, _: list[str]) -> Value:
    """``max(objects, key=…)``: any of the objects."""
    value = call.arg(0)
    lists = isinstance(value, LibraryObject) and value.kind == "listing"
    return boto3_s3.item(value, 0) if lists and call.name in {"max", "min", "next"} else MISSING


def _of_transform(call: Call, parts: list[str]) -> Value:
    """``Transform.apply(frame)``."""
    if call.name != "apply" or len(parts) == 1:
        return MISSING
    return glue_transforms.apply(call, parts[-2])


def _of_column(call: Call, parts: list[str]) -> Value:
    """``functions.upper(column)``."""
    if call.name not in columns.COLUMN_FUNCTIONS or not _is_column_function(call, parts):
        return MISSING
    return columns.call_column_function(call.name, call.args)


def _of_library(call: Call, parts: list[str]) -> Value:
    """Connections, settings, and S3 through a client that another module made."""
    if call.name in {"connect", "connection", "Connection", "DB"}:
        module = next((part for part in parts if part in dbapi.ENGINES), None)
        return dbapi.connect(call, module) if module is not None else MISSING
    if call.name in dbapi.EXECUTIONS and call.args and isinstance(call.args[0], str):
        return dbapi.query_unknown(call, parts)
    if call.name in boto3_s3.DISTINCT and ("Bucket" in call.kwargs or len(call.args) > 1):
        return boto3_s3.METHODS["s3", call.name](call)
    if call.name in {"set", "config", "setConf", "setAll", "setIfMissing"}:
        return _configure(call)
    return MISSING


def _is_column_function(call: Call, parts: list[str]) -> bool:
    if any(isinstance(arg, Column) for arg in call.args):
        return True
    if "functions" in parts or parts[0] in {"F", "f", "fn", "func", "sf", "SqlFuncs"}:
        return True
    # With a text as its first argument, a bare `sum` or `max` is no builtin but a star import.
    plain = call.name not in columns.AMBIGUOUS_FUNCTIONS or any(
        isinstance(arg, str) for arg in call.args[:1]
    )
    return len(parts) == 1 and plain


def _configure(call: Call) -> Value:
    if call.name == "setAll":
        pairs = call.arg(0)
        pairs = list(pairs.items()) if isinstance(pairs, dict) else pairs
        for pair in pairs if isinstance(pairs, (list, tuple)) else ():
            if isinstance(pair, (list, tuple)) and pair:
                spark_conf.put(call.state, pair[0], pair[-1])
    elif len(call.args) > 1 or "key" in call.kwargs:
        spark_conf.put(call.state, call.arg(0, "key"), call.arg(1, "value"))
    elif "map" in call.kwargs:
        spark_conf.put_all(call.state, call.mapping(None, "map"))
    return call.receiver


def _default(call: Call, path: str, target: External) -> Value:
    """Nobody here knows the function: what flows in may flow out."""
    kinds = set(map(type, call.values))
    if Column in kinds and Frame not in kinds:
        return columns.combine_columns(call.values)
    inputs = call.state.find_frames(call.values)
    if inputs and call.name not in _SILENT:
        return call.state.transform(call.values, OPAQUE, call.name)
    return External(f"{path}()", target.label)


_SILENT = name_set("print info debug warning warn error exception log append_log sleep display")


def call_tool(
    run: Reading, tool: LibraryObject, name: str, args: list[Value], kwargs: dict[str, Value]
) -> Value:
    """A method of a library's object; ``__call__`` when it is called itself."""
    if tool.kind == "unknown_writer":
        return _call_unknown_writer(run, tool, name, args, kwargs)
    handler = _TOOLS.get(tool.kind)
    if handler is None:
        return tool
    return handler(Call(run, tool, name, args, kwargs))


def _call_unknown_writer(
    run: Reading, tool: LibraryObject, name: str, args: list[Value], kwargs: dict[str, Value]
) -> Value:
    """``x.write`` where nobody knows whether x is a frame: only a frame's has methods."""
    if name == "__call__":
        return call_foreign(run, tool.data["of"].part("write"), args, kwargs)
    return call_tool(run, tool.data["writer"], name, args, kwargs)


def _called_reader(call: Call) -> Value:
    """``x.read()``: x is a file, not a session."""
    return External("text") if call.name == "__call__" else spark_io.call_reader(call)


_FUNCTIONS: dict[str, Handler] = {
    **builtin_functions.FUNCTIONS,
    **pandas.FUNCTIONS,
    **glue_context.FUNCTIONS,
    **awswrangler.FUNCTIONS,
    "sql": spark_session.spark_sql,
    "spark.sql": spark_session.spark_sql,
    "table": spark_session.spark_table,
    "registerDataFrameAsTable": spark_session.register,
    "registerTempTable": spark_session.register,
    "createOrReplaceTempView": spark_session.register_unknown,
    "createTempView": spark_session.register_unknown,
    "createOrReplaceGlobalTempView": spark_session.register_unknown,
    "createGlobalTempView": spark_session.register_unknown,
    "setCurrentDatabase": spark_session.set_database,
    "textFile": spark_session.text_file,
    "wholeTextFiles": spark_session.text_file,
    "binaryFiles": spark_session.text_file,
    "fromDF": glue_transforms.from_frame,
    "DynamicFrame": glue_transforms.from_frame,
    "DynamicFrameCollection": glue_transforms.collection,
    "process_rows": lambda call: glue_transforms.apply(call, "Relationalize"),
    "client": boto3.client,
    "resource": boto3.client,
    "create_engine": dbapi.engine_url,
    "getConnection": dbapi.driver_connection,
    "Utils.runQuery": dbapi.run_by_options,
    "write_table": pandas.write_arrow,
    "write_to_dataset": pandas.write_arrow,
    "s3.list_objects": lambda call: [call.arg(0, "path")],
    "URL.create": dbapi.url_of_parts,
    "DeltaTable.forPath": spark_io.delta_table,
    "DeltaTable.forName": spark_io.delta_table,
    "forPath": spark_io.delta_table,
    "forName": spark_io.delta_table,
    "execute_values": lambda call: dbapi.query(
        call.state, call.arg(1, "sql"), call.arg(0, "cur"), call.arg(2, "argslist")
    ),
    "execute_batch": lambda call: dbapi.query(
        call.state, call.arg(1, "sql"), call.arg(0, "cur"), call.arg(2, "argslist")
    ),
    "write_pandas": lambda call: (
        dbapi.call_connection(
            Call(
                call.run,
                call.arg(0, "conn"),
                "write_dataframe",
                [call.arg(1, "df"), call.arg(2, "table_name")],
                {},
            )
        )
        if dbapi.is_connection(call.arg(0, "conn"))
        else UNKNOWN
    ),
    "super": super_calls.make_super,
}
_TOOLS: dict[str, Handler] = {
    "reader": _called_reader,
    "writer": spark_io.call_writer,
    "table_writer": spark_io.call_table_writer,
    "delta": spark_io.call_delta,
    "source": glue_context.call_source,
    "sink": glue_context.call_sink,
    "client": boto3.call_client,
    "bucket": boto3_s3.call_object,
    "s3object": boto3_s3.call_object,
    "listing": boto3_s3.call_object,
    "dynamo": boto3.call_object,
    "database": dbapi.call_connection,
    "parser": job_arguments.call_parser,
    "partial": concurrency.call_partial,
    "path": pathlib.call_path,
    "url": pathlib.call_path,
    "buffer": files.call_buffer,
    "template": builtin_functions.call_template,
    "future": concurrency.call_future,
    "super": super_calls.call_super,
    "namespace": lambda call: call.receiver,
}
