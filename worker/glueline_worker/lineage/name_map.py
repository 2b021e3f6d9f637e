"""Mappings by names of columns that share most of themselves with those before them.

A step of a job changes some of a thousand columns. To copy all of them at each step would cost the
square of their number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isqrt
from typing import TypeVar, overload

V = TypeVar("V")
D = TypeVar("D")

_FEWEST = 32
"""Changes that are kept apart at least, before they become part of the whole."""


class NameMap(Mapping[str, V]):
    """An immutable mapping by names in lower case: a large part that is shared, and changes."""

    __slots__ = ("_base", "_changes", "cost", "has_fields")

    def __init__(self, names: Mapping[str, V] | None = None) -> None:
        self._base: Mapping[str, V] = {} if names is None else names
        self._changes: dict[str, V | None] = {}
        self.has_fields = any("." in name for name in self._base)
        """True if a name may have a dot, as fields of structs do."""
        self.cost = len(self._base)
        """The names that had to be copied to make this mapping."""

    def change(self, changes: Mapping[str, V | None]) -> NameMap[V]:
        """Return the mapping with other values for some names; those of None are taken out."""
        if not changes:
            return self
        made: NameMap[V] = NameMap.__new__(NameMap)
        made.has_fields = self.has_fields or any("." in name for name in changes)
        merged = {**self._changes, **changes}
        if len(merged) <= max(_FEWEST, isqrt(len(self._base))):
            made._base, made._changes, made.cost = self._base, merged, len(merged)
            return made
        whole: dict[str, V | None] = {**self._base, **merged}
        made._base = {name: value for name, value in whole.items() if value is not None}
        made._changes, made.cost = {}, len(whole)
        return made

    def __getitem__(self, name: str) -> V:
        """Return the value of a name."""
        found = self._changes[name] if name in self._changes else self._base.get(name)
        if found is None:
            raise KeyError(name)
        return found

    @overload
    def get(self, name: str, default: None = None, /) -> V | None: ...
    @overload
    def get(self, name: str, default: V | D, /) -> V | D: ...
    def get(self, name: str, default: V | D | None = None, /) -> V | D | None:
        """Return the value of a name, or ``default``."""
        found = self._changes[name] if name in self._changes else self._base.get(name)
        return default if found is None else found

    def __contains__(self, name: object) -> bool:
        """Tell whether the name has a value."""
        if name in self._changes:
            return self._changes[name] is not None
        return name in self._base

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        if not self._changes:
            yield from self._base
            return
        yield from (name for name in self._base if self._changes.get(name, True) is not None)
        for name, value in self._changes.items():
            if value is not None and name not in self._base:
                yield name

    def __len__(self) -> int:
        """Return the number of names."""
        added = sum(
            (value is not None) - (name in self._base) for name, value in self._changes.items()
        )
        return len(self._base) + added
