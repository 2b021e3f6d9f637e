"""polars: frames and lazy frames, their scans and sinks."""

from __future__ import annotations

from glueline_worker.lineage.script.domain.alternatives import get_alternatives
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.state import STACKED
from glueline_worker.lineage.script.domain.template_text import list_texts, render
from glueline_worker.lineage.script.domain.values import UNKNOWN, Frame, Value
from glueline_worker.lineage.script.models import databases
from glueline_worker.lineage.script.models.deltalake import find_delta_tables
from glueline_worker.lineage.script.models.duckdb.connections import SqlContext, run_on_connection
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.pyiceberg import find_iceberg_tables
from glueline_worker.lineage.script.models.python import files
from glueline_worker.lineage.word_sets import split_words

_FORMATS = split_words("parquet csv json ndjson ipc ipc_stream avro excel ods lines")
_READS_OF_ANY = split_words("scan_parquet scan_csv read_ndjson read_avro")
"""Functions that only polars has, so that any path to them will do."""
_WRITES = split_words(
    "write_parquet write_csv write_json write_ndjson write_avro write_excel write_ipc "
    "write_ipc_stream sink_parquet sink_csv sink_ndjson sink_ipc"
)
_PASS_THROUGH = split_words("lazy rechunk clone fill_null fill_nan to_arrow")
"""Methods that keep the data and its columns."""
_PARTITIONS = split_words("PartitionBy PartitionByKey PartitionMaxSize PartitionParted")
_CONSTRUCTORS = split_words("LazyFrame from_dict from_dicts from_records from_numpy")
_CONVERSIONS = split_words("from_pandas from_arrow scan_pyarrow_dataset")


def _read(call: Call) -> Value:
    """Call ``read_parquet(source)``, ``scan_parquet(source)`` or a sibling."""
    return files.read_file(call.state, call.arg(0, "source"))


def _read_delta(call: Call) -> Value:
    """Call ``read_delta(source)`` or ``scan_delta(source)``: a path or a ``DeltaTable``."""
    return call.state.read(find_delta_tables(call.state, call.arg(0, "source")), call.name)


def _read_iceberg(call: Call) -> Value:
    """Call ``scan_iceberg(source)``: the path of the metadata or a ``Table``."""
    return call.state.read(find_iceberg_tables(call.state, call.arg(0, "source")), call.name)


def _read_database(call: Call) -> Value:
    """Call ``read_database(query, connection)``, where the connection may be a URL."""
    queries, connection = call.arg(0, "query"), call.arg(1, "connection", "uri")
    if not isinstance(queries, (list, tuple)):
        return run_on_connection(call, queries, connection)
    found = [run_on_connection(call, query, connection) for query in queries]
    return call.state.unite_frames(found) or UNKNOWN


def _read_by_connectorx(call: Call) -> Value:
    """Call ``connectorx.read_sql(connection, query)``."""
    return run_on_connection(call, call.arg(1, "query"), call.arg(0, "conn"))


def _convert(call: Call) -> Value:
    """Call ``from_pandas(frame)``, ``from_arrow(table)`` or a sibling, which keeps the columns."""
    return call.state.unite_frames(call.arg(0, "data", "source")) or UNKNOWN


def _concat(call: Call) -> Value:
    """Call ``concat([…])``."""
    return call.state.transform(call.values, STACKED, call.name)


def _collect_all(call: Call) -> Value:
    """Call ``collect_all([…])``: a list of the frames."""
    return call.arg(0, "lazy_frames")


def _get_base_path(call: Call) -> Value:
    """Call ``PartitionByKey(base_path, by=…)`` or a sibling, which stands for a path."""
    return call.arg(0, "base_path")


def _open_context(call: Call) -> Value:
    """Call ``SQLContext(frames, **frames)``, which runs SQL over frames."""
    context = SqlContext()
    for name, frame in {**call.mapping(0, "frames"), **call.kwargs}.items():
        context.add_table(call.state, name, frame)
    return context


def _run_sql(call: Call) -> Value:
    """Call ``sql(query)`` over the script's variables."""
    return SqlContext().call(call)


def _make_frame(call: Call) -> Value:
    """Call ``LazyFrame(data)`` or ``from_dicts(data)``."""
    return call.state.transform(call.arg(0, "data"), label=call.name)


def _write(call: Call) -> Value:
    """Call ``frame.write_parquet(file)``, ``frame.sink_parquet(path)`` or a sibling."""
    target = call.arg(0, "file", "path", "workbook")
    if target is None or isinstance(target, Frame):
        return Frame(call.receiver.node, "rows")
    files.write_file(call.state, target, call.receiver)
    return None


def _write_delta(call: Call) -> Value:
    """Call ``frame.write_delta(target)`` or ``frame.sink_delta(target)``."""
    found = find_delta_tables(call.state, call.arg(0, "target"))
    call.state.write(call.receiver, found, call.name)
    return UNKNOWN


def _write_iceberg(call: Call) -> Value:
    """Call ``frame.write_iceberg(target)`` or ``frame.sink_iceberg(target)``."""
    found = find_iceberg_tables(call.state, call.arg(0, "target"))
    call.state.write(call.receiver, found, call.name)
    return None


def _write_database(call: Call) -> Value:
    """Call ``frame.write_database(table_name, connection)``."""
    found = [
        databases.name_table(
            call.state, databases.as_connection(option), tuple(render(name).split("."))
        )
        for option in get_alternatives(call.arg(1, "connection"))
        for name in list_texts(call.arg(0, "table_name"))
    ]
    call.state.write(call.receiver, found, call.name)
    return None


def _pass_through(call: Call) -> Value:
    return call.receiver


POLARS = Library(
    functions={
        **dict.fromkeys(_READS_OF_ANY, _read),
        **{f"polars.{kind}_{name}": _read for name in _FORMATS for kind in ("read", "scan")},
        **{f"polars.{name}": _convert for name in _CONVERSIONS},
        "read_delta": _read_delta,
        "polars.scan_delta": _read_delta,
        "polars.scan_iceberg": _read_iceberg,
        "polars.read_database": _read_database,
        "polars.read_database_uri": _read_database,
        "connectorx.read_sql": _read_by_connectorx,
        "polars.concat": _concat,
        "polars.collect_all": _collect_all,
        **{f"polars.{name}": _make_frame for name in _CONSTRUCTORS},
        "polars.SQLContext": _open_context,
        "polars.sql": _run_sql,
        **{f"polars.{name}": _get_base_path for name in _PARTITIONS},
    },
    frame_methods={
        **dict.fromkeys(_WRITES, _write),
        **dict.fromkeys(("write_delta", "sink_delta"), _write_delta),
        **dict.fromkeys(("write_iceberg", "sink_iceberg"), _write_iceberg),
        **dict.fromkeys(_PASS_THROUGH, _pass_through),
        "write_database": _write_database,
    },
)
