"""Attributes and items of what comes from outside the script."""

from __future__ import annotations

import re

from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.template_text import as_text, has_placeholder
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    External,
    LibraryObject,
    Method,
    Value,
)
from glueline_worker.lineage.script.models import boto3_s3
from glueline_worker.lineage.script.models.spark import spark_io

writer = spark_io.writer
_DATES = ("datetime", "date", "time", "pendulum", "arrow")


_ARGUMENTS = re.compile(r"(?:^|_)(?:args|arguments|Args|Arguments|resolved_options)$")
"""What job arguments are called, where a helper of another module read them."""


def foreign_attribute(run: Reading, value: External, name: str) -> Value:
    """``value.name``."""
    if name == "read":
        return spark_io.reader()
    if name == "readStream":
        return spark_io.reader(streaming=True)
    if name in {"write", "writeStream"} and "frame" not in value.path:
        return LibraryObject("unknown_writer", {"writer": spark_io.writer(None), "of": value})
    if name in {"month", "year", "day", "hour"} and value.label == "unknown":
        return External(value.path, "date") if _is_date(value.path) else value.part(name)
    if _ARGUMENTS.search(_last(value)) and not name.startswith("_"):
        return run.state.get_argument(name)
    return value.part(name)


def _last(value: External) -> str:
    return value.path.rpartition(".")[2].removesuffix("()")


def _is_date(path: str) -> bool:
    return path.split(".", maxsplit=1)[0].rstrip("()") in _DATES


def foreign_item(run: Reading, value: External, key: Value) -> Value:
    """``value[key]``."""
    name = as_text(key)
    last = _last(value)
    if _ARGUMENTS.search(last) and isinstance(key, str) and not has_placeholder(key):
        return run.state.get_argument(name)
    if last == "environ" and isinstance(key, str):
        return External("environ.item", f"env:{name}")
    if last == "argv":
        return run.state.get_argument(name) if isinstance(key, int) else UNKNOWN
    if (
        "workflow_run_properties" in value.path
        and isinstance(key, str)
        and not has_placeholder(key)
    ):
        properties = name in {"RunProperties", "Properties"}
        return value.part(name) if properties else External("property", f"workflow:{name}")
    if last in {"List", "Dict", "Optional", "Tuple", "Union", "Set"}:
        return UNKNOWN
    return value.part("item")


def tool_attribute(run: Reading, tool: LibraryObject, name: str) -> Value:
    """``tool.name``."""
    if tool.kind == "namespace":
        found = tool.data.get(name)
        return run.state.get_argument(name) if found is None else found
    if tool.kind in {"s3object", "bucket", "client"}:
        found = boto3_s3.attribute(tool, name)
        return Method(tool, name) if found is UNKNOWN else found
    if tool.kind in {"url", "path"} and name in tool.data:
        return tool.data[name]
    if tool.kind == "unknown_writer" or (tool.kind == "buffer" and name == "active"):
        return tool
    return Method(tool, name)


def tool_item(run: Reading, tool: LibraryObject, key: Value) -> Value:
    """``tool[key]``."""
    if tool.kind == "connection":
        return _connection_item(tool, as_text(key))
    if tool.kind == "catalog_table":
        located = key in {"Location", "location"}
        return f"glue-table://{tool.data['place']}" if located else tool
    if tool.kind == "namespace":
        return tool_attribute(run, tool, as_text(key))
    if tool.kind in {"listing", "s3object"}:
        return boto3_s3.item(tool, key)
    if tool.kind == "buffer":
        return UNKNOWN
    return tool


def _connection_item(tool: LibraryObject, key: str) -> Value:
    if key in {"Connection", "ConnectionProperties"}:
        return tool
    if key == "JDBC_CONNECTION_URL":
        return f"glue-connection://{tool.data['name']}"
    return UNKNOWN
