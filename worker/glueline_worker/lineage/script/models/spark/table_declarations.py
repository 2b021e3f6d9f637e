"""Tables that a script declares by Spark's API, and the places of their data."""

from __future__ import annotations

from dataclasses import dataclass

from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.values import UNKNOWN, Value
from glueline_worker.lineage.script.models import datasets
from glueline_worker.lineage.script.models.library import Library


@dataclass(eq=False)
class TableBuilder(LibraryObject):
    """``DeltaTable.createIfNotExists(spark)`` with what was set of it."""

    table: Value = None
    place: Value = None

    def call(self, call: Call) -> Value:
        """Call a method of the builder."""
        if call.name == "tableName":
            return TableBuilder(call.arg(0, "identifier"), self.place)
        if call.name == "location":
            return TableBuilder(self.table, call.arg(0, "location"))
        if call.name == "execute" and self.table is not None and self.place is not None:
            _declare(call, self.table, self.place)
        return self if call.name != "execute" else UNKNOWN


def _declare(call: Call, table: Value, place: Value) -> None:
    """Note that whoever writes the table writes the place, and the other way round."""
    tables = datasets.find_spark_tables(call.state, table)
    places = datasets.find_locations(call.state, place)
    call.state.declare_tables(tables, places)
    call.state.declare_tables(places, tables)


def _create_table(call: Call) -> Value:
    """Call ``spark.catalog.createTable(name, path)``."""
    table, path = call.arg(0, "tableName"), call.arg(1, "path")
    if table is not None and path is not None:
        _declare(call, table, path)
    return UNKNOWN


TABLE_DECLARATIONS = Library(
    functions={
        **{
            f"DeltaTable.{name}": lambda call: TableBuilder()  # noqa: ARG005
            for name in ("create", "createIfNotExists", "createOrReplace", "replace")
        },
        "catalog.createTable": _create_table,
        "catalog.createExternalTable": _create_table,
    }
)
