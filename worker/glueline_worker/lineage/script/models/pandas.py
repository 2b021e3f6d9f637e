"""pandas: reading and writing files, S3 objects and database tables."""

from __future__ import annotations

from collections.abc import Callable

from glueline_worker.lineage.model import KEEP
from glueline_worker.lineage.script.domain.state import STACKED
from glueline_worker.lineage.script.domain.template_text import as_text, render
from glueline_worker.lineage.script.domain.values import Frame, LibraryObject, Value, name_set
from glueline_worker.lineage.script.models import dbapi, files
from glueline_worker.lineage.script.models.call import Call

WRITES = name_set(
    "to_csv to_parquet to_json to_excel to_pickle to_feather to_orc to_sql to_gbq to_hdf to_xml "
    "to_delta to_html write_parquet write_csv write_json sink_parquet write_database"
)
READS = name_set(
    "read_csv read_parquet read_json read_excel read_table read_orc read_feather read_fwf "
    "read_pickle read_xml scan_parquet scan_csv read_ndjson read_avro read_delta ExcelFile "
    "ParquetDataset ParquetFile"
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


def read(call: Call) -> Value:
    """``pandas.read_csv(path)`` and its siblings."""
    return files.read(call.state, call.arg(0, *_PATHS))


def read_sql(call: Call) -> Value:
    """``pandas.read_sql(query, connection)``."""
    sql, connection = call.arg(0, "sql", "query"), call.arg(1, "con", "conn", "connection")
    if isinstance(sql, str) and (call.name == "read_sql_table" or " " not in sql.strip()):
        return call.state.read([_table(call, sql, connection, 2)], "read_sql")
    return dbapi.query(call.state, sql, connection)


def _table(call: Call, name: str, connection: Value, schema_at: int | None) -> Value:
    schema = call.text(schema_at, "schema")
    parts = (render(schema), render(name)) if schema else (render(name),)
    data = (
        connection.data if isinstance(connection, LibraryObject) else {"url": as_text(connection)}
    )
    return dbapi.name_table(call.state, data, parts)


def write(call: Call) -> Value:
    """``frame.to_csv(path)`` and its siblings; without a path, the data as a text."""
    frame = call.receiver
    if call.name == "to_sql":
        name = as_text(call.arg(0, "name"))
        found = _table(call, name, call.arg(1, "con", "conn"), 2)
        call.state.write(frame, [found], "to_sql")
        return None
    target = call.arg(0, *_PATHS)
    if target is None or isinstance(target, Frame):
        return Frame(frame.node, "rows")
    files.write(call.state, target, frame)
    return None


def write_arrow(call: Call) -> Value:
    """Pyarrow's ``write_table(table, where)`` and ``write_to_dataset(table, root_path)``."""
    files.write(call.state, call.arg(1, "where", "root_path"), call.arg(0, "table"))
    return None


def make(call: Call) -> Value:
    """``pandas.DataFrame(data)``, ``spark.createDataFrame(data)``, ``sc.parallelize(data)``."""
    data = call.args[0] if call.args else list(call.kwargs.values())
    if isinstance(data, Frame) and data.kind == "data":
        return data
    return call.state.transform(data, label=call.name)


def unite(call: Call) -> Value:
    """``pandas.concat([…])`` and ``pandas.merge(left, right)``."""
    flow = STACKED if call.name == "concat" else KEEP
    return call.state.transform(call.values, flow, call.name)


FUNCTIONS: dict[str, Callable[[Call], Value]] = {
    **dict.fromkeys(READS, read),
    **dict.fromkeys(("read_sql", "read_sql_query", "read_sql_table"), read_sql),
    "createDataFrame": make,
    "parallelize": make,
    "pandas.DataFrame": make,
    "pd.DataFrame": make,
    "DataFrame": make,
    **dict.fromkeys(("pandas.concat", "pd.concat", "polars.concat"), unite),
    **dict.fromkeys(("pandas.merge", "pd.merge", "pandas.merge_asof"), unite),
}
