"""Calls: who is called, and which handler knows about it."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

from glueline_worker.lineage.model import OPAQUE
from glueline_worker.lineage.script import (
    attributes,
    aws_sdk,
    columns,
    containers,
    databases,
    files,
    frames,
    glue_api,
    pandas_api,
    python_names,
    queries,
    settings,
    spark_io,
    text,
    tools,
    transforms,
    wrangler,
)
from glueline_worker.lineage.script.call import Call
from glueline_worker.lineage.script.run import Run
from glueline_worker.lineage.script.values import (
    MISSING,
    UNKNOWN,
    Choice,
    Class,
    Column,
    Foreign,
    Frame,
    Function,
    Instance,
    Method,
    Tool,
    Value,
    combinations,
    join,
    words,
)

Handler = Callable[[Call], Value]


class Caller(Run):
    """Finds what a call means."""

    def call(self, value: Value, args: list[Value], kwargs: dict[str, Value]) -> Value:
        """``value(*args, **kwargs)``."""
        if isinstance(value, Function):
            return self.invoke(value, args, kwargs)
        if isinstance(value, Foreign):
            return call_foreign(self, value, args, kwargs)
        if isinstance(value, Method):
            return self.call_method(value.receiver, value.name, args, kwargs)
        if isinstance(value, Class):
            return instantiate(self, value, args, kwargs)
        if isinstance(value, Choice):
            known = [option for option in value.options if option is not None]
            return join(self.call(option, args, kwargs) for option in known)
        if isinstance(value, Instance):
            return self.call_method(value, "__call__", args, kwargs)
        if isinstance(value, Tool):
            return _call_tool(self, value, "__call__", args, kwargs)
        return self.state.one_frame([value, *args, *kwargs.values()]) or UNKNOWN

    def call_method(
        self, value: Value, name: str, args: list[Value], kwargs: dict[str, Value]
    ) -> Value:
        """``value.name(*args, **kwargs)``."""
        if isinstance(value, Frame):
            return frames.call(Call(self, value, name, args, kwargs))
        if isinstance(value, Foreign):
            return call_foreign(self, value.part(name), args, kwargs)
        if isinstance(value, str):
            return (
                text.lift(
                    lambda receiver, *row: text.call_text(receiver, name, list(row), kwargs),
                    value,
                    *args,
                )
                if name != "format"
                else _format(value, args, kwargs)
            )
        if isinstance(value, Tool):
            return _call_tool(self, value, name, args, kwargs)
        if isinstance(value, Column):
            return columns.call_method(value, name, args)
        if isinstance(value, (list, tuple, dict, set)):
            return containers.call(Call(self, value, name, args, kwargs))
        if isinstance(value, Choice):
            known = [option for option in value.options if option is not None]
            return join(self.call_method(option, name, args, kwargs) for option in known)
        if isinstance(value, Instance) and not _has(value, name):
            return _inherited(self, value, name, args, kwargs)
        if isinstance(value, (Instance, Class)):
            return self.call(attributes.get_attribute(self, value, name), args, kwargs)
        return self.state.one_frame([*args, *kwargs.values()]) or UNKNOWN

    def frame_method(self, name: str) -> bool:
        """Whether frames have a method ``name``."""
        return frames.is_method(name)

    def set_tool_item(self, tool: Tool, key: Value, value: Value) -> None:
        """``tool[key] = value``."""
        if tool.kind == "namespace" and isinstance(key, str):
            tool.data[key] = value


def _format(template: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    names = list(kwargs)
    found = [
        text.format_braces(
            template, list(row[: len(args)]), dict(zip(names, row[len(args) :], strict=True))
        )
        for row in combinations([*args, *kwargs.values()])
    ]
    return join(found)


def _has(value: Instance, name: str) -> bool:
    return name in value.attributes or value.cls.find(name) is not MISSING


def _inherited(
    run: Run, value: Instance, name: str, args: list[Value], kwargs: dict[str, Value]
) -> Value:
    """A method that the script's class has from a foreign base, if at all."""
    if name.startswith("__"):
        return None
    return call_foreign(run, Foreign(f"object.{name}"), args, kwargs)


def instantiate(run: Run, cls: Class, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``cls(*args, **kwargs)``."""
    made = Instance(cls)
    initializer = cls.find("__init__")
    if isinstance(initializer, Function):
        run.invoke(initializer.bind(made), args, kwargs)
    elif cls.fields:
        made.attributes.update(zip(cls.fields, args, strict=False))
        made.attributes.update(kwargs)
        after = cls.find("__post_init__")
        if isinstance(after, Function):
            run.invoke(after.bind(made), [], {})
    return made


def call_foreign(run: Run, target: Foreign, args: list[Value], kwargs: dict[str, Value]) -> Value:
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
        return bool(args) and isinstance(args[0], (str, Foreign, Choice, Frame))
    return True


def _special(call: Call, parts: list[str]) -> Value:
    """Families of functions that share a rule."""
    name, owner = call.name, parts[-2] if len(parts) > 1 else ""
    if name == "get" and call.args:
        return tools.foreign_item(
            call.run, Foreign(call.receiver.path[:-4], call.receiver.label), call.args[0]
        )
    if owner == "str" and call.args:
        return call.run.call_method(call.args[0], name, call.args[1:], call.kwargs)
    if name == "apply" and owner:
        return transforms.apply(call, owner)
    if name in columns.FUNCTIONS and _is_column_function(call, parts):
        return columns.call_function(name, call.args)
    if name == "connect" or name == "connection":
        module = next((part for part in parts if part in databases.ENGINES), None)
        if module is not None:
            return databases.connect(call, module)
    if name in {"set", "config", "setConf", "setAll", "setIfMissing"}:
        return _configure(call)
    if name in python_names.DATES and call.receiver.label == "unknown":
        return Foreign(call.receiver.path, "date")
    return MISSING


def _is_column_function(call: Call, parts: list[str]) -> bool:
    if any(isinstance(arg, Column) for arg in call.args):
        return True
    if "functions" in parts or parts[0] in {"F", "f", "fn", "func", "sf", "SqlFuncs"}:
        return True
    return len(parts) == 1 and call.name not in columns.AMBIGUOUS


def _configure(call: Call) -> Value:
    if call.name == "setAll":
        pairs = call.arg(0)
        for pair in (
            pairs.items()
            if isinstance(pairs, dict)
            else pairs
            if isinstance(pairs, (list, tuple))
            else ()
        ):
            if isinstance(pair, tuple) and len(pair) == 2:
                settings.put(call.state, *pair)
    elif len(call.args) > 1 or "key" in call.kwargs:
        settings.put(call.state, call.arg(0, "key"), call.arg(1, "value"))
    elif "map" in call.kwargs:
        settings.put_all(call.state, call.mapping(None, "map"))
    return call.receiver


def _default(call: Call, path: str, target: Foreign) -> Value:
    """Nobody here knows the function: what flows in may flow out."""
    inputs = call.state.frames_in(call.values)
    if inputs and call.name not in _SILENT:
        return call.state.transform(call.values, OPAQUE, call.name)
    return Foreign(f"{path}()", target.label)


_SILENT = words("print info debug warning warn error exception log append_log sleep display")


def _call_tool(
    run: Run, tool: Tool, name: str, args: list[Value], kwargs: dict[str, Value]
) -> Value:
    if tool.kind == "unknown_writer":
        return _call_unknown_writer(run, tool, name, args, kwargs)
    handler = _TOOLS.get(tool.kind)
    if handler is None:
        return tool
    return handler(Call(run, tool, name, args, kwargs))


def _call_unknown_writer(
    run: Run, tool: Tool, name: str, args: list[Value], kwargs: dict[str, Value]
) -> Value:
    """``x.write`` where nobody knows whether x is a frame: only a frame's has methods."""
    if name == "__call__":
        return call_foreign(run, tool.data["of"].part("write"), args, kwargs)
    return _call_tool(run, tool.data["writer"], name, args, kwargs)


def _called_reader(call: Call) -> Value:
    """``x.read()``: x is a file, not a session."""
    return Foreign("text") if call.name == "__call__" else spark_io.call_reader(call)


def _spark_sql(call: Call) -> Value:
    return queries.run_spark_sql(call.state, call.arg(0, "sqlQuery", "query"))


def _spark_table(call: Call) -> Value:
    name = call.arg(0, "tableName", "name")
    views = [call.state.views.get(option.lower()) for option in text.texts(name)]
    found = call.state.one_frame(views)
    if found is not None:
        return found
    return spark_io.call_reader(Call(call.run, spark_io.reader(), "table", call.args, call.kwargs))


def _register(call: Call) -> Value:
    frame, name = call.arg(0, "df"), call.arg(1, "tableName")
    for option in text.texts(name) if name is not None else ():
        spark_io.register(call.state, option, frame)
    return None


def _set_database(call: Call) -> Value:
    call.state.settings["database"] = call.text(0, "dbName")
    return None


def _text_file(call: Call) -> Value:
    reader = spark_io.reader()
    return spark_io.call_reader(Call(call.run, reader, "text", call.args[:1], {}))


def _read_with_format(call: Call) -> Value:
    return pandas_api.read(call)


def _super(call: Call) -> Value:
    scope = call.run.scope
    instance = next(iter(scope.vars.values()), None)
    if not isinstance(instance, Instance):
        return UNKNOWN
    owner = next((f.owner for f in _methods(instance, call.run.stack)), instance.cls)
    bases = owner.bases if owner is not None else ()
    return Tool("super", {"instance": instance, "bases": bases})


def _methods(instance: Instance, stack: list[Any]) -> list[Function]:
    """The method of the instance's classes that is being run."""
    found: list[Function] = []
    waiting: list[Value] = [instance.cls]
    while waiting and stack:
        cls = waiting.pop()
        if isinstance(cls, Class):
            found += [
                value
                for value in cls.scope.vars.values()
                if isinstance(value, Function) and value.node is stack[-1]
            ]
            waiting += cls.bases
    return found


def _call_super(call: Call) -> Value:
    data = call.receiver.data
    for base in data["bases"]:
        found = base.find(call.name) if isinstance(base, Class) else MISSING
        if isinstance(found, Function):
            return call.run.invoke(found.bind(data["instance"]), call.args, call.kwargs)
    return None


_FUNCTIONS: dict[str, Handler] = {
    **python_names.FUNCTIONS,
    **pandas_api.FUNCTIONS,
    **glue_api.FUNCTIONS,
    **wrangler.FUNCTIONS,
    "sql": _spark_sql,
    "spark.sql": _spark_sql,
    "table": _spark_table,
    "registerDataFrameAsTable": _register,
    "registerTempTable": _register,
    "setCurrentDatabase": _set_database,
    "textFile": _text_file,
    "wholeTextFiles": _text_file,
    "binaryFiles": _text_file,
    "fromDF": transforms.from_frame,
    "DynamicFrame": transforms.from_frame,
    "DynamicFrameCollection": transforms.collection,
    "process_rows": lambda call: transforms.apply(call, "Relationalize"),
    "client": aws_sdk.client,
    "resource": aws_sdk.client,
    "create_engine": databases.engine_url,
    "getConnection": databases.driver_connection,
    "Utils.runQuery": databases.run_by_options,
    "write_table": pandas_api.write_arrow,
    "write_to_dataset": pandas_api.write_arrow,
    "s3.list_objects": lambda call: [call.arg(0, "path")],
    "URL.create": databases.url_of_parts,
    "DeltaTable.forPath": spark_io.delta_table,
    "DeltaTable.forName": spark_io.delta_table,
    "forPath": spark_io.delta_table,
    "forName": spark_io.delta_table,
    "execute_values": lambda call: databases.query(
        call.state, call.arg(1, "sql"), call.arg(0, "cur"), call.arg(2, "argslist")
    ),
    "execute_batch": lambda call: databases.query(
        call.state, call.arg(1, "sql"), call.arg(0, "cur"), call.arg(2, "argslist")
    ),
    "write_pandas": lambda call: (
        databases.call_connection(
            Call(
                call.run,
                call.arg(0, "conn"),
                "write_dataframe",
                [call.arg(1, "df"), call.arg(2, "table_name")],
                {},
            )
        )
        if databases.is_connection(call.arg(0, "conn"))
        else UNKNOWN
    ),
    "super": _super,
}
_TOOLS: dict[str, Handler] = {
    "reader": _called_reader,
    "writer": spark_io.call_writer,
    "table_writer": spark_io.call_table_writer,
    "delta": spark_io.call_delta,
    "source": glue_api.call_source,
    "sink": glue_api.call_sink,
    "client": aws_sdk.call_client,
    "bucket": aws_sdk.call_object,
    "s3object": aws_sdk.call_object,
    "listing": aws_sdk.call_object,
    "dynamo": aws_sdk.call_object,
    "database": databases.call_connection,
    "parser": python_names.call_parser,
    "partial": python_names.call_partial,
    "path": python_names.call_path,
    "url": python_names.call_path,
    "buffer": files.call_buffer,
    "template": python_names.call_template,
    "super": _call_super,
    "namespace": lambda call: call.receiver,
}
