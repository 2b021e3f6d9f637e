"""Keep named items in a stable order: generated ones, which are not stored, and added ones.

Positions never shift. A deletion leaves a gap, so a page token stays valid while tables come
and go. A million generated tables cost no memory.
"""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

_T_co = TypeVar("_T_co", covariant=True)
_T = TypeVar("_T")


class ItemSource(Protocol[_T_co]):
    """A series of named items that are made on demand."""

    def __len__(self) -> int:
        """Return the number of items."""

    def name(self, index: int) -> str:
        """Return the name of an item."""

    def index(self, name: str) -> int | None:
        """Return the index of a name; None when the series has no such item."""

    def item(self, index: int) -> _T_co:
        """Make an item."""


class OrderedStore(Generic[_T]):
    """A generated series of items, with additions and removals."""

    def __init__(self, source: ItemSource[_T] | None = None) -> None:
        self._source = source
        self._generated = 0 if source is None else len(source)
        self._removed: set[int] = set()
        self._added: list[tuple[str, _T] | None] = []
        self._positions: dict[str, int] = {}

    @property
    def end(self) -> int:
        """The position after the last."""
        return self._generated + len(self._added)

    def __len__(self) -> int:
        """Return the number of items."""
        return self.end - len(self._removed) - sum(entry is None for entry in self._added)

    def name(self, position: int) -> str | None:
        """Return the name at a position; None for a gap."""
        if position >= self._generated:
            entry = self._added[position - self._generated]
            return entry[0] if entry else None
        if self._source is None or position in self._removed:
            return None
        return self._source.name(position)

    def at(self, position: int) -> _T | None:
        """Return the item at a position; None for a gap."""
        if position >= self._generated:
            entry = self._added[position - self._generated]
            return entry[1] if entry else None
        if self._source is None or position in self._removed:
            return None
        return self._source.item(position)

    def get(self, name: str) -> _T | None:
        """Return the item with this name; None without one."""
        position = self._position(name)
        return None if position is None else self.at(position)

    def add(self, name: str, item: _T) -> None:
        """Add an item, or replace the one with its name."""
        position = self._position(name)
        if position is not None and position >= self._generated:
            self._added[position - self._generated] = (name, item)
            return
        if position is not None:
            self._removed.add(position)
        self._positions[name] = self.end
        self._added.append((name, item))

    def remove(self, name: str) -> bool:
        """Remove an item; return False when there was none."""
        position = self._position(name)
        if position is None:
            return False
        if position >= self._generated:
            self._added[position - self._generated] = None
            del self._positions[name]
        else:
            self._removed.add(position)
        return True

    def __iter__(self) -> Iterator[_T]:
        """Yield all items in order."""
        for position in range(self.end):
            item = self.at(position)
            if item is not None:
                yield item

    def _position(self, name: str) -> int | None:
        added = self._positions.get(name)
        if added is not None or self._source is None:
            return added
        index = self._source.index(name)
        return None if index in self._removed else index
