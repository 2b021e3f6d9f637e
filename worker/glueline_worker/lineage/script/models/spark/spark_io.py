"""Spark's readers and writers: ``spark.read…``, ``frame.write…``, ``writeTo``, Delta tables."""

from __future__ import annotations

from collections.abc import Callable

from glueline_worker.lineage.script.domain.template_text import as_text, list_texts
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    External,
    Frame,
    LibraryObject,
    Value,
    name_set,
)
from glueline_worker.lineage.script.models import datasets, sql_engines
from glueline_worker.lineage.script.models.call import Call

_SETTINGS = name_set(
    "schema mode partitionBy bucketBy sortBy outputMode trigger queryName clusterBy "
    "partitionedBy tableProperty using"
)


def reader(*, streaming: bool = False) -> LibraryObject:
    """``spark.read`` or ``spark.readStream``."""
    return LibraryObject("reader", {"options": {}, "format": None, "streaming": streaming})


def writer(frame: Value, *, streaming: bool = False) -> LibraryObject:
    """``frame.write`` or ``frame.writeStream``."""
    return LibraryObject(
        "writer", {"options": {}, "format": None, "frame": frame, "streaming": streaming}
    )


def call_reader(call: Call) -> Value:
    """A method of a reader."""
    tool: LibraryObject = call.receiver
    if (changed := _configured(call, tool)) is not None:
        return changed
    if call.name == "table":
        return _read_table(call, call.arg(0, "tableName", "name"))
    if call.name == "jdbc":
        options = {**tool.data["options"], "url": call.arg(0, "url")}
        options["dbtable"] = call.arg(1, "table", "dbtable")
        return call.state.read(datasets.find_by_options(call.state, "jdbc", options), "jdbc")
    if call.name == "changes":
        return UNKNOWN
    return _read(call, tool)


def _read_table(call: Call, name: Value) -> Value:
    """A table, or a temporary view, by its name."""
    views = [sql_engines.find_view(call.state, option) for option in list_texts(name)]
    found = call.state.unite_frames(views)
    return found or call.state.read(datasets.find_spark_tables(call.state, name), "table")


def _read(call: Call, tool: LibraryObject) -> Value:
    state = call.state
    path = call.arg(0, "path", "paths", default=tool.data["options"].get("path"))
    if call.name not in {"load", "parquet", "orc"} and isinstance(path, Frame):
        # spark.read.json(rdd): the data is there already.
        return state.transform(path, label=call.name)
    if len(call.args) > 1 and call.name in {"parquet", "orc"}:
        path = list(call.args)
    fmt = call.name if call.name != "load" else call.arg(1, "format", default=tool.data["format"])
    options = {**tool.data["options"], **call.kwargs}
    options.pop("path", None)
    if path is not None:
        options["paths" if isinstance(path, (list, tuple)) else "path"] = path
    found = datasets.find_by_options(state, fmt or "parquet", options, fmt)
    return state.read(found, "read")


def _configured(call: Call, tool: LibraryObject) -> LibraryObject | None:
    """A reader or writer with one more setting; None for other methods."""
    if call.name == "format":
        return _with(tool, format=call.arg(0, "source"))
    if call.name == "option":
        options = {**tool.data["options"], as_text(call.arg(0, "key")): call.arg(1, "value")}
        return _with(tool, options=options)
    if call.name == "options":
        return _with(tool, options={**tool.data["options"], **call.mapping(0), **call.kwargs})
    return tool if call.name in _SETTINGS else None


def _with(tool: LibraryObject, **changes: Value) -> LibraryObject:
    return LibraryObject(tool.kind, {**tool.data, **changes})


def call_writer(call: Call) -> Value:
    """A method of a writer."""
    tool: LibraryObject = call.receiver
    if (changed := _configured(call, tool)) is not None:
        return changed
    handler = _WRITER.get(call.name, _write_format)
    return handler(call)


def _save_table(call: Call) -> Value:
    tool: LibraryObject = call.receiver
    found = datasets.find_spark_tables(call.state, call.arg(0, "name", "tableName"))
    path = call.arg(None, "path", default=tool.data["options"].get("path"))
    if path is not None and call.name != "insertInto":
        found += datasets.find_locations(call.state, path)
    call.state.write(tool.data["frame"], found, call.name)
    return External("query")


def _save_jdbc(call: Call) -> Value:
    tool: LibraryObject = call.receiver
    options = {**tool.data["options"], "url": call.arg(0, "url")}
    options["dbtable"] = call.arg(1, "table", "dbtable")
    call.state.write(
        tool.data["frame"], datasets.find_by_options(call.state, "jdbc", options), "jdbc"
    )
    return None


def _each_batch(call: Call) -> Value:
    tool: LibraryObject = call.receiver
    function = call.arg(0, "func", "f")
    call.run.call(function, [tool.data["frame"], External("batch")], {})
    return _with(tool, format="noop")


def _write_format(call: Call) -> Value:
    """``save``, ``start``, ``parquet``, ``csv`` … ."""
    tool: LibraryObject = call.receiver
    plain = call.name in {"save", "start"}
    options = {**tool.data["options"], **call.kwargs}
    fmt = call.arg(1 if plain else None, "format", default=tool.data["format"])
    if not plain:
        fmt = call.name
    path = call.arg(0, "path", default=tool.data["options"].get("path"))
    options.pop("path", None)
    if path is not None:
        options["path"] = path
    found = datasets.find_by_options(call.state, fmt or "parquet", options, fmt)
    if found or not tool.data["streaming"]:
        call.state.write(tool.data["frame"], found, call.name)
    return External("query")


def write_path(call: Call, frame: Value, path: Value, label: str) -> Value:
    """Write ``frame`` to a path."""
    call.state.write(frame, datasets.find_locations(call.state, path), label)
    return None


def write_table(call: Call, frame: Value, name: Value) -> Value:
    """Write ``frame`` to a table that Spark knows by ``name``."""
    call.state.write(frame, datasets.find_spark_tables(call.state, name), call.name)
    return None


def table_writer(call: Call) -> LibraryObject:
    """``frame.writeTo(table)``."""
    return LibraryObject("table_writer", {"frame": call.receiver, "table": call.arg(0, "table")})


def call_table_writer(call: Call) -> Value:
    """A method of what ``writeTo`` returns."""
    if call.name in {
        "append",
        "create",
        "createOrReplace",
        "replace",
        "overwrite",
        "overwritePartitions",
    }:
        tool: LibraryObject = call.receiver
        return write_table(call, tool.data["frame"], tool.data["table"])
    return call.receiver


def delta_table(call: Call) -> Value:
    """``DeltaTable.forPath(spark, path)`` and ``forName(spark, name)``."""
    place = call.arg(
        1 if len(call.args) > 1 else 0, "path", "tableOrViewName", "name", "identifier"
    )
    find = datasets.find_spark_tables if call.name == "forName" else datasets.find_locations
    return LibraryObject("delta", {"datasets": tuple(find(call.state, place))})


def call_delta(call: Call) -> Value:
    """A method of a Delta table or of a merge into it."""
    tool: LibraryObject = call.receiver
    if call.name == "toDF":
        return call.state.read(tool.data["datasets"], "delta")
    if call.name == "merge":
        return LibraryObject("delta", {**tool.data, "source": call.arg(0, "source")})
    if call.name == "execute" or (call.name in {"update", "delete"} and "source" not in tool.data):
        call.state.write(tool.data.get("source"), tool.data["datasets"], "merge")
        return None
    return tool


_WRITER: dict[str, Callable[[Call], Value]] = {
    "saveAsTable": _save_table,
    "insertInto": _save_table,
    "toTable": _save_table,
    "jdbc": _save_jdbc,
    "foreachBatch": _each_batch,
    "foreach": _each_batch,
    "awaitTermination": lambda call: None,  # noqa: ARG005
}
