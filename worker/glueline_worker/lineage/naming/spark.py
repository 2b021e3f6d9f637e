"""Names in Spark SQL: ``table``, ``database.table`` and ``catalog.database.table``."""

import re
from collections.abc import Collection, Mapping, Sequence

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.naming.aws import name_catalog_table
from glueline_worker.lineage.naming.paths import name_location
from glueline_worker.lineage.naming.spark_catalogs import (
    DEFAULT_DATABASE,
    SESSION_CATALOG,
    CatalogSettings,
    name_table_in_catalog,
    read_catalogs,
)
from glueline_worker.lineage.naming.text import UNKNOWN_NAME, resolve_arguments

_CATALOG_LEVELS = 3
_METADATA_TABLES = frozenset(
    {
        "all_data_files",
        "all_delete_files",
        "all_entries",
        "all_files",
        "all_manifests",
        "changes",
        "entries",
        "files",
        "history",
        "manifests",
        "metadata_log_entries",
        "partitions",
        "position_deletes",
        "refs",
        "snapshots",
    }
)
_SELECTOR = re.compile(r"(?:branch|tag)_.+|(?:at_timestamp|snapshot_id)_\d+", re.IGNORECASE)
"""Parts that Iceberg takes behind a table's name: a branch, a tag or a moment."""
_DEFAULT_CATALOGS = frozenset({"glue_catalog", SESSION_CATALOG, "awsdatacatalog"})


def name_spark_sql_table(
    parts: Sequence[str],
    context: LineageContext,
    catalogs: Mapping[str, CatalogSettings] | None = None,
) -> Dataset:
    """Return the dataset of a table name in Spark SQL.

    ``catalogs`` maps the name of a Spark catalog to its settings; the default is those of the job's
    ``--conf``. An unknown catalog stands for the account's own catalogue.
    """
    names = _resolve(parts, context)
    if not names:
        return name_catalog_table(DEFAULT_DATABASE, UNKNOWN_NAME, context)
    if "://" in names[-1]:  # delta.`s3://bucket/path`
        return name_location(names[-1], context)
    declared = read_catalogs(context) if catalogs is None else catalogs
    known = {name.lower(): (name, settings) for name, settings in declared.items()}
    has_catalog = _has_catalog(names, known)
    if _has_selector(names, has_catalog=has_catalog):
        names = names[:-1]
    catalog = SESSION_CATALOG
    if has_catalog or len(names) >= _CATALOG_LEVELS:
        catalog, *names = names
    if catalog.lower() in known:
        name, settings = known[catalog.lower()]
        if settings.get("type") == "hive" and "uri" not in settings:  # the session's metastore
            settings = known.get(SESSION_CATALOG, (name, settings))[1]
        return name_table_in_catalog(name, settings, names, context)
    database = ".".join(names[:-1]) or DEFAULT_DATABASE
    return name_catalog_table(database, names[-1], context, _get_table_bucket(catalog))


def is_metadata_table(
    parts: Sequence[str],
    context: LineageContext,
    catalogs: Mapping[str, CatalogSettings] | None = None,
) -> bool:
    """Tell whether a name is that of Iceberg's metadata of a table, such as its snapshots."""
    if not parts or parts[-1].strip().lower() not in _METADATA_TABLES:
        return False
    names = _resolve(parts, context)
    declared = read_catalogs(context) if catalogs is None else catalogs
    known = {name.lower() for name in declared}
    return _has_selector(names, has_catalog=_has_catalog(names, known))


def _resolve(parts: Sequence[str], context: LineageContext) -> list[str]:
    return [text for part in parts if (text := resolve_arguments(part, context).strip())]


def _has_catalog(names: Sequence[str], known: Collection[str]) -> bool:
    return len(names) > 1 and (names[0].lower() in known or names[0].lower() in _DEFAULT_CATALOGS)


def _has_selector(names: Sequence[str], *, has_catalog: bool) -> bool:
    """Tell whether the last part names a metadata table or a branch of the table before it."""
    last, levels = names[-1].lower(), len(names) - has_catalog
    if levels < _CATALOG_LEVELS:
        return False
    if _SELECTOR.fullmatch(last):
        return True
    if len(names) > _CATALOG_LEVELS:
        return last in _METADATA_TABLES
    return last in _METADATA_TABLES - {"files", "entries", "changes", "partitions"}


def _get_table_bucket(catalog: str) -> str | None:
    """Return the catalog id of an unmounted table bucket, ``s3tablescatalog/bucket``."""
    return catalog if catalog.lower().startswith("s3tablescatalog/") else None
