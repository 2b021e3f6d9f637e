"""Names in Spark SQL: ``table``, ``database.table`` and ``catalog.database.table``."""

from collections.abc import Mapping, Sequence

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import Surroundings
from glueline_worker.lineage.naming.aws import catalog_table
from glueline_worker.lineage.naming.databases import jdbc
from glueline_worker.lineage.naming.paths import location
from glueline_worker.lineage.naming.text import UNKNOWN, resolve_arguments

DEFAULT_DATABASE = "default"
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


def spark_table(
    parts: Sequence[str], around: Surroundings, catalogs: Mapping[str, str] | None = None
) -> Dataset:
    """The dataset that a table name of Spark SQL means.

    ``catalogs`` maps the name of a Spark catalog (``spark.sql.catalog.<name>``) to what its
    settings say: a Glue catalog id, the ARN of an S3 table bucket, a JDBC URL, or an empty text
    for the account's own catalogue; a warehouse path says no more than that.
    """
    names = [text for part in parts if (text := resolve_arguments(part, around).strip())]
    if not names:
        return catalog_table(DEFAULT_DATABASE, UNKNOWN, around)
    if "://" in names[-1]:  # delta.`s3://bucket/path`
        return location(names[-1], around)
    known = {name.lower(): setting for name, setting in (catalogs or {}).items()}
    if len(names) > _CATALOG_LEVELS or _is_metadata_of(names, known):
        names = names[:-1] if names[-1].lower() in _METADATA_TABLES else names
    catalog = ""
    if len(names) >= _CATALOG_LEVELS or (len(names) > 1 and names[0].lower() in known):
        catalog, *names = names
    setting = known.get(catalog.lower(), "")
    if setting.startswith("jdbc:"):
        return jdbc(setting, ".".join(names), around)
    database = ".".join(names[:-1]) or DEFAULT_DATABASE
    return catalog_table(database, names[-1], around, _catalog_id(setting) or _nested(catalog))


def _is_metadata_of(names: Sequence[str], known: Mapping[str, str]) -> bool:
    """Whether three parts are ``database.table.snapshots`` and no catalog comes first."""
    return (
        len(names) == _CATALOG_LEVELS
        and names[0].lower() not in known
        and names[-1].lower() in _METADATA_TABLES - {"files", "entries", "changes", "partitions"}
    )


def _catalog_id(setting: str) -> str | None:
    return setting if setting and "://" not in setting and not setting.startswith("/") else None


def _nested(catalog: str) -> str | None:
    """Athena and Spark write an unmounted table bucket as ``s3tablescatalog/bucket``."""
    return catalog if catalog.lower().startswith("s3tablescatalog/") else None
