"""Names of tables: the columns they stand for, and those that are files."""

import re

from glueline_worker.lineage.model import Schemas
from glueline_worker.lineage.sql.model import TableName
from glueline_worker.lineage.sql.query.relation import Field, Relation
from glueline_worker.lineage.word_sets import split_words

TableSchemas = Schemas
"""Schemas, where a name without a database stands for itself: ``table``, ``table/column``."""

_SYSTEM_SCHEMAS = frozenset(
    {"information_schema", "performance_schema", "pg_catalog", "pg_internal", "sys", "syscat"}
)
_SYSTEM_TABLE = re.compile(
    r"(?:pg|svv|svl|stl|stv|sys)_\w+|dual|(?:all|dba|user)_tab\w+", re.IGNORECASE
)
_METADATA_SUFFIXES = split_words(
    "all_entries all_manifests entries files history manifests metadata_log_entries partitions "
    "properties refs snapshots timeline transaction_log"
)
_FILE_FORMATS = split_words("avro binaryfile csv delta hudi iceberg json orc parquet text xml")


def make_table_relation(name: TableName, schemas: TableSchemas) -> Relation:
    """Return the columns of a table, or the whole table where its schema is not known."""
    columns = schemas.get("/".join(name[-2:]).lower()) or schemas.get(name[-1].lower())
    if columns:
        return Relation([Field(column, ((name, column),)) for column in columns])
    return Relation(rest=(name,), exact=False)


def split_metadata_table(name: TableName) -> tuple[TableName, str]:
    """Return the table behind a metadata table and the kind of metadata ("" for a plain table).

    Athena and Trino write them as ``"t$partitions"``. No other engine has these names.
    """
    base, _, suffix = name[-1].rpartition("$") if name else ("", "", "")
    if not base or suffix.lower() not in _METADATA_SUFFIXES:
        return name, ""
    return (*name[:-1], base), suffix.lower()


def is_system_table(name: TableName) -> bool:
    """Tell whether a table is the engine's own (its tables, sessions, jobs): no data of a job."""
    if len(name) == 1:
        return _SYSTEM_TABLE.fullmatch(name[0]) is not None
    return any(part.lower() in _SYSTEM_SCHEMAS for part in name[:-1])


def find_file_path(name: TableName) -> str | None:
    """Return the path of ``parquet.`s3://…` `` and the like; None for a table's name."""
    path = name[-1]
    if "://" in path:
        return path
    by_format = len(name) == 2 and name[0].lower() in _FILE_FORMATS  # noqa: PLR2004
    return path if by_format and ("/" in path or path.startswith(("{", "$", ":"))) else None
