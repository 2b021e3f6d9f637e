"""deltalake: Delta tables without Spark."""

from __future__ import annotations

from dataclasses import dataclass

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.values import UNKNOWN, External, Frame, Value
from glueline_worker.lineage.script.models import datasets
from glueline_worker.lineage.script.models.duckdb.connections import SqlContext
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.script.models.python import files
from glueline_worker.lineage.word_sets import split_words

_READS = split_words("to_pandas to_pyarrow_table to_pyarrow_dataset load_cdf scan")
_PATHS = split_words("file_uris files")
"""Methods that list the files of a table, which may be read without the library."""
_CHANGES = split_words("update delete restore")


@dataclass(eq=False)
class DeltaLakeTable(LibraryObject):
    """A ``DeltaTable``."""

    datasets: tuple[Dataset, ...]

    def call(self, call: Call) -> Value:
        """Call a method of the table."""
        if call.name in _READS:
            return self.read(call.state)
        if call.name in _PATHS:
            return files.mark_tentative(call.state, self.read(call.state))
        if call.name == "merge":
            return DeltaLakeMerge(self.datasets, call.arg(0, "source"))
        if call.name in _CHANGES:
            call.state.write((), self.datasets, call.name)
        return UNKNOWN

    def read(self, state: State) -> Frame:
        """Read the table."""
        return state.read(self.datasets, "deltalake")


@dataclass(eq=False)
class DeltaLakeQueries(LibraryObject):
    """A ``QueryBuilder``, which runs SQL over tables."""

    context: SqlContext

    def call(self, call: Call) -> Value:
        """Call a method of the builder."""
        table = call.arg(1, "delta_table")
        if call.name != "register" or not isinstance(table, DeltaLakeTable):
            return self.context.call(call)
        self.context.add_table(call.state, call.text(0, "table_name"), table.read(call.state))
        return self


@dataclass(eq=False)
class DeltaLakeMerge(LibraryObject):
    """A merge into a table, which ``execute`` carries out."""

    datasets: tuple[Dataset, ...]
    source: Value

    def call(self, call: Call) -> Value:
        """Call a method of the merge."""
        if call.name != "execute":
            return self
        call.state.write(self.source, self.datasets, "merge")
        return UNKNOWN


def find_delta_tables(state: State, target: Value) -> list[Dataset]:
    """Find the table that a path or a ``DeltaTable`` stands for."""
    if isinstance(target, DeltaLakeTable):
        return list(target.datasets)
    return datasets.find_locations(state, target)


def _open_table(call: Call) -> Value:
    """Call ``DeltaTable(uri)`` or ``DeltaTable.create(uri, schema)``, which holds no data yet."""
    return DeltaLakeTable(tuple(find_delta_tables(call.state, call.arg(0, "table_uri"))))


def _open_catalog_table(call: Call) -> Value:
    """Call ``DeltaTable.from_data_catalog(catalog, database, table)``."""
    catalog = call.arg(0, "data_catalog")
    if isinstance(catalog, External) and catalog.name == "UNITY":
        return UNKNOWN
    return DeltaLakeTable(
        tuple(
            datasets.find_tables(
                call.state,
                call.arg(1, "database_name"),
                call.arg(2, "table_name"),
                call.arg(3, "data_catalog_id"),
            )
        )
    )


def _convert(call: Call) -> Value:
    """Call ``convert_to_deltalake(uri)``, which makes a table of the files that are there."""
    call.state.write((), find_delta_tables(call.state, call.arg(0, "uri")), call.name)
    return None


def _write_table(call: Call) -> Value:
    """Call ``write_deltalake(table_or_uri, data)``."""
    found = find_delta_tables(call.state, call.arg(0, "table_or_uri"))
    call.state.write(call.arg(1, "data"), found, "write_deltalake")
    return None


DELTALAKE = Library(
    functions={
        "deltalake.DeltaTable": _open_table,
        "deltalake.table.DeltaTable": _open_table,
        "deltalake.DeltaTable.create": _open_table,
        "deltalake.DeltaTable.from_data_catalog": _open_catalog_table,
        "deltalake.convert_to_deltalake": _convert,
        "deltalake.QueryBuilder": lambda _: DeltaLakeQueries(SqlContext()),
        "deltalake.write_deltalake": _write_table,
        "deltalake.writer.write_deltalake": _write_table,
    }
)
