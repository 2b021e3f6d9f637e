"""One operation on the ledger, as a value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Command(Generic[T]):
    """A script to run, and the function that reads its answer."""

    script: str
    keys: tuple[str, ...]
    args: tuple[str | int, ...]
    read: Callable[[Any], T]


class CommandExecutor(Protocol):
    """Carries out commands: a ``Ledger`` on Redis, or one in memory for tests."""

    def __call__(self, command: Command[T], /) -> T:
        """Carry out ``command``; raises LedgerUnavailable when the ledger cannot be asked."""

    def run_all(self, commands: Sequence[Command[T]], /) -> list[T]:
        """Carry out commands in their order, many in one round trip; raises LedgerUnavailable.

        When it raises, some of the commands may have been carried out.
        """
