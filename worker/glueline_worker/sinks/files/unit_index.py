"""The index of a committed run: which lines of which object belong to a small unit.

``index/run=<id>/units.db`` is an SQLite file, so that a unit is found in one look-up and memory
stays small, however many units there are. It is written once, at the commit, and only read after.
"""

import sqlite3
import threading
import weakref
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson
from pydantic import TypeAdapter, ValidationError

from glueline_worker.sinks.files.stored import LineSpan, StoredLines, StoredObject, StoredPart

_SCHEMA = """
CREATE TABLE objects (
    id INTEGER PRIMARY KEY, path TEXT, kind TEXT,
    records INTEGER, bytes INTEGER, sha256 TEXT, modified_ns INTEGER);
CREATE TABLE units (id INTEGER PRIMARY KEY, unit TEXT, entry TEXT, parts BLOB);
CREATE TABLE lines (
    unit INTEGER, object INTEGER, first INTEGER, behind INTEGER, records INTEGER);
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
"""
_INDEXES = """
CREATE UNIQUE INDEX units_by_name ON units (unit);
CREATE INDEX lines_by_unit ON lines (unit);
"""
_COUNTED = """
SELECT path, kind, o.records, bytes, sha256, modified_ns, NULL, count(DISTINCT unit)
FROM objects o JOIN lines l ON l.object = o.id GROUP BY o.id ORDER BY kind, path
"""
_LINES = """
SELECT first, behind, l.records, path, kind, o.records, bytes, sha256, modified_ns
FROM lines l JOIN objects o ON l.object = o.id WHERE l.unit = ?
"""
_PARTS: TypeAdapter[dict[str, StoredPart]] = TypeAdapter(dict[str, StoredPart])
_FIELDS = ("path", "kind", "records", "bytes", "sha256", "modified_ns", "unit", "units")


class IndexedUnit(NamedTuple):
    """A small unit as the index holds it; ``entry`` is the place that its receipt named."""

    entry: str
    lines: dict[str, StoredLines]
    parts: bytes


class MovableLines(NamedTuple):
    """Lines of a unit in an object, which can be moved to another; see ``IndexWriter``."""

    row: int
    start: int
    end: int
    records: int


class IndexWriter:
    """Writes an index while the objects are made; close it as it is not done by itself."""

    def __init__(self, path: Path) -> None:
        """Create the file ``path``."""
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript(_SCHEMA)
        self._connection.execute("BEGIN")

    def add_unit(self, unit_id: str, entry: str, parts: bytes) -> int:
        """Add a unit and return its number."""
        row = (unit_id, entry, parts)
        return self._insert("INSERT INTO units (unit, entry, parts) VALUES (?, ?, ?)", row)

    def add_object(self, kind: str) -> int:
        """Add an object that is described later; return its number."""
        return self._insert("INSERT INTO objects (kind) VALUES (?)", (kind,))

    def describe_object(self, number: int, stored: StoredObject) -> None:
        """Say what the object is."""
        facts = (stored.path, stored.records, stored.bytes, stored.sha256, stored.modified_ns)
        self._connection.execute(
            "UPDATE objects SET path = ?, records = ?, bytes = ?, sha256 = ?, modified_ns = ? "
            "WHERE id = ?",
            (*facts, number),
        )

    def remove_object(self, number: int) -> None:
        """Forget an object without lines."""
        self._connection.execute("DELETE FROM objects WHERE id = ?", (number,))

    def add_lines(self, unit: int, number: int, start: int, end: int, records: int) -> None:
        """Say that lines of an object, given by its number, belong to a unit."""
        row = (unit, number, start, end, records)
        self._insert("INSERT INTO lines VALUES (?, ?, ?, ?, ?)", row)

    def list_lines(self, number: int) -> list[MovableLines]:
        """Return the lines of an object that belong to units, from its start on."""
        query = "SELECT rowid, first, behind, records FROM lines WHERE object = ? ORDER BY first"
        return [MovableLines(*row) for row in self._connection.execute(query, (number,))]

    def measure_lines(self, number: int) -> int:
        """Return how many addresses of an object belong to units."""
        query = "SELECT coalesce(sum(behind - first), 0) FROM lines WHERE object = ?"
        return int(self._connection.execute(query, (number,)).fetchone()[0])

    def move_lines(self, row: int, number: int, start: int, end: int) -> None:
        """Say that lines stand in another object now."""
        self._connection.execute(
            "UPDATE lines SET object = ?, first = ?, behind = ? WHERE rowid = ?",
            (number, start, end, row),
        )

    def list_objects(self) -> list[StoredObject]:
        """Return all objects that hold lines, with the number of their units."""
        rows = self._connection.execute(_COUNTED)
        return [StoredObject(**dict(zip(_FIELDS, row, strict=True))) for row in rows]

    def finish(self) -> None:
        """Write everything."""
        self._connection.execute("COMMIT")
        self._connection.executescript(_INDEXES)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _insert(self, statement: str, row: tuple[Any, ...]) -> int:
        return self._connection.execute(statement, row).lastrowid or 0


class IndexReader:
    """Reads the index of a committed run. Threads may share it."""

    def __init__(self, path: Path) -> None:
        """Open nothing yet."""
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def find(self, unit_id: str) -> IndexedUnit | None:
        """Return a unit; None when the index is missing, cannot be read or does not hold it."""
        with self._lock, suppress(sqlite3.Error, ValidationError):
            connection = self._connect()
            query = "SELECT id, entry, parts FROM units WHERE unit = ?"
            for number, entry, parts in connection.execute(query, (unit_id,)):
                lines = connection.execute(_LINES, (number,))
                return IndexedUnit(entry, dict(map(_read_lines, lines)), parts)
        return None

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            # Immutable: without locks, which not every network file system has.
            uri = f"file:{quote(str(self._path.absolute()))}?mode=ro&immutable=1"
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            weakref.finalize(self, self._connection.close)
        return self._connection


def encode_parts(parts: Mapping[str, StoredPart]) -> bytes:
    """Return parts as JSON on one line."""
    return orjson.dumps(dict(parts), default=_to_json_value)


def decode_parts(content: bytes) -> dict[str, StoredPart]:
    """Parse what ``encode_parts`` made; raises ValidationError."""
    return _PARTS.validate_json(content)


def _read_lines(row: tuple[Any, ...]) -> tuple[str, StoredLines]:
    start, end, records, *facts = row
    stored = StoredObject(**dict(zip(_FIELDS, facts, strict=False)))
    return stored.kind, StoredLines(stored, start, end, records)


def _to_json_value(value: Any) -> Any:
    assert isinstance(value, LineSpan)
    return tuple(value)
