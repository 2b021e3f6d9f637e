"""The Redis servers of a producer: one, or several that share the sources.

A run lives on the shard of its source at the time when it was enqueued. Its id does not tell which:
a producer asks one shard after the other, and remembers the answer.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from glueline.ledger import Ledger, LedgerUnavailable
from glueline.ledger.changes import EventChanges
from glueline.ledger.command import Command, CommandExecutor
from glueline.ledger.keys import Keys
from glueline.queue import MessagePublisher, Publisher, make_redis_client
from glueline.settings.redis_shards import MAIN_SHARD
from glueline.settings.settings import Settings

T = TypeVar("T")
_MAX_REMEMBERED = 10_000
"""The most runs whose shard is remembered."""
# Not structlog: a command does not set it up, and then it would write to standard output.
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shard:
    """One Redis: its ledger and its queue."""

    name: str
    ledger: CommandExecutor
    publisher: MessagePublisher


class Shards:
    """All shards of the settings, each connected on first use. Safe to share between threads."""

    def __init__(
        self,
        settings: Settings,
        ledger: CommandExecutor | None = None,
        publisher: MessagePublisher | None = None,
    ) -> None:
        """Use ``ledger`` and ``publisher``, where given, instead of Redis: then as one shard."""
        is_whole = ledger is not None or publisher is not None
        self._settings = settings.without_shards() if is_whole else settings
        self._ledger, self._publisher = ledger, publisher
        self._connections = ExitStack()
        self._connect_once = lru_cache(maxsize=None)(self._connect)
        self._remembered: dict[str, str] = {}

    def __iter__(self) -> Iterator[Shard]:
        return map(self.get, (MAIN_SHARD, *self._settings.redis_shards))

    def get(self, name: str) -> Shard:
        """Return a shard by its name; raises UsageError when there is none."""
        return self._connect_once(name)

    def find(self, source: str) -> Shard:
        """Return the shard of a source; raises UsageError when several shards name it."""
        return self.get(self._settings.find_shard(source))

    def remember(self, run_id: str, shard: Shard) -> None:
        """Remember where a run is, so that other shards are not asked for it."""
        if len(self._remembered) >= _MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[run_id] = shard.name

    def ask_for_run(
        self, run_id: str, command: Command[T], is_known: Callable[[T], bool]
    ) -> tuple[Shard, T] | None:
        """Return the shard that knows a run, and its answer; None when no shard knows it.

        Raises LedgerUnavailable when none knows it and one could not be asked.
        """
        silent = None
        for shard in self._list_candidates(run_id):
            try:
                answer = shard.ledger(command)
            except LedgerUnavailable as error:
                silent = silent or error
                continue
            if is_known(answer):
                self.remember(run_id, shard)
                return shard, answer
        if silent is not None:
            raise silent
        return None

    def ask_all(
        self, ask: Callable[[Shard], list[T]], names: Iterable[str] | None = None
    ) -> tuple[list[T], LedgerUnavailable | None]:
        """Return what all shards, or those in ``names``, answer together.

        With it comes the error of one that does not answer. Raises LedgerUnavailable when none
        answers.
        """
        shards = list(self if names is None else map(self.get, names))
        found: list[T] = []
        errors: list[LedgerUnavailable] = []
        for shard in shards:
            try:
                found += ask(shard)
            except LedgerUnavailable as error:
                errors.append(error)
        if errors and len(errors) == len(shards):
            raise errors[0]
        for missing in errors:
            log.warning("%s; what it knows is missing here", missing)
        return found, errors[0] if errors else None

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()

    def _list_candidates(self, run_id: str) -> Iterator[Shard]:
        """Yield the shard that is known to have the run first; then only that one is connected."""
        first = self._remembered.get(run_id)
        if first is not None:
            yield self.get(first)
        yield from (shard for shard in self if shard.name != first)

    def _connect(self, name: str) -> Shard:
        if self._ledger is not None and self._publisher is not None:
            return Shard(name, self._ledger, self._publisher)
        settings = self._settings.for_shard(name)
        client = make_redis_client(settings)
        self._connections.callback(client.close)
        ledger: CommandExecutor = Ledger(client)
        if settings.redis_shards:
            ledger = _NamedLedger(name, ledger)
        publisher = self._publisher or Publisher(client, Keys(settings.key_prefix))
        return Shard(name, self._ledger or ledger, publisher)


@dataclass(frozen=True, slots=True)
class _NamedLedger:
    """A ledger whose errors name its shard."""

    name: str
    ledger: CommandExecutor

    def __call__(self, command: Command[T]) -> T:
        try:
            return self.ledger(command)
        except LedgerUnavailable as error:
            raise name_shard(self.name, error) from None

    def run_all(self, commands: Sequence[Command[T]]) -> list[T]:
        try:
            return self.ledger.run_all(commands)
        except LedgerUnavailable as error:
            raise name_shard(self.name, error) from None


def name_shard(name: str, error: LedgerUnavailable) -> LedgerUnavailable:
    """Return an error that names the shard whose Redis did not answer."""
    return LedgerUnavailable(f"Redis shard {name!r}: {error}")


def split_by_shard(
    settings: Settings, events: Sequence[EventChanges]
) -> dict[str, list[EventChanges]]:
    """Split the changes of events by the shards of their sources."""
    found: dict[str, list[EventChanges]] = {}
    for event in events:
        names = [settings.find_shard(change.source) for change in event.changes]
        for name in dict.fromkeys(names):
            own = [one for one, of in zip(event.changes, names, strict=True) if of == name]
            found.setdefault(name, []).append(EventChanges(event.event_id, own))
    return found
