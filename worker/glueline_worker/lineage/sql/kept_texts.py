"""What was made of the last texts, for those that are read twice."""

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

_Made = TypeVar("_Made")

MOST_KEPT = 40_000
"""Characters of all texts that are kept, some 8,000 tokens."""


class KeptTexts(Generic[_Made]):
    """The last texts: scripts and views are read twice, the second time with schemas."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], _Made] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, text: str, dialect: str) -> _Made | None:
        """Return what was made of a text; None if it is not here."""
        key = (text, dialect)
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, text: str, dialect: str, made: _Made) -> None:
        """Keep what was made of a text, and let the oldest ones go."""
        with self._lock:
            if (text, dialect) not in self._kept:
                self._size += len(text)
            self._kept[text, dialect] = made
            while self._size > MOST_KEPT:
                (old, _), _ = self._kept.popitem(last=False)
                self._size -= len(old)

    def clear(self) -> None:
        """Forget all texts."""
        with self._lock:
            self._kept.clear()
            self._size = 0
