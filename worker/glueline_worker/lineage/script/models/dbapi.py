"""Connections to databases from plain Python: what their SQL reads and writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.naming import name_connection_table, name_jdbc_table
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import as_text, shown, texts
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    Frame,
    Tool,
    Value,
    options_of,
    words,
)
from glueline_worker.lineage.script.models import datasets, files, sql_engines
from glueline_worker.lineage.script.models.call import Call
from glueline_worker.lineage.script.models.sql_engines import Engine

ENGINES = {
    "psycopg2": "postgresql",
    "psycopg": "postgresql",
    "pg8000": "postgresql",
    "pg": "postgresql",
    "pgdb": "postgresql",
    "asyncpg": "postgresql",
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
    "pyathena": "athena",
    "teradatasql": "teradata",
}
"""Python's database modules and the engines that they speak to."""
_REDSHIFT_PORT = "5439"
_ALL_BY_POSITION = 4
"""``connect(host, user, password, database)``."""
EXECUTIONS = words(
    "execute executemany exec_driver_sql run mogrify copy_expert executeUpdate executeQuery "
    "prepareStatement prepareCall execute_string"
)
_SQL = re.compile(
    r"\s*(?:select|with|insert|merge|update|delete|create|copy|unload)\b", re.IGNORECASE
)
_REDSHIFT = re.compile(r"\b(?:iam_role|unload|diststyle|distkey)\b", re.IGNORECASE)
_DIALECTS = {"postgresql": "postgres", "sqlserver": "tsql", "mariadb": "mysql"}
_PAIR = re.compile(r"(\w[\w ]{0,60}?)\s{0,8}=\s*'?\{?([^;'\s}]+(?:\}[^;'\s]*)?)")
_HOST, _PORT, _DATABASE = (
    ("host", "server", "account", "dsn"),
    ("port",),
    (
        "dbname",
        "database",
        "db",
        "sid",
        "service_name",
    ),
)


def connect(call: Call, module: str) -> Value:
    """``module.connect(…)``: an open connection."""
    engine = ENGINES[module]
    if engine == "athena":
        return Tool("database", {"engine": engine, "database": call.text(None, "schema_name")})
    options = {key.lower(): as_text(value) for key, value in call.kwargs.items()}
    text = call.args[0] if call.args else None
    if isinstance(text, str) and "=" in text:
        options |= {key.lower(): value for key, value in _PAIR.findall(text)}
    elif isinstance(text, str) and "://" in text:
        return Tool("database", {"engine": engine, "url": text})
    elif text is not None:
        options.setdefault("host", as_text(text))
    host, port, database = (_first(options, keys) for keys in (_HOST, _PORT, _DATABASE))
    if not database and len(call.args) == _ALL_BY_POSITION:
        database = as_text(call.args[-1])
    return opened(engine, host, port, database, options.get("schema"))


def opened(
    engine: str, host: str | None, port: str | None, database: str | None, schema: Value = None
) -> Tool:
    """A connection to a server; what is None is known only at run time."""
    if engine == "postgresql" and port == _REDSHIFT_PORT:
        engine = "redshift"  # which PostgreSQL's modules speak to as well
    place = f"{host or '{unknown}'}{f':{port}' if port else ''}"
    return Tool(
        "database",
        {
            "engine": engine,
            "url": f"jdbc:{engine}://{place}/{database or ''}",
            "schema": schema,
            "database": database,
        },
    )


def _first(options: Mapping[str, str], keys: tuple[str, ...]) -> str | None:
    return next((options[key] for key in keys if key in options), None)


def engine_url(call: Call) -> Value:
    """SQLAlchemy's ``create_engine(url)``."""
    url = call.text(0, "url") or ""
    scheme, _, rest = url.partition("://")
    engine = scheme.partition("+")[0]
    return Tool("database", {"engine": engine, "url": f"jdbc:{engine}://{rest}"})


def url_of_parts(call: Call) -> Value:
    """SQLAlchemy's ``URL.create(drivername=…, host=…)``."""
    get = call.text
    port = get(4, "port")
    place = f"{get(3, 'host') or '{unknown}'}{f':{port}' if port else ''}"
    return f"{get(0, 'drivername') or ''}://{place}/{get(5, 'database') or ''}"


def driver_connection(call: Call) -> Value:
    """Java's ``DriverManager.getConnection(url, …)``."""
    return Tool("database", {"url": call.text(0, "url")})


def run_by_options(call: Call) -> Value:
    """The Snowflake connector's ``Utils.runQuery(options, query)``."""
    options = call.mapping(0)

    def name(parts: tuple[str, ...]) -> Dataset:
        table = {**options, "dbtable": ".".join(parts)}
        found = datasets.by_options(call.state, "snowflake", table)
        return found[0] if found else name_table(call.state, {}, parts)

    return sql_engines.run(call.state, call.text(1, "query") or "", Engine(name, "snowflake"))


def glue_connected(name: Value, engine: str) -> Tool:
    """Awswrangler's ``connect(connection)``: by the name of a Glue connection."""
    return Tool("database", {"engine": engine, "connection": texts(name)[0]})


def name_table(state: State, data: Mapping[Any, Value], parts: tuple[str, ...]) -> Dataset:
    """The dataset of a table behind a connection."""
    engine = data.get("engine")
    engine = engine if isinstance(engine, str) else None
    table = ".".join(f'"{part}"' if "." in part and "{" not in part else part for part in parts)
    schema = data.get("schema")
    schema = shown(schema) if isinstance(schema, str) else None
    connection = data.get("connection")
    if isinstance(connection, str):
        return name_connection_table(
            shown(connection), table, state.context, engine=engine, schema=schema
        )
    url = shown(as_text(data.get("url")))
    database = data.get("database")
    database = shown(database) if isinstance(database, str) else None
    if datasets.CONNECTION in url:
        name, named = datasets.connection_of(url)
        return name_connection_table(
            name, table, state.context, engine=engine, schema=schema, database=named or database
        )
    return name_jdbc_table(
        url, table, state.context, engine=engine, schema=schema, database=database
    )


def engine_of(state: State, tool: Value) -> Engine:
    """How the database behind a connection names its tables."""
    data = tool.data if isinstance(tool, Tool) else {"url": "{unknown}"}
    if data.get("engine") == "athena":
        database = data.get("database")
        return sql_engines.athena_engine(state, database if isinstance(database, str) else None)
    dialect = as_text(data.get("engine") or "postgresql")
    return Engine(lambda parts: name_table(state, data, parts), _DIALECTS.get(dialect, dialect))


def is_connection(value: Value) -> bool:
    """Whether ``value`` is a database connection, a cursor or the like."""
    return isinstance(value, Tool) and value.kind == "database"


def query(state: State, sql: Value, connection: Value, given: Value = None) -> Value:
    """Run SQL over a connection; the frame of its result."""
    found: list[Value] = []
    for option in options_of(sql):
        if isinstance(option, str):
            frame = sql_engines.run(state, option, engine_of(state, connection), given)
            found.append(frame)
    return state.one_frame(found) or state.transform((), label="sql")


def query_unknown(call: Call, parts: list[str]) -> Value:
    """SQL over a connection that another module made: its tables, and the files it names."""
    sql = call.args[0]
    if not _SQL.match(sql):
        return UNKNOWN
    path = ".".join(parts).lower()
    known = {**ENGINES, **{engine: engine for engine in ENGINES.values()}}
    engine = next((engine for word, engine in known.items() if word.lower() in path), None)
    if engine is None and _REDSHIFT.search(sql):
        engine = "redshift"
    return query(
        call.state, sql, Tool("database", {"engine": engine, "url": "{unknown}"}), call.args[1:]
    )


def call_connection(call: Call) -> Value:
    """A method of a connection or cursor."""
    tool: Tool = call.receiver
    if not call.values and call.name.startswith("execute"):
        return tool
    if call.name in EXECUTIONS or call.name == "query":
        rest = call.values[1:]
        result = query(
            call.state, call.arg(0, "query", "operation", "statement", "sql"), tool, rest
        )
        call.state.journal.touch(tool.data)
        tool.data["result"] = result
        for value in rest:  # COPY … TO STDOUT goes into a file
            if isinstance(value, Tool) and value.kind == "buffer":
                files.put(call.state, value, result)
        return tool
    if call.name in {"copy_from", "write_dataframe"}:
        found = name_table(call.state, tool.data, (call.text(1, "table") or "{unknown}",))
        call.state.write(call.arg(0, "file", "df"), [found], call.name)
        return None
    if call.name.startswith(("fetch", "as_pandas", "scalar", "all", "mappings", "first")):
        result = tool.data.get("result")
        kind = "row" if call.name in {"fetchone", "first"} else "rows"
        return Frame(result.node, kind) if isinstance(result, Frame) else UNKNOWN
    return None if call.name in {"close", "commit", "rollback"} else tool
