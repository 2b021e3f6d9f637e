"""deltalake: Delta tables without Spark."""

from __future__ import annotations

from dataclasses import dataclass

from glueline.contract.lineage import Dataset
from glueline_worker.lineage.script.domain.call import Call
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.state import State
from glueline_worker.lineage.script.domain.values import UNKNOWN, External, Value
from glueline_worker.lineage.script.models import datasets
from glueline_worker.lineage.script.models.library import Library
from glueline_worker.lineage.word_sets import split_words

_READS = split_words("to_pandas to_pyarrow_table to_pyarrow_dataset load_cdf scan")
_CHANGES = split_words("update delete")


@dataclass(eq=False)
class DeltaLakeTable(LibraryObject):
    """A ``DeltaTable``."""

    datasets: tuple[Dataset, ...]

    def call(self, call: Call) -> Value:
        """Call a method of the table."""
        if call.name in _READS:
            return call.state.read(self.datasets, "deltalake")
        if call.name == "merge":
            return DeltaLakeMerge(self.datasets, call.arg(0, "source"))
        if call.name in _CHANGES:
            call.state.write((), self.datasets, call.name)
        return UNKNOWN


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
        "deltalake.write_deltalake": _write_table,
        "deltalake.writer.write_deltalake": _write_table,
    }
)
