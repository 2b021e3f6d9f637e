"""Reads SQL: which tables and files a text reads and writes, and how the columns come about."""

from glueline_worker.lineage.sql.model import ColumnSource, SqlReading, SqlStatement, TableName
from glueline_worker.lineage.sql.reader import read_sql

__all__ = ["ColumnSource", "SqlReading", "SqlStatement", "TableName", "read_sql"]
