"""Names of tables: the columns they stand for, and those that are files."""

import re

from glueline_worker.lineage.model import Schemas
from glueline_worker.lineage.sql.model import TableName
from glueline_worker.lineage.word_sets import split_words

TableSchemas = Schemas
"""Schemas, where a name without a database stands for itself: ``table``, ``table/column``."""

_SYSTEM_SCHEMAS = frozenset(
    {"information_schema", "performance_schema", "pg_catalog", "pg_internal", "sys", "syscat"}
)
_SYSTEM_TABLE = re.compile(
    r"(?:pg|svv|svl|stl|stv|sys)_\w+|dual|(?:all|dba|user)_tab\w+", re.IGNORECASE
)
_BRANCH = re.compile(r"(?:branch|tag)_\w|(?:at_timestamp|snapshot_id)_\d", re.IGNORECASE)
_METADATA_SUFFIXES = split_words(
    "all_entries all_manifests entries files history manifests metadata_log_entries partitions "
    "properties refs snapshots timeline transaction_log"
)
_COMMON_NAMES = frozenset({"entries", "files", "partitions", "properties"})
_CATALOGS = frozenset({"awsdatacatalog", "glue_catalog", "spark_catalog"})
_WITH_CATALOG = 3
_FILE_FORMATS = split_words("avro binaryfile csv delta hudi iceberg json orc parquet text xml")


def make_schema_keys(name: TableName) -> tuple[str, ...]:
    """Return the keys under which a table's columns may stand among the schemas.

    A name without a database is one of the default database. A branch or tag of an Iceberg table
    (``db.t.branch_x``) has the columns of its table.
    """
    if len(name) <= 1:
        return tuple(part.lower() for part in name)
    keys = ("/".join(name[-2:]).lower(),)
    if _BRANCH.match(name[-1]):
        return (*keys, "/".join(name[-3:-1]).lower())
    return keys


def find_columns(name: TableName, schemas: TableSchemas) -> tuple[str, ...]:
    """Return the columns of a table; none where its schema is not known."""
    for key in make_schema_keys(name):
        columns = schemas.get(key)
        if columns:
            return columns
    return ()


def split_metadata_table(name: TableName) -> tuple[TableName, str]:
    """Return the table behind a metadata table and the kind of metadata ("" for a plain table).

    Athena and Trino write them as ``"t$partitions"``. No other engine has these names.
    """
    base, _, suffix = name[-1].rpartition("$") if name else ("", "", "")
    if not base or suffix.lower() not in _METADATA_SUFFIXES:
        return name, ""
    return (*name[:-1], base), suffix.lower()


def is_metadata_part(name: TableName) -> bool:
    """Tell whether a name is that of an Iceberg metadata table: ``db.t.snapshots``.

    Of three parts, the first may also be a catalog, and the last one a table's own name.
    """
    last = name[-1].lower()
    if len(name) < _WITH_CATALOG or last not in _METADATA_SUFFIXES:
        return False
    if len(name) > _WITH_CATALOG:
        return True
    return name[0].lower() not in _CATALOGS and last not in _COMMON_NAMES


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
