"""awswrangler before 1.0: one object for each service, mostly of a ``Session``."""

from __future__ import annotations

from glueline_worker.lineage.script.domain.alternatives import get_alternatives
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.template_text import list_texts, render
from glueline_worker.lineage.script.domain.values import MISSING, UNKNOWN, Value
from glueline_worker.lineage.script.models import databases, datasets, sql_engines
from glueline_worker.lineage.script.models.databases import (
    UNKNOWN_DATABASE,
    DatabaseConnection,
)
from glueline_worker.lineage.script.models.library import Handler, Library
from glueline_worker.lineage.word_sets import split_words

_ROOTS = frozenset({"awswrangler", "Session"})
_ADDRESS = ((1, "host"), (2, "port"), (0, "database"))
_READS = split_words("read_csv read_csv_list read_csv_list_iter read_fwf read_json read_parquet")


def _limit_to_wrangler(handler: Handler) -> Handler:
    """Return a handler that leaves alone what is not awswrangler's, such as pandas itself."""

    def call_handler(call: Call) -> Value:
        return handler(call) if _ROOTS.intersection(call.parts[:-2]) else MISSING

    return call_handler


def _read_path(call: Call) -> Value:
    path = call.arg(0, "path", "paths")
    return call.state.read(datasets.find_locations(call.state, path), "wr.pandas")


def _read_table(call: Call) -> Value:
    found = datasets.find_tables(call.state, call.arg(0, "database"), call.arg(1, "table"))
    return call.state.read(found, "wr.pandas")


def _run_athena(call: Call) -> Value:
    engine = sql_engines.make_athena_engine(call.state, call.text(1, "database"))
    found = [
        sql_engines.run_sql(call.state, option, engine)
        for option in get_alternatives(call.arg(0, "sql", "query"))
        if isinstance(option, str)
    ]
    return call.state.unite_frames(found) or call.state.transform((), label="athena")


def _write_path(call: Call) -> Value:
    found = datasets.find_locations(call.state, call.arg(1, "path"))
    table, database = call.arg(None, "table"), call.arg(2, "database")
    if table is not None and database is not None:
        found += datasets.find_tables(call.state, database, table)
    call.state.write(call.arg(0, "dataframe"), found, "wr.pandas")
    return UNKNOWN


def _write_database(call: Call) -> Value:
    """Call ``to_redshift`` or ``to_aurora``: a path is only a stage."""
    connection = call.arg(None, "connection")
    database = connection if isinstance(connection, DatabaseConnection) else UNKNOWN_DATABASE
    if database is UNKNOWN_DATABASE and call.name == "to_redshift":
        database = DatabaseConnection("redshift", "{unknown}")
    names = [call.arg(None, name) for name in ("schema", "table")]
    parts = tuple(render(list_texts(name)[0]) for name in names if name is not None)
    found = databases.name_table(call.state, database, parts)
    call.state.write(call.arg(0, "dataframe"), [found], call.name)
    return UNKNOWN


def _read_redshift(call: Call) -> Value:
    return databases.run_query(call.state, call.arg(0, "sql"), call.arg(None, "connection"))


def _connect(call: Call) -> Value:
    """Call ``redshift.generate_connection(database, host, port, …)``."""
    host, port, database = (call.text(at, name) for at, name in _ADDRESS)
    engine = "redshift" if call.parts[-2] == "redshift" else "postgresql"
    return databases.open_connection(engine, host, port, database)


def _copy(call: Call) -> Value:
    """Call ``s3.copy_listed_objects(objects_paths, source_path, target_path)``."""
    read = call.state.read(datasets.find_locations(call.state, call.arg(1, "source_path")), "wr.s3")
    call.state.write(read, datasets.find_locations(call.state, call.arg(2, "target_path")), "wr.s3")
    return None


AWSWRANGLER_SESSIONS = Library(
    functions={
        name: _limit_to_wrangler(handler)
        for name, handler in {
            **{f"pandas.{name}": _read_path for name in _READS},
            **{f"pandas.to_{kind}": _write_path for kind in ("parquet", "csv", "json")},
            "pandas.read_table": _read_table,
            "pandas.read_sql_athena": _run_athena,
            "athena.run_query": _run_athena,
            "pandas.read_sql_redshift": _read_redshift,
            "pandas.to_redshift": _write_database,
            "pandas.to_aurora": _write_database,
            "spark.to_redshift": _write_database,
            "redshift.generate_connection": _connect,
            "aurora.generate_connection": _connect,
            "s3.copy_listed_objects": _copy,
        }.items()
    }
)
