"""Datasets of the sources and targets in Glue Studio's graph.

The kinds are not listed here: they share their fields, so that a kind that AWS adds is read by the
fields it has.
"""

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import LineageContext, Role
from glueline_worker.lineage.naming import (
    name_catalog_table,
    name_connection_table,
    name_s3_path,
    read_connection_options,
)
from glueline_worker.lineage.naming.queries import is_query
from glueline_worker.lineage.visual.fields import Fields, read_fields, read_text, read_text_list

_OPTION_FIELDS = (
    "additionaloptions",
    "additionalhudioptions",
    "additionaldeltaoptions",
    "additionalicebergoptions",
    "streamingoptions",
    "connectionoptions",
    "options",
    "data",
)
_RENAMED = {"connection": "connectionname", "connectiontable": "dbtable"}


def find_node_datasets(
    kind: str, node: Fields, role: Role, context: LineageContext
) -> tuple[Dataset, ...]:
    """Return the datasets of one node, empty when no field names one."""
    found = _find_catalog_table(node, context)
    path = read_text(read_fields(node.get("additionaloptions")).get("path"))
    if found and path and role == "write":
        found.append(name_s3_path(path, context))
    if not found:
        kind_or_type = read_text(node.get("connectiontype")) or kind
        form = f"{kind} {read_text(node.get('format'))}"
        found += read_connection_options(kind_or_type, _collect_options(node), context, format=form)
    if role == "write":
        found += _find_side_targets(node, context)
    return tuple(dict.fromkeys(found))


def has_query(node: Fields) -> bool:
    """Tell whether a node reads what a query yields, which need not be any table."""
    options = _collect_options(node)
    return any(is_query(str(options.get(key, ""))) for key in ("query", "samplequery", "dbtable"))


def _find_catalog_table(node: Fields, context: LineageContext) -> list[Dataset]:
    """Return the catalog table, unless database and table are those of a connection's store."""
    data = read_fields(node.get("data"))
    for owner, database, table in (
        (node, "database", "table"),
        (data, "catalogdatabase", "catalogtable"),
    ):
        names = read_text(owner.get(database)), read_text(owner.get(table))
        by_connection = (
            read_text(node.get("connectionname")) or _get_access_type(data) == "connection"
        )
        if all(names) and not by_connection:
            return [name_catalog_table(*names, context)]
    return []


def _get_access_type(data: Fields) -> str:
    return read_text(data.get("accesstype")).lower()


def _collect_options(node: Fields) -> dict[str, object]:
    """Return all settings of a node in one mapping, those of its own fields first."""
    options: dict[str, object] = {}
    for source in (node, *(read_fields(node.get(name)) for name in _OPTION_FIELDS)):
        for key, value in source.items():
            setting = read_text_list(value) if isinstance(value, list) else read_text(value)
            if setting:
                options.setdefault(_RENAMED.get(key, key), setting)
    is_by_query = str(options.get("sourcetype", "")).lower() == "query"
    if is_by_query and (options.get("samplequery") or options.get("query")):
        # The table beside a query is an earlier choice.
        for key in ("table", "dbtable"):
            options.pop(key, None)
    return options


def _find_side_targets(node: Fields, context: LineageContext) -> list[Dataset]:
    """Return the table that a target updates for its path, and the place behind a catalog table."""
    found = []
    policy = read_fields(node.get("schemachangepolicy"))
    database, table = read_text(policy.get("database")), read_text(policy.get("table"))
    if database and table and policy.get("enableupdatecatalog") is not False:
        found.append(name_catalog_table(database, table, context))
    upsert = read_fields(node.get("upsertredshiftoptions"))
    if location := read_text(upsert.get("tablelocation")):
        found.append(
            name_connection_table(read_text(upsert.get("connectionname")), location, context)
        )
    return found
