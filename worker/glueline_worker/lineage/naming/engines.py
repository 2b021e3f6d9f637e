"""The databases that jobs reach through JDBC or a connector, with OpenLineage's names for them."""

from msgspec import Struct


class DatabaseEngine(Struct, frozen=True):
    """An engine: its namespace's ``scheme``, its default ``port``, and the prefixes of tables.

    ``levels`` is 3 for ``{database}.{schema}.{table}`` and 2 for ``{database}.{table}``;
    ``schema`` is the one a bare table name means; ``dialect`` is sqlglot's.
    """

    scheme: str
    port: int | None = None
    levels: int = 3
    schema: str | None = None
    dialect: str = ""


GENERIC_ENGINE = DatabaseEngine("jdbc")

_POSTGRES = DatabaseEngine("postgres", 5432, schema="public", dialect="postgres")
_MYSQL = DatabaseEngine("mysql", 3306, levels=2, dialect="mysql")
_SQLSERVER = DatabaseEngine("mssql", 1433, schema="dbo", dialect="tsql")
_REDSHIFT = DatabaseEngine("redshift", 5439, schema="public", dialect="redshift")
_HIVE = DatabaseEngine("hive", 10000, levels=2, dialect="hive")
_TRINO = DatabaseEngine("trino", 8080, dialect="trino")
_SAP_HANA = DatabaseEngine("hana", 30015, levels=2)
_MONGODB = DatabaseEngine("mongodb", 27017, levels=2)

DATABASE_ENGINES: dict[str, DatabaseEngine] = {
    "postgresql": _POSTGRES,
    "postgres": _POSTGRES,
    "mysql": _MYSQL,
    "aurora": _MYSQL,
    "mariadb": DatabaseEngine("mariadb", 3306, levels=2, dialect="mysql"),
    "singlestore": DatabaseEngine("singlestore", 3306, levels=2, dialect="singlestore"),
    "sqlserver": _SQLSERVER,
    "azuresql": _SQLSERVER,
    "mssql": _SQLSERVER,
    "oracle": DatabaseEngine("oracle", 1521, dialect="oracle"),
    "redshift": _REDSHIFT,
    "snowflake": DatabaseEngine("snowflake", dialect="snowflake"),
    "db2": DatabaseEngine("db2", 50000),
    "as400": DatabaseEngine("db2", 446),
    "teradata": DatabaseEngine("teradata", 1025, levels=2, dialect="teradata"),
    "vertica": DatabaseEngine("vertica", 5433, schema="public", dialect="postgres"),
    "sap": _SAP_HANA,
    "saphana": _SAP_HANA,
    "hana": _SAP_HANA,
    "hive2": _HIVE,
    "hive": _HIVE,
    "presto": DatabaseEngine("presto", 8080, dialect="presto"),
    "trino": _TRINO,
    "athena": DatabaseEngine("athena", dialect="trino"),
    "awsathena": DatabaseEngine("athena", dialect="trino"),
    "clickhouse": DatabaseEngine("clickhouse", 8123, levels=2, dialect="clickhouse"),
    "cassandra": DatabaseEngine("cassandra", 9042, levels=2),
    "databricks": DatabaseEngine("databricks", 443, dialect="databricks"),
    "mongodb": _MONGODB,
    "mongo": _MONGODB,
    "documentdb": _MONGODB,
}


def find_engine(text: str) -> DatabaseEngine | None:
    """Return the engine of a JDBC subprotocol, a connection type or a driver's class name."""
    word = text.strip().lower()
    if word in DATABASE_ENGINES:
        return DATABASE_ENGINES[word]
    return next((engine for name, engine in _BY_LENGTH if name in word), None)


# The longest name first: "mysql" must not win over "singlestore.mysql", nor "hive" over "hive2".
_BY_LENGTH = sorted(
    ((name, engine) for name, engine in DATABASE_ENGINES.items() if len(name) > len("hana")),
    key=lambda item: -len(item[0]),
)
