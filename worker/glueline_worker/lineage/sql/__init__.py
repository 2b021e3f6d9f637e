"""Reads SQL: the tables and files that a text reads and writes, and the sources of columns."""

from glueline_worker.lineage.sql.model import ColumnSource, SqlReading, SqlStatement, TableName
from glueline_worker.lineage.sql.reader import read_sql

__all__ = ["ColumnSource", "SqlReading", "SqlStatement", "TableName", "read_sql"]
