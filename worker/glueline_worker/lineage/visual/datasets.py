"""What a source or target of Glue Studio's graph points at.

Nothing here knows the kinds one by one: they share their fields, so that a kind that AWS adds
is read by the fields it has.
"""

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.model import Role, Surroundings
from glueline_worker.lineage.naming import catalog_table, from_options, glue_connection, s3
from glueline_worker.lineage.visual.fields import Fields, fields, text, texts

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


def datasets_of(kind: str, node: Fields, role: Role, around: Surroundings) -> tuple[Dataset, ...]:
    """The datasets of one node, empty when none of its fields tells."""
    found = _catalog(node, around)
    path = text(fields(node.get("additionaloptions")).get("path"))
    if found and path and role == "write":
        found.append(s3(path, around))
    if not found:
        kind_or_type = text(node.get("connectiontype")) or kind
        form = f"{kind} {text(node.get('format'))}"
        found += from_options(kind_or_type, _options(node), around, format=form)
    if role == "write":
        found += _written_besides(node, around)
    return tuple(dict.fromkeys(found))


def _catalog(node: Fields, around: Surroundings) -> list[Dataset]:
    """The catalog table, unless a connection says that database and table are the store's own."""
    data = fields(node.get("data"))
    for owner, database, table in (
        (node, "database", "table"),
        (data, "catalogdatabase", "catalogtable"),
    ):
        names = text(owner.get(database)), text(owner.get(table))
        by_connection = text(node.get("connectionname")) or _access(data) == "connection"
        if all(names) and not by_connection:
            return [catalog_table(*names, around)]
    return []


def _access(data: Fields) -> str:
    return text(data.get("accesstype")).lower()


def _options(node: Fields) -> dict[str, object]:
    """All settings of a node in one mapping, those of its own fields first."""
    options: dict[str, object] = {}
    for source in (node, *(fields(node.get(name)) for name in _OPTION_FIELDS)):
        for key, value in source.items():
            setting = texts(value) if isinstance(value, list) else text(value)
            if setting:
                options.setdefault(_RENAMED.get(key, key), setting)
    asks_with_query = str(options.get("sourcetype", "")).lower() == "query"
    if asks_with_query and (options.get("samplequery") or options.get("query")):
        # The table beside a query is what was chosen before.
        for key in ("table", "dbtable"):
            options.pop(key, None)
    return options


def _written_besides(node: Fields, around: Surroundings) -> list[Dataset]:
    """The table that a target updates for its path, and the place behind a catalog table."""
    found = []
    policy = fields(node.get("schemachangepolicy"))
    database, table = text(policy.get("database")), text(policy.get("table"))
    if database and table and policy.get("enableupdatecatalog") is not False:
        found.append(catalog_table(database, table, around))
    upsert = fields(node.get("upsertredshiftoptions"))
    if where := text(upsert.get("tablelocation")):
        found.append(glue_connection(text(upsert.get("connectionname")), where, around))
    return found
