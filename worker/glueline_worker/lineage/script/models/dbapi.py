"""Python's database modules, SQLAlchemy, and Java's drivers."""

from __future__ import annotations

import re

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.template_text import as_text
from glueline_worker.lineage.script.domain.values import MISSING, UNKNOWN, Value
from glueline_worker.lineage.script.models import datasets, sql_engines
from glueline_worker.lineage.script.models.databases import (
    DATABASE_KEYS,
    EXECUTIONS,
    DatabaseConnection,
    as_connection,
    connect_by_options,
    name_table,
    parse_pairs,
    run_query,
)
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.sql_engines import SqlEngine

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
_ALL_BY_POSITION = 4
"""``connect(host, user, password, database)``."""
_SQL = re.compile(
    r"\s*(?:select|with|insert|merge|update|delete|create|copy|unload)\b", re.IGNORECASE
)
_REDSHIFT = re.compile(r"\b(?:iam_role|unload|diststyle|distkey)\b", re.IGNORECASE)


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
        options |= parse_pairs(text)
    elif isinstance(text, str) and "://" in text:
        return DatabaseConnection(engine, text)
    elif text is not None:
        options.setdefault("host", as_text(text))
    if len(call.args) == _ALL_BY_POSITION and options.keys().isdisjoint(DATABASE_KEYS):
        options["database"] = as_text(call.args[-1])
    return connect_by_options(engine, options)


def _create_engine(call: Call) -> Value:
    """Call SQLAlchemy's ``create_engine(url)``."""
    return as_connection(call.text(0, "url") or "")


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


def _run_on_any_connection(call: Call) -> Value:
    """Run SQL over a connection that another module made: its tables, and the files it names."""
    if call.name not in EXECUTIONS or not call.args or not isinstance(call.args[0], str):
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
