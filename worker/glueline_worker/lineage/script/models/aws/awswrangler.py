"""awswrangler: S3, Athena, databases and DynamoDB in one call each."""

from __future__ import annotations

from glueline_worker.lineage.naming import name_dynamodb_table
from glueline_worker.lineage.script.domain.alternatives import get_alternatives
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.path_parts import TABLE_END, TABLE_LOCATION
from glueline_worker.lineage.script.domain.template_text import list_texts, render
from glueline_worker.lineage.script.domain.values import UNKNOWN, Value
from glueline_worker.lineage.script.models import databases, datasets, sql_engines
from glueline_worker.lineage.script.models.aws.glue_catalog import declare_table
from glueline_worker.lineage.script.models.databases import (
    UNKNOWN_DATABASE,
    DatabaseConnection,
)
from glueline_worker.lineage.script.models.library import Handler, Library

_FORMATS = ("parquet", "csv", "json", "orc")
_DATABASES = ("redshift", "postgresql", "mysql", "sqlserver", "oracle")


def _read_path(call: Call) -> Value:
    return call.state.read(datasets.find_locations(call.state, call.arg(0, "path")), "wr.s3")


def _read_table(call: Call) -> Value:
    table, database = call.arg(0, "table"), call.arg(1, "database")
    found = datasets.find_tables(call.state, database, table, call.arg(None, "catalog_id"))
    return call.state.read(found, "wr.table")


def _find_location(call: Call) -> Value:
    """Call ``catalog.get_table_location(database, table)``."""
    database, table = call.text(0, "database"), call.text(1, "table")
    return f"{TABLE_LOCATION}{database}/{table}{TABLE_END}"


def _write_path(call: Call) -> Value:
    found = datasets.find_locations(call.state, call.arg(1, "path"))
    table, database = call.arg(None, "table"), call.arg(None, "database")
    if table is not None and database is not None:
        found += datasets.find_tables(call.state, database, table, call.arg(None, "catalog_id"))
    call.state.write(call.arg(0, "df", "obj"), found, "wr.s3")
    return {"paths": list(list_texts(call.arg(1, "path")))}


def _copy_paths(call: Call) -> Value:
    source = (
        call.arg(1, "source_path") if call.name == "copy_objects" else call.arg(0, "source_path")
    )
    target = (
        call.arg(2, "target_path") if call.name == "copy_objects" else call.arg(1, "target_path")
    )
    read = call.state.read(datasets.find_locations(call.state, source), "wr.s3")
    call.state.write(read, datasets.find_locations(call.state, target), "wr.s3")
    return None


def _upload(call: Call) -> Value:
    content = call.state.files.get(str(call.arg(0, "local_file")))
    call.state.write(content, datasets.find_locations(call.state, call.arg(1, "path")), "wr.s3")
    return None


def _download(call: Call) -> Value:
    frame = call.state.read(datasets.find_locations(call.state, call.arg(0, "path")), "wr.s3")
    call.state.files[str(call.arg(1, "local_file"))] = frame
    return None


def _run_athena(call: Call) -> Value:
    engine = sql_engines.make_athena_engine(call.state, call.text(1, "database"))
    found = [
        sql_engines.run_sql(call.state, option, engine)
        for option in get_alternatives(call.arg(0, "sql"))
        if isinstance(option, str)
    ]
    return call.state.unite_frames(found) or call.state.transform((), label="athena")


def _create_table_as(call: Call) -> Value:
    frame = _run_athena(call)
    table = call.arg(2, "ctas_table")
    if table is not None:
        database = call.arg(3, "ctas_database", default=call.arg(1, "database"))
        call.state.write(frame, datasets.find_tables(call.state, database, table), "wr.athena")
    return frame


def _unload(call: Call) -> Value:
    engine = sql_engines.make_athena_engine(call.state, call.text(None, "database"))
    frame = sql_engines.run_sql(call.state, call.text(0, "sql") or "", engine)
    call.state.write(frame, datasets.find_locations(call.state, call.arg(1, "path")), "wr.athena")
    return None


def _write_iceberg(call: Call) -> Value:
    database, table = call.arg(1, "database"), call.arg(2, "table")
    found = datasets.find_tables(call.state, database, table, call.arg(None, "catalog_id"))
    call.state.write(call.arg(0, "df"), found, "wr.athena")
    return None


def _declare(call: Call) -> Value:
    """Call ``catalog.create_parquet_table(database, table, path, …)`` or a sibling."""
    database, table = call.arg(0, "database"), call.arg(1, "table")
    declare_table(call.state, database, table, call.arg(2, "path"), call.arg(None, "catalog_id"))
    return None


def _store_metadata(call: Call) -> Value:
    """Call ``s3.store_parquet_metadata(path, database, table)``."""
    database, table = call.arg(1, "database"), call.arg(2, "table")
    declare_table(call.state, database, table, call.arg(0, "path"), call.arg(None, "catalog_id"))
    return UNKNOWN


def _add_partitions(call: Call) -> Value:
    """Call ``catalog.add_parquet_partitions(database, table, {path: values})``."""
    for path in call.mapping(2, "partitions_values"):
        declare_table(call.state, call.arg(0, "database"), call.arg(1, "table"), path)
    return None


def _select(call: Call) -> Value:
    """Call ``s3.select_query(sql, path)``."""
    return call.state.read(datasets.find_locations(call.state, call.arg(1, "path")), "wr.s3")


def _run_query(call: Call) -> Value:
    return databases.run_query(call.state, call.arg(0, "sql"), call.arg(1, "con"))


def _name_table(call: Call, connection: Value, table: Value, schema: Value) -> Value:
    database = connection if isinstance(connection, DatabaseConnection) else UNKNOWN_DATABASE
    parts = [*(list_texts(schema)[:1] if schema is not None else []), *list_texts(table)[:1]]
    return databases.name_table(call.state, database, tuple(render(part) for part in parts))


def _read_database_table(call: Call) -> Value:
    found = _name_table(call, call.arg(1, "con"), call.arg(0, "table"), call.arg(2, "schema"))
    return call.state.read([found], "wr.table")


def _write_sql(call: Call) -> Value:
    found = _name_table(call, call.arg(1, "con"), call.arg(2, "table"), call.arg(3, "schema"))
    call.state.write(call.arg(0, "df"), [found], "wr.to_sql")
    return None


def _copy(call: Call) -> Value:
    """Call ``redshift.copy``: the path is only a stage."""
    found = _name_table(call, call.arg(2, "con"), call.arg(3, "table"), call.arg(4, "schema"))
    source: Value = call.arg(0, "df")
    if call.name == "copy_from_files":
        found = _name_table(call, call.arg(1, "con"), call.arg(2, "table"), call.arg(3, "schema"))
        source = call.state.read(datasets.find_locations(call.state, call.arg(0, "path")), "wr.s3")
    call.state.write(source, [found], "wr.copy")
    return None


def _unload_database(call: Call) -> Value:
    frame = databases.run_query(call.state, call.arg(0, "sql"), call.arg(2, "con"))
    if call.name == "unload_to_files":
        call.state.write(
            frame, datasets.find_locations(call.state, call.arg(1, "path")), "wr.unload"
        )
    return frame


def _write_dynamo(call: Call) -> Value:
    table = call.arg(1, "table_name")
    names = [name_dynamodb_table(render(text), call.state.context) for text in list_texts(table)]
    call.state.write(call.arg(0, "df", "items", "path"), names, "wr.dynamodb")
    return None


def _read_dynamo(call: Call) -> Value:
    names = [
        name_dynamodb_table(render(text), call.state.context)
        for text in list_texts(call.arg(0, "table_name"))
    ]
    return call.state.read(names, "wr.dynamodb")


def _make_connector(engine: str) -> Handler:
    """Return ``awswrangler.<engine>.connect``."""

    def connect(call: Call) -> Value:
        connection = call.arg(0, "connection")
        if connection is not None:
            return DatabaseConnection(engine, glue_connection=list_texts(connection)[0])
        return databases.open_connection(engine, None, None, call.text(2, "dbname"))  # by a secret

    return connect


def _list_database_functions() -> dict[str, Handler]:
    handlers: dict[str, Handler] = {}
    for engine in _DATABASES:
        handlers |= {
            f"{engine}.connect": _make_connector(engine),
            f"{engine}.connect_temp": _make_connector(engine),
            f"{engine}.read_sql_query": _run_query,
            f"{engine}.read_sql_table": _read_database_table,
            f"{engine}.to_sql": _write_sql,
        }
    return handlers


AWSWRANGLER = Library(
    functions={
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
        "athena.read_sql_query": _run_athena,
        "athena.start_query_execution": _run_athena,
        "athena.read_sql_table": _read_table,
        "athena.create_ctas_table": _create_table_as,
        "athena.unload": _unload,
        "athena.to_iceberg": _write_iceberg,
        "athena.delete_from_iceberg_table": _write_iceberg,
        "lakeformation.read_sql_query": _run_athena,
        "lakeformation.read_sql_table": _read_table,
        "s3.select_query": _select,
        "s3.store_parquet_metadata": _store_metadata,
        **{f"catalog.create_{kind}_table": _declare for kind in _FORMATS},
        **{f"catalog.add_{kind}_partitions": _add_partitions for kind in _FORMATS},
        **_list_database_functions(),
        "redshift.copy": _copy,
        "redshift.copy_from_files": _copy,
        "redshift.unload": _unload_database,
        "redshift.unload_to_files": _unload_database,
        "dynamodb.put_df": _write_dynamo,
        "dynamodb.put_items": _write_dynamo,
        "dynamodb.put_json": _write_dynamo,
        "dynamodb.put_csv": _write_dynamo,
        "dynamodb.read_items": _read_dynamo,
        "catalog.get_table_location": _find_location,
        "s3.list_objects": lambda call: [call.arg(0, "path")],
        "s3.list_directories": lambda call: [call.arg(0, "path")],
    }
)
