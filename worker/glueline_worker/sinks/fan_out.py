"""Write the records of one attempt at a unit to all sinks at once."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeGuard, TypeVar

from glueline_worker.sinks.base import IncrementalWriter, Sink, UnitWriter
from glueline_worker.sinks.model import Part, Receipt, Run, StoredEntry

_T = TypeVar("_T")
_ALIAS = "see"
"""The key of a stand-in for a receipt; its value is the name under which the receipt stands."""


def find_receipt(sink: Sink, receipts: Mapping[str, Receipt]) -> Receipt | None:
    """Return the receipt of a sink among those of a unit.

    An older worker stored receipts under the names of sinks only.
    """
    found = receipts.get(sink.identity)
    if found is not None and _ALIAS in found:
        return receipts.get(found[_ALIAS])
    if found is None and not any(_ALIAS in receipt for receipt in receipts.values()):
        return receipts.get(sink.name)
    return found


class FanOutWriter:
    """Opens a writer in each sink with the first batch. A unit without records opens none."""

    def __init__(self, sinks: Sequence[Sink], run: Run, unit_id: str) -> None:
        """Write the records of ``unit_id`` in ``run`` to ``sinks``."""
        self._sinks = sinks
        self._run = run
        self._unit_id = unit_id
        self._writers: list[UnitWriter] = []
        self._stored: list[dict[str, StoredEntry]] = []
        self._begin_lock = asyncio.Lock()

    def shares_commit(self) -> bool:
        """Tell whether a sink stores the unit in one step with others that complete with it."""
        return any(writer.shares_commit() for writer in self._writers)

    async def is_incremental(self) -> bool:
        """Tell whether the run may skip unchanged parts, because all sinks know what they hold."""
        await self._begin()
        return not self._run.request.options.full and all(map(_is_incremental, self._writers))

    async def find_stored_entries(self, kind: str, keys: Sequence[str]) -> dict[str, StoredEntry]:
        """Return the entries among ``keys`` that all sinks hold under one fingerprint.

        A full run gets none.
        """
        if self._run.request.options.full or not keys:
            return {}
        await self._begin()
        for writer, stored in zip(self._writers, self._stored, strict=True):
            if _is_incremental(writer):
                stored.update(await writer.find_stored_entries(kind, keys))
        first, *others = self._stored
        return {
            key: first[key]
            for key in keys
            if key in first and all(_is_same(first[key], other.get(key)) for other in others)
        }

    async def mark_unchanged(self, kind: str, fingerprints: Mapping[str, str]) -> None:
        """Make parts that all sinks hold part of this run in each of them."""
        if fingerprints:
            await _wait_for_all(
                writer.mark_unchanged(kind, fingerprints)
                for writer in self._writers
                if _is_incremental(writer)
            )
            for stored in self._stored:
                _forget(stored, fingerprints)

    async def write_parts(self, kind: str, parts: Sequence[Part]) -> None:
        """Write parts to every sink that does not hold them as they are.

        Raises the error of the first sink that fails.
        """
        await self._begin()
        pairs = zip(self._writers, self._stored, strict=True)
        await _wait_for_all(_write_to(writer, stored, kind, parts) for writer, stored in pairs)

    async def complete(self) -> Mapping[str, Receipt] | None:
        """Make everything durable. Return the receipts that ``find_receipt`` searches."""
        if not self._writers:
            return None
        receipts = await _wait_for_all(writer.complete() for writer in self._writers)
        found: dict[str, Receipt] = {}
        for sink, receipt in zip(self._sinks, receipts, strict=True):
            # An older worker that commits the run looks for the name. It would take a receipt
            # that it does not find for one that was never written.
            found[sink.name] = receipt
            found.setdefault(sink.identity, {_ALIAS: sink.name})
        return found

    async def discard(self) -> None:
        """Drop what was written but not completed."""
        for writer in self._writers:
            await writer.discard()
        self._writers, self._stored = [], []

    async def _begin(self) -> None:
        async with self._begin_lock:
            if not self._writers:
                for sink in self._sinks:
                    self._writers.append(await sink.begin(self._run, self._unit_id))
                    self._stored.append({})


async def _write_to(
    writer: UnitWriter, stored: dict[str, StoredEntry], kind: str, parts: Sequence[Part]
) -> None:
    if not _is_incremental(writer):
        await writer.write([record for part in parts for record in part.records])
        return
    unchanged = {p.key: p.fingerprint for p in parts if p.fingerprint and _is_stored(p, stored)}
    _forget(stored, [part.key for part in parts])
    if unchanged:
        await writer.mark_unchanged(kind, unchanged)
    new = [part for part in parts if part.key not in unchanged]
    if new:
        await writer.write_parts(new)


def _is_incremental(writer: UnitWriter) -> TypeGuard[IncrementalWriter]:
    return _is_incremental_type(type(writer))


@cache
def _is_incremental_type(writer_type: type) -> bool:
    # The check of a protocol costs as much as the JSON of ten tables.
    return issubclass(writer_type, IncrementalWriter)


def _forget(stored: dict[str, StoredEntry], keys: Iterable[str]) -> None:
    """Drop entries that are dealt with: a unit may have millions of partitions."""
    for key in keys:
        stored.pop(key, None)


def _is_stored(part: Part, stored: Mapping[str, StoredEntry]) -> bool:
    return part.key in stored and stored[part.key].fingerprint == part.fingerprint


def _is_same(first: StoredEntry, other: StoredEntry | None) -> bool:
    return other is not None and first.fingerprint == other.fingerprint


async def _wait_for_all(steps: Iterable[Awaitable[_T]]) -> list[Any]:
    """Wait for all steps even when one fails, so that no write goes on in the background."""
    outcomes = await asyncio.gather(*steps, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return outcomes
