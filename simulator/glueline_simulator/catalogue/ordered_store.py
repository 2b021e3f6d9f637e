"""Named things in a stable order: a generated part that is never stored, and what was added.

Positions never shift. A deletion leaves a gap, so a page token stays valid while tables come
and go, and a million generated tables cost no memory.
"""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


class Source(Protocol[T_co]):
    """A series of named things that are made on demand."""

    def __len__(self) -> int:
        """How many there are."""

    def name(self, index: int) -> str:
        """The name of one."""

    def index(self, name: str) -> int | None:
        """The index of a name, None when no such thing is in the series."""

    def item(self, index: int) -> T_co:
        """Make one."""


class Shelf(Generic[T]):
    """A generated series with things added to and removed from it."""

    def __init__(self, source: Source[T] | None = None) -> None:
        self._source = source
        self._generated = 0 if source is None else len(source)
        self._removed: set[int] = set()
        self._added: list[tuple[str, T] | None] = []
        self._positions: dict[str, int] = {}

    @property
    def end(self) -> int:
        """One past the last position."""
        return self._generated + len(self._added)

    @property
    def untouched(self) -> bool:
        """Whether every position up to `end` is generated and present."""
        return not self._removed and not self._added

    def __len__(self) -> int:
        """How many things are on the shelf."""
        return self.end - len(self._removed) - sum(entry is None for entry in self._added)

    def name(self, position: int) -> str | None:
        """The name at a position, None for a gap."""
        if position >= self._generated:
            entry = self._added[position - self._generated]
            return entry[0] if entry else None
        if self._source is None or position in self._removed:
            return None
        return self._source.name(position)

    def at(self, position: int) -> T | None:
        """The thing at a position, None for a gap."""
        if position >= self._generated:
            entry = self._added[position - self._generated]
            return entry[1] if entry else None
        if self._source is None or position in self._removed:
            return None
        return self._source.item(position)

    def get(self, name: str) -> T | None:
        """The thing of this name."""
        position = self._position(name)
        return None if position is None else self.at(position)

    def add(self, name: str, item: T) -> None:
        """Add a thing, or put it in the place of the one that has its name."""
        position = self._position(name)
        if position is not None and position >= self._generated:
            self._added[position - self._generated] = (name, item)
            return
        if position is not None:
            self._removed.add(position)
        self._positions[name] = self.end
        self._added.append((name, item))

    def remove(self, name: str) -> bool:
        """Take a thing away; False when there was none."""
        position = self._position(name)
        if position is None:
            return False
        if position >= self._generated:
            self._added[position - self._generated] = None
            del self._positions[name]
        else:
            self._removed.add(position)
        return True

    def __iter__(self) -> Iterator[T]:
        """Everything, in order."""
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
