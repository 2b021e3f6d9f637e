"""Read lists of columns from their JSON, each equal list and each equal column once.

Tables share most of their columns, and copies of a table all of them. A list of thirty columns
that is known costs 1 µs, and one of known columns 10 µs. The longest work is left for others: see
``find_column_list``.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import msgspec
import orjson
from msgspec import Raw

from glueline.contract.records import Column
from glueline_worker.catalog.columns import ReadColumn, is_understood_column, share_column
from glueline_worker.catalog.shared_values import SharedValues

_MOST_LIST_BYTES = 4_000_000
_MOST_COLUMN_BYTES = 8_000_000
_LIST_BYTES = 800
_COLUMN_BYTES = 300
"""A list and a column without their texts; `columns` itself counts what columns hold."""
_PLACEHOLDERS = frozenset({"", "col", "dummy"})
"""The names of columns where the true ones are elsewhere, or have no name."""


class _StatedColumn(msgspec.Struct, rename="pascal", forbid_unknown_fields=True, gc=False):
    """A column without parameters, which could say that Iceberg has retired it."""

    name: str
    type: str
    comment: str | None = None


_LIST = msgspec.json.Decoder(list[Raw])
_COLUMN = msgspec.json.Decoder(_StatedColumn)


class _KnownColumn(NamedTuple):
    key: str
    """The name in lower case."""
    stated: bytes
    """Name and type in JSON, with a comma between them."""
    read: ReadColumn


class StatedColumns:
    """Columns with different names, all of them understood."""

    def __init__(self, known: Sequence[_KnownColumn]) -> None:
        """Hold columns."""
        keys = [each.key for each in known]
        stated = [each.stated for each in known]
        self._read = [each.read for each in known]
        self.keys = frozenset(keys)
        """The names in lower case."""
        self.stated = b",".join(stated)
        """Names and types in turn as JSON."""

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self._read)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns in their order."""
        return tuple([each.column for each in self._read])

    @cached_property
    def canonical(self) -> bytes:
        """What counts in the content hash of a table: a list in JSON."""
        return b"[%b]" % b",".join([each.canonical for each in self._read])


_lists = SharedValues[bytes, StatedColumns](_MOST_LIST_BYTES)
_columns = SharedValues[bytes, _KnownColumn](_MOST_COLUMN_BYTES)
_EMPTY = StatedColumns(())


def find_column_list(text: bytes) -> StatedColumns | None:
    """Return the columns of a list in JSON, which may be null.

    None where a closer look is needed: at columns of an odd form, without names, with the same
    name, or with types that are not understood, and at placeholders.
    """
    if text in (b"[]", b"null"):
        return _EMPTY
    known = _lists.get(text)
    if known is None:
        known = _read_list(text)
        if known is not None:
            _lists.keep(text, known, 4 * len(text) + _LIST_BYTES)
    return known


def _read_list(text: bytes) -> StatedColumns | None:
    try:
        known = [
            _columns.get(item) or _read_column(item) for item in map(bytes, _LIST.decode(text))
        ]
    except (ValueError, RecursionError):
        return None
    found = StatedColumns(known)
    is_plain = len(found.keys) == len(found) and found.keys.isdisjoint(_PLACEHOLDERS)
    return found if is_plain else None


def _read_column(text: bytes) -> _KnownColumn:
    """Return a column; raises ValueError."""
    stated = _COLUMN.decode(text)
    if not stated.name:  # it gets one by its position
        raise ValueError("the column has no name")
    read = share_column(stated.name, stated.type, stated.comment)
    if not is_understood_column(read.column):
        raise ValueError("the type is not understood")
    name_and_type = orjson.dumps((stated.name, stated.type))[1:-1]
    known = _KnownColumn(read.key, name_and_type, read)
    _columns.keep(text, known, 2 * len(text) + _COLUMN_BYTES)
    return known
