"""The databases that jobs reach through JDBC or a connector, and how OpenLineage names them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Engine:
    """``scheme`` of the namespace, default ``port``, and what stands before a table's name.

    ``levels`` is 3 for ``{database}.{schema}.{table}`` and 2 for ``{database}.{table}``;
    ``schema`` is the one a bare table name means; ``dialect`` is sqlglot's.
    """

    scheme: str
    port: int | None = None
    levels: int = 3
    schema: str | None = None
    dialect: str = ""


GENERIC = Engine("jdbc")

_POSTGRES = Engine("postgres", 5432, schema="public", dialect="postgres")
_MYSQL = Engine("mysql", 3306, levels=2, dialect="mysql")
_SQLSERVER = Engine("mssql", 1433, schema="dbo", dialect="tsql")
_REDSHIFT = Engine("redshift", 5439, schema="public", dialect="redshift")
_HIVE = Engine("hive", 10000, levels=2, dialect="hive")
_TRINO = Engine("trino", 8080, dialect="trino")
_SAP_HANA = Engine("hana", 30015, levels=2)
_MONGODB = Engine("mongodb", 27017, levels=2)

ENGINES: dict[str, Engine] = {
    "postgresql": _POSTGRES,
    "postgres": _POSTGRES,
    "mysql": _MYSQL,
    "aurora": _MYSQL,
    "mariadb": Engine("mariadb", 3306, levels=2, dialect="mysql"),
    "singlestore": Engine("singlestore", 3306, levels=2, dialect="singlestore"),
    "sqlserver": _SQLSERVER,
    "azuresql": _SQLSERVER,
    "mssql": _SQLSERVER,
    "oracle": Engine("oracle", 1521, dialect="oracle"),
    "redshift": _REDSHIFT,
    "snowflake": Engine("snowflake", dialect="snowflake"),
    "db2": Engine("db2", 50000),
    "as400": Engine("db2", 446),
    "teradata": Engine("teradata", 1025, levels=2, dialect="teradata"),
    "vertica": Engine("vertica", 5433, schema="public", dialect="postgres"),
    "sap": _SAP_HANA,
    "saphana": _SAP_HANA,
    "hana": _SAP_HANA,
    "hive2": _HIVE,
    "hive": _HIVE,
    "presto": Engine("presto", 8080, dialect="presto"),
    "trino": _TRINO,
    "athena": Engine("athena", dialect="trino"),
    "awsathena": Engine("athena", dialect="trino"),
    "clickhouse": Engine("clickhouse", 8123, levels=2, dialect="clickhouse"),
    "cassandra": Engine("cassandra", 9042, levels=2),
    "databricks": Engine("databricks", 443, dialect="databricks"),
    "mongodb": _MONGODB,
    "mongo": _MONGODB,
    "documentdb": _MONGODB,
}


def engine_named(text: str) -> Engine | None:
    """The engine that a JDBC subprotocol, a connection type or a driver's class name means."""
    word = text.strip().lower()
    if word in ENGINES:
        return ENGINES[word]
    return next((engine for name, engine in _BY_LENGTH if name in word), None)


# The longest name first: "mysql" must not win over "singlestore.mysql", nor "hive" over "hive2".
_BY_LENGTH = sorted(
    ((name, engine) for name, engine in ENGINES.items() if len(name) > len("hana")),
    key=lambda item: -len(item[0]),
)
