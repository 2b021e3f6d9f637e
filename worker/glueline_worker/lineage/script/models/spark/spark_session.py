"""The functions of Spark sessions and contexts that are neither readers nor writers."""

from __future__ import annotations

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.outputs import Attribute
from glueline_worker.lineage.script.domain.template_text import list_texts
from glueline_worker.lineage.script.domain.values import (
    MISSING,
    ColumnList,
    External,
    Frame,
    OneOf,
    Value,
)
from glueline_worker.lineage.script.models import sql_engines
from glueline_worker.lineage.script.models.datasets import find_spark_tables
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.spark.field_types import FieldType, SchemaField
from glueline_worker.lineage.script.models.spark.known_columns import get_table_key, set_outputs
from glueline_worker.lineage.script.models.spark.spark_io import SparkReader, read_spark_table


def _run_sql(call: Call) -> Value:
    """Call ``spark.sql(query)``; frames may stand in it by the names of arguments."""
    query = call.arg(0, "sqlQuery", "query")
    for name, value in call.kwargs.items():
        if isinstance(value, Frame) and value.kind == "data" and isinstance(query, str):
            view = f"frame_{value.node}"
            sql_engines.register_view(call.state, view, value)
            query = query.replace(f"{{{name}}}", view)
    return sql_engines.run_spark_sql(call.state, query)


def _run_possible_sql(call: Call) -> Value:
    """Call ``unknown.sql(query)``, if what it is given may be a query."""
    if len(call.parts) > 1 and not (call.args and isinstance(call.args[0], _MAY_BE_TEXT)):
        return MISSING
    return _run_sql(call)


_MAY_BE_TEXT = (str, External, OneOf, Frame)


def _read_table(call: Call) -> Value:
    """Call ``spark.table(name)``: a temporary view or a table."""
    name = call.arg(0, "tableName", "name")
    return read_spark_table(call.state, name) if isinstance(name, _MAY_BE_TEXT) else MISSING


def _register_frame(call: Call) -> Value:
    """Call ``sqlContext.registerDataFrameAsTable(frame, name)``."""
    for name in list_texts(call.arg(1, "tableName", default="table")):
        sql_engines.register_view(call.state, name, call.arg(0, "df"))
    return None


def _register_any_frame(call: Call) -> Value:
    """Call ``frame.createOrReplaceTempView(name)`` of a frame that another module made."""
    for name in list_texts(call.arg(0, "name")):
        sql_engines.register_view(call.state, name, call.state.transform((), label="view"))
    return None


def _set_database(call: Call) -> Value:
    """Call ``spark.catalog.setCurrentDatabase(name)``."""
    sql_engines.set_database(call.state, call.text(0, "dbName"))
    return None


def _list_columns(call: Call) -> Value:
    """Call ``spark.catalog.listColumns(table)``."""
    name, database = call.arg(0, "tableName"), call.arg(1, "dbName")
    if isinstance(name, str) and isinstance(database, str):
        name = f"{database}.{name}"
    found = find_spark_tables(call.state, name)
    key = get_table_key(found[0]) if len(found) == 1 else None
    names = call.state.context.schemas.get(key or "")
    if names is None:
        return External("catalog.columns", "loop:column")
    schemas = call.state.context.schemas
    return ColumnList(
        SchemaField(name, FieldType(schemas, f"{key}/{name.lower()}")) for name in names
    )


def _make_range(call: Call) -> Value:
    """Call ``spark.range(…)``: a frame of numbers."""
    frame = call.state.transform((), label="range")
    return set_outputs(call.state, frame, [Attribute("id", frame.node, "id")])


_SESSIONS = frozenset({"spark", "getOrCreate", "spark_session", "newSession", "active"})


def _read_text_file(call: Call) -> Value:
    """Call ``sc.textFile(path)``."""
    reader = SparkReader()
    return reader.call(Call(call.reading, reader, "text", call.args[:1]))


SPARK_SESSION = Library(
    functions={
        "sql": _run_possible_sql,
        "spark.sql": _run_sql,
        "table": _read_table,
        "registerDataFrameAsTable": _register_frame,
        "registerTempTable": _register_frame,
        "createOrReplaceTempView": _register_any_frame,
        "createTempView": _register_any_frame,
        "createOrReplaceGlobalTempView": _register_any_frame,
        "createGlobalTempView": _register_any_frame,
        **{f"{session}.range": _make_range for session in _SESSIONS},
        "setCurrentDatabase": _set_database,
        "catalog.listColumns": _list_columns,
        "textFile": _read_text_file,
        "wholeTextFiles": _read_text_file,
        "binaryFiles": _read_text_file,
    }
)
