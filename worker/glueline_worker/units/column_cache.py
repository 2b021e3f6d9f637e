"""The columns of tables that a worker process has read."""

from typing import NamedTuple

import orjson

from glueline_worker.lineage.schemas import TableSchema
from glueline_worker.units.bounded_cache import BoundedCache
from glueline_worker.units.table_schema import make_plain_schema

_MOST_BYTES = 24_000_000
"""Memory for columns in a worker process: about 18,000 tables of thirty columns."""
_ENTRY_BYTES = 300
"""An entry without its columns."""


class CachedColumns(NamedTuple):
    """The columns of a table; without an answer it is not known whether there is such a table."""

    schema: TableSchema
    is_answered: bool = True


class _Entry(NamedTuple):
    content: bytes
    """A schema, or a list of plain columns: names with types."""
    is_answered: bool


class ColumnCache:
    """The columns that a worker process has read, by run, source and table.

    They are kept as JSON, which takes a quarter of the memory of Python's texts.
    """

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        """Begin empty; keep at most ``most_bytes``."""
        self._entries = BoundedCache[tuple[str, str, str], _Entry](most_bytes)

    @property
    def size(self) -> int:
        """Bytes that are kept now."""
        return self._entries.size

    def __contains__(self, key: tuple[str, str, str]) -> bool:
        """Tell whether a run, source and table are known."""
        return key in self._entries

    def get(self, run_id: str, source: str, table: str) -> CachedColumns | None:
        """Return what is known of a table; None when it has not been read for the run."""
        entry = self._entries.get((run_id, source, table))
        if entry is None:
            return None
        content = orjson.loads(entry.content)
        schema = make_plain_schema(content) if isinstance(content, list) else content
        return CachedColumns(schema, entry.is_answered)

    def put(self, run_id: str, source: str, table: str, columns: CachedColumns) -> None:
        """Keep the columns of a table."""
        entry = _Entry(orjson.dumps(columns.schema), columns.is_answered)
        self._put((run_id, source, table), entry)

    def put_plain(self, run_id: str, source: str, table: str, names_and_types: bytes) -> None:
        """Keep plain columns, given as names with types in JSON.

        Their schema is made when it is asked for: few of a catalogue's tables are.
        """
        self._put((run_id, source, table), _Entry(names_and_types, is_answered=True))

    def _put(self, key: tuple[str, str, str], entry: _Entry) -> None:
        self._entries.put(key, entry, len(entry.content) + _ENTRY_BYTES)
