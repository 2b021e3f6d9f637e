"""pyiceberg: Iceberg tables without Spark."""

from __future__ import annotations

from dataclasses import dataclass, field

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.naming import name_location, split_name
from glueline_worker.lineage.naming.spark_catalogs import name_table_in_catalog
from glueline_worker.lineage.script.domain.alternatives import get_alternatives
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.template_text import as_text, list_texts, render
from glueline_worker.lineage.script.domain.values import UNKNOWN, Value
from glueline_worker.lineage.script.models import datasets
from glueline_worker.lineage.script.models.duckdb.connections import DuckDbConnection
from glueline_worker.lineage.script.models.library import Handler, Library
from glueline_worker.lineage.word_sets import split_words

_OPENS = split_words(
    "load_table create_table create_table_if_not_exists create_table_transaction register_table"
)
_READS = split_words(
    "to_arrow to_arrow_batch_reader to_pandas to_polars to_duckdb to_ray to_daft to_bodo"
)
_WRITES = split_words("append overwrite upsert dynamic_partition_overwrite")
_CLASSES = {
    "catalog.glue.GlueCatalog": "glue",
    "catalog.rest.RestCatalog": "rest",
    "catalog.sql.SqlCatalog": "sql",
    "catalog.hive.HiveCatalog": "hive",
    "catalog.dynamodb.DynamoDbCatalog": "dynamodb",
}
"""Classes that a script may use instead of ``load_catalog``, and the type of each."""
_LEVELS = 2
_METADATA = "/metadata/"
"""The folder of a table that holds its metadata files."""


@dataclass(eq=False)
class IcebergCatalog(LibraryObject):
    """A catalog, with the properties that say where it is."""

    name: str
    properties: dict[str, str] = field(default_factory=dict)

    def call(self, call: Call) -> Value:
        """Call a method of the catalog."""
        if call.name == "list_tables":
            return [(call.arg(0, "namespace"), UNKNOWN)]
        if call.name not in _OPENS:
            return UNKNOWN
        return IcebergTable(tuple(self._find(call.state, call.arg(0, "identifier"))))

    def _find(self, state: State, identifier: Value) -> list[Dataset]:
        return [
            name_table_in_catalog(self.name, self.properties, parts, state.context)
            for option in get_alternatives(identifier)
            for parts in _split_identifier(option, self.name)
        ]


def _split_identifier(identifier: Value, catalog: str) -> list[tuple[str, ...]]:
    """Split ``"database.table"`` or ``("database", "table")``, without the catalog's own name."""
    if isinstance(identifier, (tuple, list)):
        found = [tuple(render(as_text(part)) for part in identifier)]
    else:
        found = [tuple(split_name(render(text))) for text in list_texts(identifier)]
    return [parts[1:] if len(parts) > _LEVELS and parts[0] == catalog else parts for parts in found]


@dataclass(eq=False)
class IcebergTable(LibraryObject):
    """A table, a scan of one, or a transaction on one."""

    datasets: tuple[Dataset, ...]

    def call(self, call: Call) -> Value:
        """Call a method of the table, the scan or the transaction."""
        if call.name in _READS:
            frame = call.state.read(self.datasets, "pyiceberg")
            return _open_duckdb(call, frame) if call.name == "to_duckdb" else frame
        if call.name in _WRITES:
            call.state.write(call.arg(0, "df"), self.datasets, call.name)
            return UNKNOWN
        if call.name == "add_files":
            paths = datasets.find_locations(call.state, call.arg(0, "file_paths"))
            call.state.write(call.state.read(paths, call.name), self.datasets, call.name)
            return UNKNOWN
        if call.name == "delete":
            call.state.write((), self.datasets, call.name)
            return UNKNOWN
        return self


def _open_duckdb(call: Call, frame: Value) -> DuckDbConnection:
    """Call ``to_duckdb(table_name, connection)``: a connection that has the frame as a table."""
    given = call.arg(1, "connection")
    connection = given if isinstance(given, DuckDbConnection) else DuckDbConnection()
    connection.add_table(call.state, call.text(0, "table_name"), frame)
    return connection


def _load_catalog(call: Call) -> Value:
    """Call ``load_catalog(name, **properties)``."""
    return _make_catalog(call, {})


def _make_catalog(call: Call, properties: dict[str, str]) -> Value:
    for key, value in call.kwargs.items():
        name = "client.region" if key == "glue.region" else key
        properties[name] = render(as_text(value))
    name = properties.pop("name", "") or call.text(0) or "default"
    return IcebergCatalog(render(name), properties)


def _make_class(kind: str) -> Handler:
    return lambda call: _make_catalog(call, {"type": kind})


def _open_metadata(call: Call) -> Value:
    """Call ``StaticTable.from_metadata(metadata_location)``."""
    return IcebergTable(tuple(find_iceberg_tables(call.state, call.arg(0, "metadata_location"))))


def find_iceberg_tables(state: State, target: Value) -> list[Dataset]:
    """Find the table that a ``Table`` or the path of its metadata stands for."""
    if isinstance(target, IcebergTable):
        return list(target.datasets)
    return [
        name_location(render(path).partition(_METADATA)[0], state.context)
        for path in datasets.list_paths(target)
    ]


PYICEBERG = Library(
    functions={
        "pyiceberg.catalog.load_catalog": _load_catalog,
        "table.StaticTable.from_metadata": _open_metadata,
        **{path: _make_class(kind) for path, kind in _CLASSES.items()},
    }
)
