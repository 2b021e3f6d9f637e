"""awswrangler: S3, Athena, databases and DynamoDB in one call each."""

from __future__ import annotations

from collections.abc import Callable

from glueline_worker.lineage.naming import name_dynamodb_table
from glueline_worker.lineage.script.domain.template_text import shown, texts
from glueline_worker.lineage.script.domain.values import Tool, Value, options_of
from glueline_worker.lineage.script.models import datasets, dbapi, sql_engines
from glueline_worker.lineage.script.models.call import Call

_DATABASES = ("redshift", "postgresql", "mysql", "sqlserver", "oracle")


def _read_path(call: Call) -> Value:
    return call.state.read(datasets.at(call.state, call.arg(0, "path")), "wr.s3")


def _read_table(call: Call) -> Value:
    table, database = call.arg(0, "table"), call.arg(1, "database")
    found = datasets.table(call.state, database, table, call.arg(None, "catalog_id"))
    return call.state.read(found, "wr.table")


def _write_path(call: Call) -> Value:
    found = datasets.at(call.state, call.arg(1, "path"))
    table, database = call.arg(None, "table"), call.arg(None, "database")
    if table is not None and database is not None:
        found += datasets.table(call.state, database, table, call.arg(None, "catalog_id"))
    call.state.write(call.arg(0, "df", "obj"), found, "wr.s3")
    return {"paths": list(texts(call.arg(1, "path")))}


def _copy_paths(call: Call) -> Value:
    source = (
        call.arg(1, "source_path") if call.name == "copy_objects" else call.arg(0, "source_path")
    )
    target = (
        call.arg(2, "target_path") if call.name == "copy_objects" else call.arg(1, "target_path")
    )
    read = call.state.read(datasets.at(call.state, source), "wr.s3")
    call.state.write(read, datasets.at(call.state, target), "wr.s3")
    return None


def _upload(call: Call) -> Value:
    content = call.state.files.get(str(call.arg(0, "local_file")))
    call.state.write(content, datasets.at(call.state, call.arg(1, "path")), "wr.s3")
    return None


def _download(call: Call) -> Value:
    frame = call.state.read(datasets.at(call.state, call.arg(0, "path")), "wr.s3")
    call.state.files[str(call.arg(1, "local_file"))] = frame
    return None


def _athena(call: Call) -> Value:
    engine = sql_engines.athena_engine(call.state, call.text(1, "database"))
    found = [
        sql_engines.run(call.state, option, engine)
        for option in options_of(call.arg(0, "sql"))
        if isinstance(option, str)
    ]
    return call.state.one_frame(found) or call.state.transform((), label="athena")


def _create_table_as(call: Call) -> Value:
    frame = _athena(call)
    table = call.arg(2, "ctas_table")
    if table is not None:
        database = call.arg(3, "ctas_database", default=call.arg(1, "database"))
        call.state.write(frame, datasets.table(call.state, database, table), "wr.athena")
    return frame


def _unload(call: Call) -> Value:
    engine = sql_engines.athena_engine(call.state, call.text(None, "database"))
    frame = sql_engines.run(call.state, call.text(0, "sql") or "", engine)
    call.state.write(frame, datasets.at(call.state, call.arg(1, "path")), "wr.athena")
    return None


def _to_iceberg(call: Call) -> Value:
    database, table = call.arg(1, "database"), call.arg(2, "table")
    found = datasets.table(call.state, database, table, call.arg(None, "catalog_id"))
    call.state.write(call.arg(0, "df"), found, "wr.athena")
    return None


def _query(call: Call) -> Value:
    return dbapi.query(call.state, call.arg(0, "sql"), call.arg(1, "con"))


def _table_name(call: Call, connection: Value, table: Value, schema: Value) -> Value:
    data = connection.data if isinstance(connection, Tool) else {"url": "{unknown}"}
    parts = [*(texts(schema)[:1] if schema is not None else []), *texts(table)[:1]]
    return dbapi.name_table(call.state, data, tuple(shown(part) for part in parts))


def _read_database_table(call: Call) -> Value:
    found = _table_name(call, call.arg(1, "con"), call.arg(0, "table"), call.arg(2, "schema"))
    return call.state.read([found], "wr.table")


def _to_sql(call: Call) -> Value:
    found = _table_name(call, call.arg(1, "con"), call.arg(2, "table"), call.arg(3, "schema"))
    call.state.write(call.arg(0, "df"), [found], "wr.to_sql")
    return None


def _copy(call: Call) -> Value:
    """``redshift.copy``: the path is only a stage on the frame's way."""
    found = _table_name(call, call.arg(2, "con"), call.arg(3, "table"), call.arg(4, "schema"))
    source: Value = call.arg(0, "df")
    if call.name == "copy_from_files":
        found = _table_name(call, call.arg(1, "con"), call.arg(2, "table"), call.arg(3, "schema"))
        source = call.state.read(datasets.at(call.state, call.arg(0, "path")), "wr.s3")
    call.state.write(source, [found], "wr.copy")
    return None


def _unload_database(call: Call) -> Value:
    frame = dbapi.query(call.state, call.arg(0, "sql"), call.arg(2, "con"))
    if call.name == "unload_to_files":
        call.state.write(frame, datasets.at(call.state, call.arg(1, "path")), "wr.unload")
    return frame


def _dynamo_write(call: Call) -> Value:
    table = call.arg(1, "table_name")
    names = [name_dynamodb_table(shown(text), call.state.context) for text in texts(table)]
    call.state.write(call.arg(0, "df", "items", "path"), names, "wr.dynamodb")
    return None


def _dynamo_read(call: Call) -> Value:
    names = [
        name_dynamodb_table(shown(text), call.state.context)
        for text in texts(call.arg(0, "table_name"))
    ]
    return call.state.read(names, "wr.dynamodb")


def connector(engine: str) -> Callable[[Call], Value]:
    """``awswrangler.<engine>.connect``."""

    def connect(call: Call) -> Value:
        named = call.arg(0, "connection")
        if named is not None:
            return dbapi.glue_connected(named, engine)
        return dbapi.opened(engine, None, None, call.text(2, "dbname"))  # by a secret

    return connect


def _per_database() -> dict[str, Callable[[Call], Value]]:
    handlers: dict[str, Callable[[Call], Value]] = {}
    for engine in _DATABASES:
        handlers |= {
            f"{engine}.connect": connector(engine),
            f"{engine}.connect_temp": connector(engine),
            f"{engine}.read_sql_query": _query,
            f"{engine}.read_sql_table": _read_database_table,
            f"{engine}.to_sql": _to_sql,
        }
    return handlers


FUNCTIONS: dict[str, Callable[[Call], Value]] = {
    **{
        f"s3.read_{kind}": _read_path
        for kind in ("parquet", "csv", "json", "excel", "orc", "fwf", "deltalake")
    },
    **{
        f"s3.to_{kind}": _write_path
        for kind in ("parquet", "csv", "json", "excel", "orc", "deltalake")
    },
    "s3.read_parquet_table": _read_table,
    "s3.read_orc_table": _read_table,
    "s3.copy_objects": _copy_paths,
    "s3.merge_datasets": _copy_paths,
    "s3.upload": _upload,
    "s3.download": _download,
    "athena.read_sql_query": _athena,
    "athena.start_query_execution": _athena,
    "athena.read_sql_table": _read_table,
    "athena.create_ctas_table": _create_table_as,
    "athena.unload": _unload,
    "athena.to_iceberg": _to_iceberg,
    **_per_database(),
    "redshift.copy": _copy,
    "redshift.copy_from_files": _copy,
    "redshift.unload": _unload_database,
    "redshift.unload_to_files": _unload_database,
    "dynamodb.put_df": _dynamo_write,
    "dynamodb.put_items": _dynamo_write,
    "dynamodb.put_json": _dynamo_write,
    "dynamodb.put_csv": _dynamo_write,
    "dynamodb.read_items": _dynamo_read,
}
