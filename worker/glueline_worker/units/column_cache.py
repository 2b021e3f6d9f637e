"""The columns of tables that a worker process has read."""

from collections import OrderedDict
from typing import NamedTuple

_MOST_CACHED = 5_000
"""Tables whose columns a worker process keeps."""

ColumnNames = tuple[str, ...]


class CachedColumns(NamedTuple):
    """The columns of a table; without an answer it is not known whether there is such a table."""

    columns: ColumnNames
    is_answered: bool = True


class ColumnCache:
    """The columns that a worker process has read, by run, source and table."""

    def __init__(self) -> None:
        """Begin empty."""
        self._columns: OrderedDict[tuple[str, str, str], CachedColumns] = OrderedDict()

    def get(self, run_id: str, source: str, table: str) -> CachedColumns | None:
        """Return what is known of a table; None when it has not been read for the run."""
        return self._columns.get((run_id, source, table))

    def put(self, run_id: str, source: str, table: str, columns: CachedColumns) -> None:
        """Keep the columns of a table, and drop the oldest ones when there are too many."""
        self._columns[run_id, source, table] = columns
        if len(self._columns) > _MOST_CACHED:
            self._columns.popitem(last=False)
