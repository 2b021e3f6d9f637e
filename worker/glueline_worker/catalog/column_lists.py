"""Read lists of columns from their JSON, each equal list once.

Copies of a table share all of their columns. A list of thirty columns that is known costs 1 µs.
What only records need is found when it is asked for.
"""

from collections.abc import Sequence
from functools import cached_property

import msgspec
import orjson

from glueline.contract.records import Column
from glueline_worker.catalog.columns import ReadColumn, share_column
from glueline_worker.catalog.shared_values import SharedValues

_MOST_BYTES = 4_000_000
_LIST_BYTES = 800
"""A list without its texts; `columns` itself counts what columns hold."""
_PLACEHOLDERS = frozenset({"", "col", "dummy"})
"""The names of columns where the true ones are elsewhere, or have no name."""


class _StatedColumn(msgspec.Struct, rename="pascal", forbid_unknown_fields=True, gc=False):
    """A column without parameters, which could say that Iceberg has retired it."""

    name: str
    type: str
    comment: str | None = None


_LIST = msgspec.json.Decoder(list[_StatedColumn])


class StatedColumns:
    """Columns with different names."""

    def __init__(self, stated: Sequence[_StatedColumn]) -> None:
        """Hold columns as Glue states them."""
        self._stated = stated
        self.keys = frozenset([each.name.lower() for each in stated])
        """The names in lower case."""

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self._stated)

    @cached_property
    def names_and_types(self) -> bytes:
        """Names with their types as a list in JSON."""
        return orjson.dumps([(each.name, each.type) for each in self._stated])

    @cached_property
    def _read(self) -> list[ReadColumn]:
        return [share_column(each.name, each.type, each.comment) for each in self._stated]

    @cached_property
    def are_understood(self) -> bool:
        """True when all types are understood."""
        return all([each.is_understood for each in self._read])  # noqa: C419 - half the time

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns in their order."""
        return tuple([each.column for each in self._read])

    @cached_property
    def canonical(self) -> bytes:
        """What counts in the content hash of a table: a list in JSON."""
        return b"[%b]" % b",".join([each.canonical for each in self._read])


_lists = SharedValues[bytes, StatedColumns](_MOST_BYTES)
_EMPTY = StatedColumns(())


def find_column_list(text: bytes) -> StatedColumns | None:
    """Return the columns of a list in JSON, which may be null.

    None where a closer look is needed: at columns of an odd form, without names or with the same
    name, and at placeholders.
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
        found = StatedColumns(_LIST.decode(text))
    except (ValueError, RecursionError):
        return None
    is_plain = len(found.keys) == len(found) and found.keys.isdisjoint(_PLACEHOLDERS)
    return found if is_plain else None
