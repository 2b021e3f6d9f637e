"""pandas: reading and writing files, S3 objects and database tables."""

from __future__ import annotations

from itertools import islice

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import KEEP, OPAQUE
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.outputs import Attribute
from glueline_worker.lineage.script.domain.state import STACKED
from glueline_worker.lineage.script.domain.template_text import as_text, render
from glueline_worker.lineage.script.domain.values import MISSING, External, Frame, Value
from glueline_worker.lineage.script.models import databases
from glueline_worker.lineage.script.models.aws.s3fs import add_scheme_by_option
from glueline_worker.lineage.script.models.databases import DatabaseConnection
from glueline_worker.lineage.script.models.duckdb.connections import run_on_connection
from glueline_worker.lineage.script.models.helper_arguments import is_session, is_url
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.python import files
from glueline_worker.lineage.script.models.spark.code_schemas import list_schema_names
from glueline_worker.lineage.script.models.spark.known_columns import set_outputs
from glueline_worker.lineage.word_sets import split_words

_WRITES = split_words(
    "to_csv to_parquet to_json to_excel to_pickle to_feather to_orc to_sql to_gbq to_hdf to_xml "
    "to_delta to_html"
)
_READS = split_words(
    "read_csv read_parquet read_json read_excel read_table read_orc read_feather read_fwf "
    "read_pickle read_xml ExcelFile"
)
_PATHS = (
    "path",
    "path_or_buf",
    "filepath_or_buffer",
    "filepath",
    "excel_writer",
    "path_or_buffer",
    "io",
    "source",
    "file",
    "buf",
)
_OF_HELPERS = split_words("database database_name db db_name table table_name")
_ROWS_LIMIT = 1_000
"""Rows that are looked through for figures."""


def _read(call: Call) -> Value:
    """Call ``pandas.read_csv(path)`` or a sibling."""
    if call.args and (is_session(call.args[0]) or _is_of_other_module(call)):
        return MISSING  # a helper of another module
    return files.read_file(call.state, add_scheme_by_option(call, call.arg(0, *_PATHS)))


def _is_of_other_module(call: Call) -> bool:
    """Tell whether ``read_table(session, table="rows")`` names what pandas does not know."""
    if not isinstance(call.args[0], External) or call.parts[0] in {"pandas", "pd"}:
        return False
    is_named = not call.kwargs.keys().isdisjoint(_OF_HELPERS)
    return is_named or any(isinstance(arg, str) and is_url(arg) for arg in call.args[1:])


def _read_sql(call: Call) -> Value:
    """Call ``pandas.read_sql(query, connection)``."""
    sql, connection = call.arg(0, "sql", "query"), call.arg(1, "con", "conn", "connection")
    if isinstance(sql, str) and (call.name == "read_sql_table" or " " not in sql.strip()):
        return call.state.read([_name_table(call, sql, connection, 2)], "read_sql")
    return run_on_connection(call, sql, connection)


def _name_table(call: Call, name: str, connection: Value, schema_at: int | None) -> Dataset:
    schema = call.text(schema_at, "schema")
    parts = (render(schema), render(name)) if schema else (render(name),)
    if not isinstance(connection, DatabaseConnection):
        connection = DatabaseConnection(url=as_text(connection))
    return databases.name_table(call.state, connection, parts)


def _write(call: Call) -> Value:
    """Call ``frame.to_csv(path)`` or a sibling; without a path, return the data as a text."""
    frame = call.receiver
    target = add_scheme_by_option(call, call.arg(0, *_PATHS))
    if target is None or isinstance(target, Frame):
        return Frame(frame.node, "rows")
    files.write_file(call.state, target, frame)
    return None


def _write_sql(call: Call) -> Value:
    """Call ``frame.to_sql(name, connection)``."""
    name = as_text(call.arg(0, "name"))
    found = _name_table(call, name, call.arg(1, "con", "conn"), 2)
    call.state.write(call.receiver, [found], "to_sql")
    return None


def _make_frame(call: Call) -> Value:
    """Call ``pandas.DataFrame(data)``, ``spark.createDataFrame(data)`` or ``sc.parallelize``."""
    data = call.args[0] if call.args else list(call.kwargs.values())
    if isinstance(data, Frame) and data.kind == "data":
        return data
    figures = _find_figures(data)
    flow = OPAQUE if figures else KEEP
    frame = call.state.transform([data, *figures], flow, label=call.name)
    names = list_schema_names(call.arg(1, "schema")) if call.name == "createDataFrame" else None
    if names is not None and not figures and not call.state.find_frames(data):
        set_outputs(call.state, frame, [Attribute(name, frame.node, name) for name in names])
    return frame


def _find_figures(data: Value, depth: int = 3) -> list[Value]:
    """Find the figures in rows, such as counts: a frame of them carries what they tell."""
    if isinstance(data, Frame):
        return [Frame(data.node)] if data.kind == "scalar" else []
    if depth == 0 or not isinstance(data, (list, tuple, dict)):
        return []
    items = data.values() if isinstance(data, dict) else data
    return [
        found for item in islice(items, _ROWS_LIMIT) for found in _find_figures(item, depth - 1)
    ]


def _unite(call: Call) -> Value:
    """Call ``pandas.concat([…])`` or ``pandas.merge(left, right)``."""
    flow = STACKED if call.name == "concat" else KEEP
    return call.state.transform(call.values, flow, call.name)


PANDAS = Library(
    functions={
        **dict.fromkeys(_READS, _read),
        **dict.fromkeys(("read_sql", "read_sql_query", "read_sql_table"), _read_sql),
        **dict.fromkeys(
            ("createDataFrame", "parallelize", "pandas.DataFrame", "pd.DataFrame", "DataFrame"),
            _make_frame,
        ),
        "Row": lambda call: call.values,
        **dict.fromkeys(("pandas.concat", "pd.concat"), _unite),
        **dict.fromkeys(("pandas.merge", "pd.merge", "pandas.merge_asof"), _unite),
    },
    frame_methods={**dict.fromkeys(_WRITES, _write), "to_sql": _write_sql},
)
