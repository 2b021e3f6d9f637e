"""One operation on the ledger, as a value."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Command(Generic[T]):
    """One script to run and the way to read what it answers."""

    script: str
    keys: tuple[str, ...]
    args: tuple[str | int, ...]
    read: Callable[[Any], T]
