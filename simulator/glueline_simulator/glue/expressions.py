"""The ``Expression`` of GetTables, which selects tables of a database by name.

AWS documents it in one sentence: a regular expression on names. An index of the names makes a
selection as cheap as its result, so that ranges of a large database can be tried.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any
from weakref import WeakKeyDictionary

from glueline_simulator.catalogue.ordered_store import OrderedStore
from glueline_simulator.errors import invalid_input_error

_LAST = "\U0010ffff"


class NameIndex:
    """The sorted names of the tables of one database at one time."""

    def __init__(self, tables: OrderedStore[bytes]) -> None:
        names = ((tables.name(position), position) for position in range(tables.end))
        self._entries = sorted((name.lower(), at, name) for name, at in names if name is not None)
        self.select = lru_cache(maxsize=1024)(self._select)

    def _select(self, pattern: re.Pattern[str]) -> Sequence[int]:
        """Return the positions of the names that match as a whole."""
        prefix = "".join(_literal_prefix(pattern.pattern))
        start = bisect_left(self._entries, (prefix,))
        stop = bisect_left(self._entries, (prefix + _LAST,))
        found = self._entries[start:stop]
        return sorted(position for _, position, name in found if pattern.fullmatch(name))


class NameIndexes:
    """An index for each database that was queried, made again after a change."""

    def __init__(self) -> None:
        self._indexes: WeakKeyDictionary[OrderedStore[bytes], tuple[tuple[int, int], NameIndex]]
        self._indexes = WeakKeyDictionary()

    def of(self, tables: OrderedStore[bytes]) -> NameIndex:
        """Return the index of these tables."""
        state = (tables.end, len(tables))
        entry = self._indexes.get(tables)
        if entry is None or entry[0] != state:
            entry = self._indexes[tables] = (state, NameIndex(tables))
        return entry[1]


def compile_expression(expression: str) -> re.Pattern[str]:
    """Compile an expression; raises InvalidInputException."""
    try:
        return re.compile(expression)
    except re.error:
        message = f"Invalid expression: {expression}"
        raise invalid_input_error(message) from None


def _literal_prefix(expression: str) -> Iterator[str]:
    """Yield the characters, in lower case, with which every match begins."""
    for kind, value in _parser.parse(expression):
        if (kind, value) == (_constants.AT, _constants.AT_BEGINNING):
            continue
        chars = {char.lower() for char in _list_characters(kind, value)}
        if len(chars) != 1:
            return
        yield chars.pop()


def _list_characters(kind: Any, value: Any) -> list[str]:
    """Return the characters that an element can match; empty unless it lists them."""
    if kind is _constants.LITERAL:
        return [chr(value)]
    if kind is _constants.IN and all(each is _constants.LITERAL for each, _ in value):
        return [chr(code) for _, code in value]
    return []
