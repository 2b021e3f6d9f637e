"""boto3's Glue client: tables and connections of the catalogue, properties of workflows."""

from __future__ import annotations

from dataclasses import dataclass

from glueline_worker.lineage.script.domain.alternatives import get_alternatives
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.path_parts import (
    CONNECTION_URL,
    TABLE_END,
    TABLE_LOCATION,
)
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import (
    as_text,
    has_placeholder,
    list_texts,
)
from glueline_worker.lineage.script.domain.values import MISSING, UNKNOWN, External, Value
from glueline_worker.lineage.script.models import datasets
from glueline_worker.lineage.script.models.library import Handler
from glueline_worker.lineage.script.models.located_tables import CATALOG_MARK

_LOCATIONS = ("Location", "location")
_WORKFLOW = "workflow_run_properties"
_CATALOGUE = (TABLE_LOCATION, CONNECTION_URL)
"""The beginnings of what the catalogue says: no places that a script declares."""


@dataclass(eq=False)
class CatalogTable(LibraryObject):
    """The answer of Glue's ``get_table``."""

    place: str

    def get_item(self, key: Value) -> Value:
        """Return the table's location, or the part of the answer that it stands in."""
        return f"{TABLE_LOCATION}{self.place}{TABLE_END}" if key in _LOCATIONS else self


@dataclass(eq=False)
class CatalogConnection(LibraryObject):
    """The answer of Glue's ``get_connection``."""

    name: str

    def get_item(self, key: Value) -> Value:
        """Return the connection's URL, or the part of the answer that it stands in."""
        name = as_text(key)
        if name in {"Connection", "ConnectionProperties"}:
            return self
        return f"{CONNECTION_URL}{self.name}" if name == "JDBC_CONNECTION_URL" else UNKNOWN


def get_workflow_item(state: State, value: External, key: Value) -> Value:
    """Return a property of the workflow's run."""
    del state
    if _WORKFLOW not in value.path or not isinstance(key, str) or has_placeholder(key):
        return MISSING
    is_whole = key in {"RunProperties", "Properties"}
    return value.part(key) if is_whole else External("property", f"workflow:{key}")


def _get_workflow(call: Call) -> Value:
    del call
    return External(_WORKFLOW)


def _get_table(call: Call) -> Value:
    database = list_texts(call.arg(None, "DatabaseName", default="unknown"))[0]
    table = list_texts(call.arg(None, "Name", default="unknown"))[0]
    catalog = call.arg(None, "CatalogId")
    owner = f"{CATALOG_MARK}{list_texts(catalog)[0]}" if catalog is not None else ""
    return CatalogTable(f"{database}/{table}{owner}")


def _get_connection(call: Call) -> Value:
    return CatalogConnection(list_texts(call.arg(None, "Name", default="unknown"))[0])


# Tables that are declared


def declare_table(
    state: State, database: Value, name: Value, place: Value, catalog: Value = None
) -> None:
    """Note that a table's data is in ``place``, as far as that is known."""
    tables = datasets.find_tables(state, database, name, catalog)
    for option in get_alternatives(place):
        if isinstance(option, str) and "://" in option and not option.startswith(_CATALOGUE):
            state.declare_tables(tables, datasets.find_locations(state, option))


def _declare(call: Call) -> Value:
    """Call ``create_table`` or ``update_table``: the table is where its location says."""
    catalog = call.arg(None, "CatalogId")
    for entry in get_alternatives(call.arg(None, "TableInput")):
        if isinstance(entry, dict) and "Name" in entry:
            place = _get_location(entry)
            declare_table(call.state, call.arg(None, "DatabaseName"), entry["Name"], place, catalog)
    return UNKNOWN


def _declare_partitions(call: Call) -> Value:
    """Call ``create_partition`` or a sibling: a part of the table is in that place."""
    one = call.arg(None, "PartitionInput")
    found = call.arg(None, "PartitionInputList", "Entries", default=[one])
    for entries in get_alternatives(found):
        for entry in entries if isinstance(entries, (list, tuple)) else ():
            for option in get_alternatives(entry):
                _declare_partition(call, option)
    return UNKNOWN


def _declare_partition(call: Call, entry: Value) -> None:
    if isinstance(entry, dict):
        inner = entry.get("PartitionInput")
        declare_table(
            call.state,
            call.arg(None, "DatabaseName"),
            call.arg(None, "TableName"),
            _get_location(inner if isinstance(inner, dict) else entry),
            call.arg(None, "CatalogId"),
        )


def _get_location(entry: dict[object, Value]) -> Value:
    storage = entry.get("StorageDescriptor")
    return storage.get("Location") if isinstance(storage, dict) else None


GLUE_METHODS: dict[tuple[str, str], Handler] = {
    ("glue", "get_workflow_run_properties"): _get_workflow,
    ("glue", "get_connection"): _get_connection,
    ("glue", "get_table"): _get_table,
    ("glue", "create_table"): _declare,
    ("glue", "update_table"): _declare,
    ("glue", "create_partition"): _declare_partitions,
    ("glue", "update_partition"): _declare_partitions,
    ("glue", "batch_create_partition"): _declare_partitions,
    ("glue", "batch_update_partition"): _declare_partitions,
}
"""Methods of the client."""
