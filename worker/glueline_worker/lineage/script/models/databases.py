"""Databases behind connections: how they name their tables, and the SQL that they run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.naming import name_connection_table, name_jdbc_table
from glueline_worker.lineage.script.domain.alternatives import get_alternatives
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.path_parts import CONNECTION_URL
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import as_text, render
from glueline_worker.lineage.script.domain.values import UNKNOWN, Frame, Value
from glueline_worker.lineage.script.models import datasets, sql_engines
from glueline_worker.lineage.script.models.python import files
from glueline_worker.lineage.script.models.sql_engines import SqlEngine
from glueline_worker.lineage.word_sets import split_words

_REDSHIFT_PORT = "5439"
EXECUTIONS = split_words(
    "execute executemany exec_driver_sql run mogrify copy_expert executeUpdate executeQuery "
    "prepareStatement prepareCall execute_string"
)
"""Methods of connections, cursors and statements that run SQL."""
_DIALECTS = {"postgresql": "postgres", "sqlserver": "tsql", "mariadb": "mysql"}
_PAIR = re.compile(r"(\w[\w ]{0,60}?)\s{0,8}=\s*'?\{?([^;'\s}]+(?:\}[^;'\s]*)?)")
_HOST = ("host", "server", "account", "dsn")
_PORT = ("port",)
DATABASE_KEYS = ("dbname", "database", "db", "sid", "service_name")
"""Options that name the database, by module."""


@dataclass(eq=False)
class DatabaseConnection(LibraryObject):
    """A connection to a database, or a cursor of one; what is None is known only at run time."""

    engine: str | None = None
    url: str | None = None
    schema: Value = None
    database: str | None = None
    glue_connection: str | None = None
    """The name of the Glue connection that says where the database is."""
    result: Value = field(default=None, init=False)
    """The frame of the last query."""

    def call(self, call: Call) -> Value:
        """Call a method of a connection or cursor."""
        if not call.values and call.name.startswith("execute"):
            return self
        if call.name in EXECUTIONS or call.name == "query":
            return self._execute(call)
        if call.name in {"copy_from", "write_dataframe"}:
            found = name_table(call.state, self, (call.text(1, "table") or "{unknown}",))
            call.state.write(call.arg(0, "file", "df"), [found], call.name)
            return None
        if call.name.startswith(("fetch", "as_pandas", "scalar", "all", "mappings", "first")):
            kind = "row" if call.name in {"fetchone", "first"} else "rows"
            return Frame(self.result.node, kind) if isinstance(self.result, Frame) else UNKNOWN
        return None if call.name in {"close", "commit", "rollback"} else self

    def _execute(self, call: Call) -> Value:
        sql, rest = call.arg(0, "query", "operation", "statement", "sql"), call.values[1:]
        result = run_query(call.state, sql, self, rest)
        call.state.change(self, result=result)
        for value in rest:  # COPY … TO STDOUT goes into a file
            if isinstance(value, files.Buffer):
                files.add_content(call.state, value, result)
        return self


UNKNOWN_DATABASE = DatabaseConnection(url="{unknown}")


def parse_pairs(text: str) -> dict[str, str]:
    """Parse ``host=… dbname=…``."""
    return {key.lower(): value for key, value in _PAIR.findall(text)}


def connect_by_options(engine: str, options: Mapping[str, str]) -> DatabaseConnection:
    """Connect by the options of a database module, in lower case."""
    host, port, database = (_get_first(options, keys) for keys in (_HOST, _PORT, DATABASE_KEYS))
    return open_connection(engine, host, port, database, options.get("schema"))


def connect_by_text(engine: str, text: str) -> DatabaseConnection:
    """Connect by a URL or by ``host=… dbname=…``."""
    if "://" in text:
        return DatabaseConnection(engine, f"jdbc:{engine}:{text[text.index('//') :]}")
    return connect_by_options(engine, parse_pairs(text))


def open_connection(
    engine: str, host: str | None, port: str | None, database: str | None, schema: Value = None
) -> DatabaseConnection:
    """Connect to a server; what is None is known only at run time."""
    if engine == "postgresql" and port == _REDSHIFT_PORT:
        engine = "redshift"  # which PostgreSQL's modules speak to as well
    if host and CONNECTION_URL in host:  # taken out of a connection's own URL
        port = None
    place = f"{host or '{unknown}'}{f':{port}' if port else ''}"
    return DatabaseConnection(engine, f"jdbc:{engine}://{place}/{database or ''}", schema, database)


def _get_first(options: Mapping[str, str], keys: tuple[str, ...]) -> str | None:
    return next((options[key] for key in keys if key in options), None)


def as_connection(value: Value) -> DatabaseConnection:
    """Return the connection that a value is, or that it describes as SQLAlchemy's URLs do."""
    if isinstance(value, DatabaseConnection):
        return value
    scheme, separator, rest = value.partition("://") if isinstance(value, str) else ("", "", "")
    if not separator:
        return UNKNOWN_DATABASE
    engine = scheme.partition("+")[0]
    return DatabaseConnection(engine, f"jdbc:{engine}://{rest}")


def name_table(state: State, connection: DatabaseConnection, parts: tuple[str, ...]) -> Dataset:
    """Return the dataset of a table behind a connection."""
    engine = connection.engine if isinstance(connection.engine, str) else None
    table = ".".join(f'"{part}"' if "." in part and "{" not in part else part for part in parts)
    schema = render(connection.schema) if isinstance(connection.schema, str) else None
    glue_connection = connection.glue_connection
    if isinstance(glue_connection, str):
        return name_connection_table(
            render(glue_connection), table, state.context, engine=engine, schema=schema
        )
    url = render(as_text(connection.url))
    database = render(connection.database) if isinstance(connection.database, str) else None
    if CONNECTION_URL in url:
        name, in_url = datasets.parse_connection(url)
        return name_connection_table(
            name, table, state.context, engine=engine, schema=schema, database=in_url or database
        )
    return name_jdbc_table(
        url, table, state.context, engine=engine, schema=schema, database=database
    )


def _make_engine(state: State, connection: DatabaseConnection) -> SqlEngine:
    """Say how the database behind a connection names its tables."""
    if connection.engine == "athena":
        database = connection.database
        return sql_engines.make_athena_engine(
            state, database if isinstance(database, str) else None
        )
    dialect = as_text(connection.engine or "postgresql")
    return SqlEngine(
        lambda parts: name_table(state, connection, parts), _DIALECTS.get(dialect, dialect)
    )


def run_query(state: State, sql: Value, connection: Value, rows: Value = None) -> Value:
    """Run SQL over a connection; return the frame of its result."""
    known = connection if isinstance(connection, DatabaseConnection) else UNKNOWN_DATABASE
    found: list[Value] = [
        sql_engines.run_sql(state, option, _make_engine(state, known), rows)
        for option in get_alternatives(sql)
        if isinstance(option, str)
    ]
    return state.unite_frames(found) or state.transform((), label="sql")
