"""Connections to databases from plain Python, and the SQL that is run over them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.naming import name_connection_table, name_jdbc_table
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.path_parts import CONNECTION_URL
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import as_text, render
from glueline_worker.lineage.script.domain.values import MISSING, UNKNOWN, Frame, Value
from glueline_worker.lineage.script.models import datasets, sql_engines
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.python import files
from glueline_worker.lineage.script.models.sql_engines import SqlEngine
from glueline_worker.lineage.word_sets import split_words

_MODULES = {
    "psycopg2": "postgresql",
    "psycopg": "postgresql",
    "pg8000": "postgresql",
    "pg": "postgresql",
    "pgdb": "postgresql",
    "asyncpg": "postgresql",
    "adbc_driver_postgresql": "postgresql",
    "redshift_connector": "redshift",
    "pymysql": "mysql",
    "MySQLdb": "mysql",
    "mysql": "mysql",
    "mariadb": "mariadb",
    "pyodbc": "sqlserver",
    "pymssql": "sqlserver",
    "cx_Oracle": "oracle",
    "oracledb": "oracle",
    "snowflake": "snowflake",
    "adbc_driver_snowflake": "snowflake",
    "vertica_python": "vertica",
    "hdbcli": "hana",
    "ibm_db_dbi": "db2",
    "clickhouse_driver": "clickhouse",
    "clickhouse_connect": "clickhouse",
    "trino": "trino",
    "pyhive": "hive",
    "pyathena": "athena",
    "teradatasql": "teradata",
}
"""Python's database modules and the engines that they speak to."""
_REDSHIFT_PORT = "5439"
_ALL_BY_POSITION = 4
"""``connect(host, user, password, database)``."""
_EXECUTIONS = split_words(
    "execute executemany exec_driver_sql run mogrify copy_expert executeUpdate executeQuery "
    "prepareStatement prepareCall execute_string"
)
_SQL = re.compile(
    r"\s*(?:select|with|insert|merge|update|delete|create|copy|unload)\b", re.IGNORECASE
)
_REDSHIFT = re.compile(r"\b(?:iam_role|unload|diststyle|distkey)\b", re.IGNORECASE)
_DIALECTS = {"postgresql": "postgres", "sqlserver": "tsql", "mariadb": "mysql"}
_PAIR = re.compile(r"(\w[\w ]{0,60}?)\s{0,8}=\s*'?\{?([^;'\s}]+(?:\}[^;'\s]*)?)")
_HOST = ("host", "server", "account", "dsn")
_PORT = ("port",)
_DATABASE = ("dbname", "database", "db", "sid", "service_name")


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
        if call.name in _EXECUTIONS or call.name == "query":
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


def _connect(call: Call) -> Value:
    """Call ``module.connect(…)`` of one of Python's database modules."""
    if call.name not in {"connect", "connection", "Connection", "DB"}:
        return MISSING
    module = next((part for part in call.parts if part in _MODULES), None)
    if module is None:
        return MISSING
    engine = _MODULES[module]
    if engine == "athena":
        return DatabaseConnection(engine, database=call.text(None, "schema_name"))
    options = {key.lower(): as_text(value) for key, value in call.kwargs.items()}
    text = call.args[0] if call.args else None
    if isinstance(text, str) and "=" in text:
        options |= _parse_pairs(text)
    elif isinstance(text, str) and "://" in text:
        return DatabaseConnection(engine, text)
    elif text is not None:
        options.setdefault("host", as_text(text))
    if len(call.args) == _ALL_BY_POSITION and not _get_first(options, _DATABASE):
        options["database"] = as_text(call.args[-1])
    return _connect_by_options(engine, options)


def _parse_pairs(text: str) -> dict[str, str]:
    """Parse ``host=… dbname=…``."""
    return {key.lower(): value for key, value in _PAIR.findall(text)}


def _connect_by_options(engine: str, options: Mapping[str, str]) -> DatabaseConnection:
    host, port, database = (_get_first(options, keys) for keys in (_HOST, _PORT, _DATABASE))
    return open_connection(engine, host, port, database, options.get("schema"))


def connect_by_text(engine: str, text: str) -> DatabaseConnection:
    """Connect by a URL or by ``host=… dbname=…``."""
    if "://" in text:
        return DatabaseConnection(engine, f"jdbc:{engine}:{text[text.index('//') :]}")
    return _connect_by_options(engine, _parse_pairs(text))


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


def _create_engine(call: Call) -> Value:
    """Call SQLAlchemy's ``create_engine(url)``."""
    return as_connection(call.text(0, "url") or "")


def as_connection(value: Value) -> DatabaseConnection:
    """Return the connection that a value is, or that it describes as SQLAlchemy's URLs do."""
    if isinstance(value, DatabaseConnection):
        return value
    scheme, separator, rest = value.partition("://") if isinstance(value, str) else ("", "", "")
    if not separator:
        return UNKNOWN_DATABASE
    engine = scheme.partition("+")[0]
    return DatabaseConnection(engine, f"jdbc:{engine}://{rest}")


def _create_url(call: Call) -> Value:
    """Call SQLAlchemy's ``URL.create(drivername=…, host=…)``."""
    get = call.text
    port = get(4, "port")
    place = f"{get(3, 'host') or '{unknown}'}{f':{port}' if port else ''}"
    return f"{get(0, 'drivername') or ''}://{place}/{get(5, 'database') or ''}"


def _connect_driver(call: Call) -> Value:
    """Call Java's ``DriverManager.getConnection(url, …)``."""
    return DatabaseConnection(url=call.text(0, "url"))


def _run_by_options(call: Call) -> Value:
    """Call the Snowflake connector's ``Utils.runQuery(options, query)``."""
    options = call.mapping(0)

    def name(parts: tuple[str, ...]) -> Dataset:
        table = {**options, "dbtable": ".".join(parts)}
        found = datasets.find_by_options(call.state, "snowflake", table)
        return found[0] if found else name_table(call.state, DatabaseConnection(), parts)

    return sql_engines.run_sql(
        call.state, call.text(1, "query") or "", SqlEngine(name, "snowflake")
    )


def _run_batch(call: Call) -> Value:
    """Call psycopg2's ``execute_values(cursor, sql, rows)`` or ``execute_batch``."""
    return run_query(call.state, call.arg(1, "sql"), call.arg(0, "cur"), call.arg(2, "argslist"))


def _write_pandas(call: Call) -> Value:
    """Call the Snowflake connector's ``write_pandas(connection, frame, table)``."""
    connection = call.arg(0, "conn")
    if not isinstance(connection, DatabaseConnection):
        return UNKNOWN
    args = [call.arg(1, "df"), call.arg(2, "table_name")]
    return connection.call(Call(call.reading, connection, "write_dataframe", args))


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
        for option in sql_engines.list_queries(state, sql)
    ]
    return state.unite_frames(found) or state.transform((), label="sql")


def _run_on_any_connection(call: Call) -> Value:
    """Run SQL over a connection that another module made: its tables, and the files it names."""
    if call.name not in _EXECUTIONS or not call.args or not isinstance(call.args[0], str):
        return MISSING
    sql = call.args[0]
    if not _SQL.match(sql):
        return UNKNOWN
    path = ".".join(call.parts).lower()
    known = {**_MODULES, **{engine: engine for engine in _MODULES.values()}}
    engine = next((engine for word, engine in known.items() if word.lower() in path), None)
    if engine is None and _REDSHIFT.search(sql):
        engine = "redshift"
    return run_query(call.state, sql, DatabaseConnection(engine, "{unknown}"), call.args[1:])


DBAPI = Library(
    functions={
        "create_engine": _create_engine,
        "URL.create": _create_url,
        "getConnection": _connect_driver,
        "jaydebeapi.connect": lambda call: DatabaseConnection(url=call.text(1, "url")),
        "Utils.runQuery": _run_by_options,
        "execute_values": _run_batch,
        "execute_batch": _run_batch,
        "write_pandas": _write_pandas,
    },
    rules=(_connect, _run_on_any_connection),
)
