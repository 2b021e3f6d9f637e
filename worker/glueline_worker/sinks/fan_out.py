"""The records of one attempt at a unit on their way to all sinks at once."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Any, TypeGuard, TypeVar

from glueline_worker.sinks.base import (
    Held,
    Part,
    Receipt,
    RememberingWriter,
    Run,
    Sink,
    UnitWriter,
)

T = TypeVar("T")
SEE = "see"
"""In place of a receipt: the name under which it stands."""


def receipt_of(sink: Sink, receipts: Mapping[str, Receipt]) -> Receipt | None:
    """The receipt of a sink among those of a unit; an older version's stand under names alone."""
    found = receipts.get(sink.identity)
    if found is not None and SEE in found:
        return receipts.get(found[SEE])
    if found is None and not any(SEE in receipt for receipt in receipts.values()):
        return receipts.get(sink.name)
    return found


class Writing:
    """Opens a writer in each sink with the first batch; a unit without records opens none."""

    def __init__(self, sinks: Sequence[Sink], run: Run, unit_id: str) -> None:
        """Write what ``unit_id`` of ``run`` yields to ``sinks``."""
        self._sinks = sinks
        self._run = run
        self._unit_id = unit_id
        self._writers: list[UnitWriter] = []
        self._known: list[dict[str, Held]] = []
        self._beginning = asyncio.Lock()

    async def remembers(self) -> bool:
        """Whether all sinks know what they hold, and the run is to go by it."""
        await self._begin()
        return not self._run.request.options.full and all(map(_remembers, self._writers))

    async def held(self, kind: str, keys: Sequence[str]) -> dict[str, Held]:
        """What all sinks hold of ``keys`` under one fingerprint; nothing when the run is full."""
        if self._run.request.options.full or not keys:
            return {}
        await self._begin()
        for writer, known in zip(self._writers, self._known, strict=True):
            if _remembers(writer):
                known.update(await writer.held(kind, keys))
        first, *others = self._known
        return {
            key: first[key]
            for key in keys
            if key in first and all(_agree(first[key], other.get(key)) for other in others)
        }

    async def keep(self, kind: str, prints: Mapping[str, str]) -> None:
        """Let all sinks keep what all of them hold."""
        if prints:
            await _all(w.keep(kind, prints) for w in self._writers if _remembers(w))
            for known in self._known:
                _forget(known, prints)

    async def write_parts(self, kind: str, parts: Sequence[Part]) -> None:
        """Hand parts to every sink that does not hold them as they are.

        Raises what the first failing sink raises.
        """
        await self._begin()
        pairs = zip(self._writers, self._known, strict=True)
        await _all(_hand(writer, known, kind, parts) for writer, known in pairs)

    async def complete(self) -> Mapping[str, Receipt] | None:
        """Make everything durable; the receipts, in which ``receipt_of`` finds a sink's."""
        if not self._writers:
            return None
        receipts = await _all(writer.complete() for writer in self._writers)
        found: dict[str, Receipt] = {}
        for sink, receipt in zip(self._sinks, receipts, strict=True):
            # An older worker that commits the run looks for the name, and takes what it does not
            # find for never written.
            found[sink.name] = receipt
            found.setdefault(sink.identity, {SEE: sink.name})
        return found

    async def discard(self) -> None:
        """Forget what was written but not completed."""
        for writer in self._writers:
            await writer.discard()
        self._writers, self._known = [], []

    async def _begin(self) -> None:
        async with self._beginning:
            if not self._writers:
                for sink in self._sinks:
                    self._writers.append(await sink.begin(self._run, self._unit_id))
                    self._known.append({})


async def _hand(
    writer: UnitWriter, known: dict[str, Held], kind: str, parts: Sequence[Part]
) -> None:
    if not _remembers(writer):
        await writer.write([record for part in parts for record in part.records])
        return
    old = {p.key: p.fingerprint for p in parts if p.fingerprint and _is_held(p, known)}
    _forget(known, [part.key for part in parts])
    if old:
        await writer.keep(kind, old)
    new = [part for part in parts if part.key not in old]
    if new:
        await writer.write_parts(new)


def _remembers(writer: UnitWriter) -> TypeGuard[RememberingWriter]:
    return isinstance(writer, RememberingWriter)


def _forget(known: dict[str, Held], keys: Iterable[str]) -> None:
    """A unit may have millions of partitions: what is dealt with is not kept in memory."""
    for key in keys:
        known.pop(key, None)


def _is_held(part: Part, known: Mapping[str, Held]) -> bool:
    return part.key in known and known[part.key].fingerprint == part.fingerprint


def _agree(one: Held, other: Held | None) -> bool:
    return other is not None and one.fingerprint == other.fingerprint


async def _all(steps: Iterable[Awaitable[T]]) -> list[Any]:
    """Wait for all steps even when one fails, so that no write goes on behind our back."""
    outcomes = await asyncio.gather(*steps, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return outcomes
