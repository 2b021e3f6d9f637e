"""GlueContext: DynamicFrame readers, writers, sources, sinks and batches."""

from __future__ import annotations

from collections.abc import Callable

from glueline_worker.lineage.script.domain.template_text import list_texts
from glueline_worker.lineage.script.domain.values import External, LibraryObject, Value
from glueline_worker.lineage.script.models import datasets
from glueline_worker.lineage.script.models.call import Call


def read_catalog(call: Call) -> Value:
    """``create_dynamic_frame.from_catalog``."""
    found = datasets.find_tables(
        call.state,
        call.arg(0, "database", "name_space", "namespace"),
        call.arg(1, "table_name", "table", "tableName"),
        call.arg(6, "catalog_id", "catalogId"),
    )
    return call.state.read(found, "from_catalog")


def read_options(call: Call) -> Value:
    """``create_dynamic_frame.from_options``."""
    kind = call.arg(0, "connection_type", "connectionType")
    options = call.mapping(1, "connection_options", "connectionOptions", "options")
    options = _with_connection(call, options)
    found = datasets.find_by_options(call.state, kind, options, call.arg(2, "format"))
    return call.state.read(found, "from_options")


def _with_connection(call: Call, options: dict[str, Value]) -> dict[str, Value]:
    named = call.arg(None, "connection_name", "connectionName")
    return {**options, "connectionName": named} if named is not None else options


def read_rdd(call: Call) -> Value:
    """``create_dynamic_frame.from_rdd``: the data is there already."""
    return call.state.transform(call.arg(0, "data"), label="from_rdd")


def write_catalog(call: Call) -> Value:
    """``write_dynamic_frame.from_catalog``."""
    frame = call.arg(0, "frame", "frame_or_dfc")
    found = datasets.find_tables(
        call.state,
        call.arg(1, "database", "name_space", "namespace"),
        call.arg(2, "table_name", "table", "tableName"),
        call.arg(6, "catalog_id", "catalogId"),
    )
    call.state.write(frame, found, "from_catalog")
    return frame


def write_options(call: Call) -> Value:
    """``write_dynamic_frame.from_options``."""
    frame = call.arg(0, "frame", "frame_or_dfc")
    kind = call.arg(1, "connection_type", "connectionType")
    options = call.mapping(2, "connection_options", "connectionOptions", "options")
    options = _with_connection(call, options)
    found = datasets.find_by_options(call.state, kind, options, call.arg(3, "format"))
    call.state.write(frame, found, "from_options")
    return frame


def write_frame(call: Call) -> Value:
    """``frame.write(connection_type, connection_options, format)`` of a DynamicFrame."""
    return write_options(
        Call(call.run, call.receiver, call.name, [call.receiver, *call.args], call.kwargs)
    )


def write_jdbc(call: Call) -> Value:
    """``write_dynamic_frame.from_jdbc_conf``."""
    frame = call.arg(0, "frame", "frame_or_dfc")
    connection = call.arg(1, "catalog_connection", "catalogConnection")
    options = call.mapping(2, "connection_options", "connectionOptions")
    found = datasets.find_by_connection(call.state, connection, options)
    call.state.write(frame, found, "from_jdbc_conf")
    return frame


def source(call: Call) -> Value:
    """``getSource``: what ``getFrame`` will read."""
    options = dict(call.kwargs)
    kind = options.pop("connection_type", None) or call.arg(0)
    return LibraryObject(
        "source", {"kind": kind, "options": options, "format": options.pop("format", None)}
    )


def call_source(call: Call) -> Value:
    """A method of a source."""
    tool: LibraryObject = call.receiver
    if call.name == "setFormat":
        tool.data["format"] = call.arg(0, "format")
        return tool
    if call.name in {"getFrame", "getDynamicFrame", "getSampleFrame", "getDataFrame"}:
        found = datasets.find_by_options(
            call.state, tool.data["kind"], tool.data["options"], tool.data["format"]
        )
        return call.state.read(found, "getSource")
    return tool


def sink(call: Call) -> Value:
    """``getSink``: what ``writeFrame`` will write."""
    options = {**call.mapping(None, "options"), **call.kwargs}
    kind = options.pop("connection_type", None) or call.arg(0)
    return LibraryObject("sink", {"kind": kind, "options": options, "tables": [], "format": None})


def call_sink(call: Call) -> Value:
    """A method of a sink."""
    tool: LibraryObject = call.receiver
    if call.name == "setCatalogInfo":
        call.state.journal.touch(tool.data)
        tool.data["tables"] = datasets.find_tables(
            call.state,
            call.arg(0, "catalogDatabase"),
            call.arg(1, "catalogTableName"),
            call.arg(2, "catalogId", "catalog_id"),
        )
    elif call.name == "setFormat":
        call.state.journal.touch(tool.data)
        tool.data["format"] = call.arg(0, "format")
    elif call.name in {"writeFrame", "write", "writeDynamicFrame", "writeDataFrame"}:
        frame = call.arg(0, "dynamic_frame", "frame", "dynamic_frame_or_dfc", "dataframe")
        found = datasets.find_by_options(
            call.state, tool.data["kind"], tool.data["options"], tool.data["format"]
        )
        call.state.write(frame, [*found, *_tables(tool)], "getSink")
        return frame
    return tool


def _tables(tool: LibraryObject) -> list[Value]:
    found = tool.data["tables"]
    return list(found) if isinstance(found, list) else []


def connection_settings(call: Call) -> Value:
    """``extract_jdbc_conf``: an address that stands for the connection itself."""
    name = list_texts(call.arg(0, "connection_name", default="unknown"))[0]
    address = f"{datasets.CONNECTION_URL}{name}"
    return {
        "url": address,
        "fullUrl": address,
        "user": External("user"),
        "password": External("password"),
        "vendor": External("vendor"),
    }


def each_batch(call: Call) -> Value:
    """``forEachBatch``: the function is given the frame."""
    function = call.arg(1, "batch_function")
    call.run.call(function, [call.arg(0, "frame"), External("batch")], {})
    return None


_READS: dict[str, Callable[[Call], Value]] = {
    "from_catalog": read_catalog,
    "from_options": read_options,
    "from_rdd": read_rdd,
}
_WRITES: dict[str, Callable[[Call], Value]] = {
    "from_catalog": write_catalog,
    "from_options": write_options,
    "from_jdbc_conf": write_jdbc,
}
_READERS = (
    "create_dynamic_frame",
    "create_data_frame",
    "create_sample_dynamic_frame",
    "create_sample_data_frame",
    "DynamicFrameReader",
    "DataFrameReader",
)
_WRITERS = (
    "write_dynamic_frame",
    "write_data_frame",
    "write",
    "DynamicFrameWriter",
    "DataFrameWriter",
)

FUNCTIONS: dict[str, Callable[[Call], Value]] = {
    **{f"{reader}.{name}": handler for reader in _READERS for name, handler in _READS.items()},
    **{f"{reader}_{name}": handler for reader in _READERS for name, handler in _READS.items()},
    **{f"{writer}.{name}": handler for writer in _WRITERS for name, handler in _WRITES.items()},
    **{f"{writer}_{name}": handler for writer in _WRITERS for name, handler in _WRITES.items()},
    "getSource": source,
    "getSink": sink,
    "getSinkWithFormat": sink,
    "extract_jdbc_conf": connection_settings,
    "forEachBatch": each_batch,
}
