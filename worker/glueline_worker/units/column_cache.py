"""The columns of tables that a worker process has read."""

from collections import OrderedDict
from typing import NamedTuple

import orjson

from glueline_worker.lineage.schemas import TableSchema

_MOST_BYTES = 48_000_000
"""Memory for columns in a worker process: about 100,000 tables of thirty columns."""
_ENTRY_BYTES = 300
"""An entry without its columns."""


class CachedColumns(NamedTuple):
    """The columns of a table; without an answer it is not known whether there is such a table."""

    schema: TableSchema
    is_answered: bool = True


class _Entry(NamedTuple):
    schema: bytes
    is_answered: bool

    @property
    def size(self) -> int:
        return len(self.schema) + _ENTRY_BYTES


class ColumnCache:
    """The columns that a worker process has read, by run, source and table.

    They are kept as JSON, which takes a quarter of the memory of Python's texts.
    """

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        """Begin empty; keep at most ``most_bytes``."""
        self._entries: OrderedDict[tuple[str, str, str], _Entry] = OrderedDict()
        self._most_bytes = most_bytes
        self.size = 0
        """Bytes that are kept now."""

    def __contains__(self, key: tuple[str, str, str]) -> bool:
        """Tell whether a run, source and table are known."""
        return key in self._entries

    def get(self, run_id: str, source: str, table: str) -> CachedColumns | None:
        """Return what is known of a table; None when it has not been read for the run."""
        entry = self._entries.get((run_id, source, table))
        if entry is None:
            return None
        self._entries.move_to_end((run_id, source, table))
        return CachedColumns(orjson.loads(entry.schema), entry.is_answered)

    def put(self, run_id: str, source: str, table: str, columns: CachedColumns) -> None:
        """Keep the columns of a table, and drop those that were used least lately."""
        key = (run_id, source, table)
        entry = _Entry(orjson.dumps(columns.schema), columns.is_answered)
        if (old := self._entries.pop(key, None)) is not None:
            self.size -= old.size
        self._entries[key] = entry
        self.size += entry.size
        while self.size > self._most_bytes:
            self.size -= self._entries.popitem(last=False)[1].size
