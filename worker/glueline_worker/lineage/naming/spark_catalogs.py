"""Settings of Spark catalogs (``spark.sql.catalog.<name>.…``), which decide on table names.

Only a catalog that is Glue's own yields tables of the Data Catalog. Others, such as Nessie,
Polaris, Unity, a Hive metastore or a folder of Iceberg tables, have namespaces of their own.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from msgspec.structs import replace

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import LineageContext
from glueline_worker.lineage.naming.aws import name_catalog_table
from glueline_worker.lineage.naming.databases import name_jdbc_table, parse_url
from glueline_worker.lineage.naming.paths import name_location
from glueline_worker.lineage.naming.text import UNKNOWN_NAME, mask, resolve_arguments

CatalogSettings = Mapping[str, str]
"""Settings of one catalog without ``spark.sql.catalog.<name>.``; "" is its class."""

_PREFIX = "spark.sql.catalog."
SESSION_CATALOG = "spark_catalog"
DEFAULT_DATABASE = "default"
_PAIR = re.compile(r"(?<![\w.-])(spark\.[\w.\-]+)\s*=\s*(\S+)")
_METASTORE = re.compile(
    r"(?:spark\.)?(?:hadoop\.)?hive\.metastore\.(uris|glue\.catalogid)", re.IGNORECASE
)
_GLUE_IDS = ("glue.id", "glue.catalog-id", "glue.account-id", "glue.catalogid")
_GLUE_ID = re.compile(r"\d{12}(?::.+)?|arn:aws[\w-]*:(?:glue|s3tables):.+")
_GLUE_HOST = re.compile(
    r"(?:glue|s3tables)(?:-fips)?[.-]([a-z]{2,}(?:-[a-z]+)+-\d|\{[^{},]*\})\.\S+"
)
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://([^/?#,\s]+)", re.IGNORECASE)
_REMOTE_TYPES = frozenset({"rest", "nessie", "jdbc", "snowflake", "bigquery", "dynamodb"})
_SESSION_CLASSES = ("iceberg.spark.", "delta", "hudi", "hoodie", "glue", "paimon", "hive")
"""Parts of the classes that keep their tables in the metastore of the session."""


def split_setting(key: str) -> tuple[str, str] | None:
    """Return the catalog of a Spark setting, and the setting's name within it."""
    if match := _METASTORE.fullmatch(key):
        return SESSION_CATALOG, "uri" if match[1].lower() == "uris" else "glue.catalogid"
    if not key.startswith(_PREFIX):
        return None
    catalog, _, setting = key.removeprefix(_PREFIX).partition(".")
    return catalog, setting.lower()


def find_settings(text: str) -> list[tuple[str, str]]:
    """Return the settings in a ``--conf``, which holds several in one text."""
    return _PAIR.findall(text)


def read_catalogs(context: LineageContext) -> Mapping[str, CatalogSettings]:
    """Return the catalogs that the job's own ``--conf`` declares."""
    return _parse_catalogs(context.arguments.get("conf", ""))


@lru_cache(maxsize=64)
def _parse_catalogs(text: str) -> Mapping[str, CatalogSettings]:
    found: dict[str, dict[str, str]] = {}
    for key, value in find_settings(text):
        if known := split_setting(key):
            found.setdefault(known[0], {})[known[1]] = value
    return MappingProxyType(found)


def name_table_in_catalog(
    catalog: str, settings: CatalogSettings, parts: Sequence[str], context: LineageContext
) -> Dataset:
    """Return the dataset of a table, named by ``parts`` within a catalog of these settings."""
    values = {name: resolve_arguments(value, context).strip() for name, value in settings.items()}
    kind, implementation = values.get("type", "").lower(), values.get("catalog-impl", "")
    address, warehouse = values.get("uri") or values.get("url", ""), values.get("warehouse", "")
    glue = _find_glue_catalog(values, address, warehouse)
    if glue is not None:
        region = values.get("client.region") or _find_region(address) or context.region
        return _name_glue_table(parts, replace(context, region=region), glue)
    if address.startswith("jdbc:") and not _is_iceberg_jdbc(kind, implementation):
        return name_jdbc_table(address, ".".join(parts), context)
    if (kind == "hadoop" or implementation.endswith("HadoopCatalog")) and warehouse:
        return name_location("/".join([warehouse.rstrip("/"), *parts]), context)
    if address:
        return _name_remote_table(catalog, address, warehouse, values.get("", ""), parts)
    if kind in _REMOTE_TYPES or not _is_session_metastore(values.get("", ""), implementation):
        return Dataset(namespace=f"spark-catalog://{catalog}", name=".".join(parts))
    return _name_glue_table(parts, context, None)


def _name_glue_table(
    parts: Sequence[str], context: LineageContext, catalog_id: str | None
) -> Dataset:
    database = ".".join(parts[:-1]) or DEFAULT_DATABASE
    return name_catalog_table(database, parts[-1] if parts else UNKNOWN_NAME, context, catalog_id)


def _find_glue_catalog(values: CatalogSettings, address: str, warehouse: str) -> str | None:
    """Return the Glue catalogue of the settings ("" for the account's own), or None."""
    for name in _GLUE_IDS:
        if values.get(name):
            return values[name]
    implementation = values.get("catalog-impl", "")
    is_by_rest = _GLUE_HOST.match(address.partition("://")[2]) is not None
    is_signed = values.get("rest.signing-name", "").lower() in {"glue", "s3tables"}
    is_s3tables = implementation.endswith("S3TablesCatalog") or ":s3tables:" in warehouse
    if is_s3tables and _is_placeholder(warehouse or UNKNOWN_NAME):
        return f"s3tablescatalog/{warehouse or UNKNOWN_NAME}"  # the ARN is known at run time
    if is_by_rest or is_signed or is_s3tables:
        is_id = _GLUE_ID.fullmatch(warehouse) or warehouse.startswith("{")
        return warehouse if is_id else ""
    if values.get("type", "").lower() == "glue" or implementation.endswith("GlueCatalog"):
        return ""
    return None


def _is_placeholder(text: str) -> bool:
    return text.startswith("{") and text.find("}") == len(text) - 1


def _find_region(address: str) -> str | None:
    match = _GLUE_HOST.match(address.partition("://")[2])
    return match[1] if match else None


def _is_iceberg_jdbc(kind: str, implementation: str) -> bool:
    """Tell whether a database holds the catalog of Iceberg tables, not the tables themselves."""
    return kind == "jdbc" or implementation.endswith("JdbcCatalog")


def _name_remote_table(
    catalog: str, address: str, warehouse: str, class_name: str, parts: Sequence[str]
) -> Dataset:
    """Return a table of a catalog service; its address without users and paths is the namespace."""
    name = ".".join(parts)
    if address.startswith("jdbc:"):
        database = parse_url(address)
        namespace = f"iceberg+{database.namespace}"
        return Dataset(namespace=namespace, name=".".join(filter(None, [database.database, name])))
    masked, restore = mask(address)
    match = _ADDRESS.match(masked)
    if match is None:
        return Dataset(namespace=f"spark-catalog://{catalog}", name=name)
    scheme, host = match[1].lower(), restore(match[2].rpartition("@")[2]).lower()
    if scheme == "thrift":
        return Dataset(namespace=f"hive://{host}", name=name)
    if class_name.endswith("UCSingleCatalog"):  # Unity knows the catalog by Spark's name for it
        name = f"{catalog}.{name}"
    elif warehouse and not set(warehouse) & set("/:{"):  # a name, as Polaris has it
        name = f"{warehouse}.{name}"
    return Dataset(namespace=f"{scheme}://{host}", name=name)


def _is_session_metastore(class_name: str, implementation: str) -> bool:
    known = (class_name.lower(), implementation.lower())
    return all(not name or any(part in name for part in _SESSION_CLASSES) for name in known)
