"""Values that many tables share, each made once."""

from typing import TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class SharedValues(dict[_Key, _Value]):
    """Values of known sizes; all are dropped when they take too many bytes.

    A look-up is that of a dict, because there are thirty for a table. Threads may share it.
    """

    def __init__(self, most_bytes: int) -> None:
        """Begin empty; keep at most ``most_bytes``."""
        super().__init__()
        self._most_bytes = most_bytes
        self.size = 0
        """Bytes that are kept now."""

    def keep(self, key: _Key, value: _Value, size: int) -> None:
        """Keep a value of ``size`` bytes."""
        if self.size + size > self._most_bytes:
            self.clear()
            self.size = 0
        self.size += size
        self[key] = value
