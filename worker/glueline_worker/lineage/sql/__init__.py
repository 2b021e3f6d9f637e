"""Read SQL: the tables and files that a text reads and writes, and the sources of columns."""

from glueline_worker.lineage.sql.expressions import SqlExpression, read_expressions
from glueline_worker.lineage.sql.model import (
    ColumnSource,
    IndirectSource,
    SqlReading,
    SqlStatement,
    TableName,
)
from glueline_worker.lineage.sql.reader import read_sql
from glueline_worker.lineage.sql.session import EMPTY_SESSION, SqlFunction, SqlSession

__all__ = [
    "EMPTY_SESSION",
    "ColumnSource",
    "IndirectSource",
    "SqlExpression",
    "SqlFunction",
    "SqlReading",
    "SqlSession",
    "SqlStatement",
    "TableName",
    "read_expressions",
    "read_sql",
]
