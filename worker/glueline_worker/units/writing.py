"""The records of one attempt at a unit on their way to all sinks at once."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from glueline.contract.records import Record
from glueline_worker.sinks.base import Receipt, Run, Sink, UnitWriter

T = TypeVar("T")


class Writing:
    """Opens a writer in each sink with the first batch; a unit without records opens none."""

    def __init__(self, sinks: Sequence[Sink], run: Run, unit_id: str) -> None:
        """Write what ``unit_id`` of ``run`` yields to ``sinks``."""
        self._sinks = sinks
        self._run = run
        self._unit_id = unit_id
        self._writers: list[UnitWriter] = []

    async def write(self, records: Sequence[Record]) -> None:
        """Hand a batch to every sink; raises what the first failing sink raises."""
        if not self._writers:
            for sink in self._sinks:
                self._writers.append(await sink.begin(self._run, self._unit_id))
        await _all(writer.write(records) for writer in self._writers)

    async def complete(self) -> Mapping[str, Receipt] | None:
        """Make everything durable; the receipts by the sink's name."""
        if not self._writers:
            return None
        receipts = await _all(writer.complete() for writer in self._writers)
        return {sink.name: receipt for sink, receipt in zip(self._sinks, receipts, strict=True)}

    async def discard(self) -> None:
        """Forget what was written but not completed."""
        for writer in self._writers:
            await writer.discard()
        self._writers = []


async def _all(steps: Iterable[Awaitable[T]]) -> list[Any]:
    """Wait for all steps even when one fails, so that no write goes on behind our back."""
    outcomes = await asyncio.gather(*steps, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return outcomes
