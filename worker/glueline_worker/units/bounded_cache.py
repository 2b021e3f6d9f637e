"""A cache of a worker process that is bounded in memory."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class BoundedCache(Generic[_Key, _Value]):
    """Values of known sizes; those that were used least lately are dropped first."""

    def __init__(self, most_bytes: int) -> None:
        """Begin empty; keep at most ``most_bytes``."""
        self._entries: OrderedDict[_Key, tuple[_Value, int]] = OrderedDict()
        self._most_bytes = most_bytes
        self.size = 0
        """Bytes that are kept now."""

    def __contains__(self, key: _Key) -> bool:
        """Tell whether there is a value."""
        return key in self._entries

    def get(self, key: _Key) -> _Value | None:
        """Return a value, None where there is none. Other threads may call it."""
        try:
            self._entries.move_to_end(key)
            return self._entries[key][0]
        except KeyError:
            return None

    def put(self, key: _Key, value: _Value, size: int) -> None:
        """Keep a value of ``size`` bytes in place of an earlier one."""
        if key in self._entries:
            self.size -= self._entries.pop(key)[1]
        self._entries[key] = value, size
        self.size += size
        while self.size > self._most_bytes:
            self.size -= self._entries.popitem(last=False)[1][1]
