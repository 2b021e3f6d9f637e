"""Runs in this process, unit by unit: the real ledger, AWS calls and sinks, without Celery."""

from collections import deque
from collections.abc import Sequence
from contextlib import AsyncExitStack
from random import Random
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import redis.asyncio

from glueline.contract.messages import ExtractionRequest, FinishUnit, UnitMessage
from glueline.contract.runs import RunStatus
from glueline.ledger import AsyncLedger
from glueline.queue import make_commands
from glueline.redis.auto_pipeline import AutoPipeline
from glueline.settings.settings import Settings
from glueline_worker.aws.quota import SharedQuota
from glueline_worker.aws.sources import SourceConnections
from glueline_worker.execution.executor import Executor
from glueline_worker.execution.services import WorkerServices
from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.errors import SinkUnavailable
from glueline_worker.sinks.model import Part, Run, StoredEntry
from glueline_worker.sinks.registry import parse_sink


class Inline:
    """A worker without a queue. ``chance`` decides which writes to the sinks fail."""

    def __init__(self, settings: Settings, chance: Random | None = None) -> None:
        self._settings = settings
        self._chance = chance
        self._queue: deque[UnitMessage] = deque()
        self._stack = AsyncExitStack()
        self.trouble = 0.0

    async def __aenter__(self) -> Self:
        settings = self._settings
        client = redis.asyncio.Redis.from_url(settings.redis_url)
        self._stack.push_async_callback(client.aclose)
        self._ledger, self._calls = AsyncLedger(AutoPipeline(client)), make_commands(settings)
        quota = SharedQuota(AutoPipeline(client), settings.key_prefix, start=1000, floor=100)
        sources = SourceConnections(settings, quota)
        self._stack.push_async_callback(sources.close)
        sinks: list[Sink] = []
        for url in settings.sinks:
            sink = parse_sink(url)
            await sink.open()
            self._stack.push_async_callback(sink.close)
            sinks.append(Troubled(sink, self))
        self._execution = Executor(
            WorkerServices(settings, self._ledger, self._calls, sources, sinks, self._publish)
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def run(self, cancel_after: int | None = None, **request: Any) -> RunStatus:
        """Work on a request until its run has ended."""
        wanted = ExtractionRequest(**request)
        opened = await self._ledger(self._calls.open_run(uuid4().hex, wanted))
        self._queue.extend(opened.units)
        done = 0
        while self._queue:
            if done == cancel_after:
                await self._ledger(self._calls.cancel(opened.run_id, "enough"))
                self._queue.clear()
                self._queue.append(FinishUnit(run_id=opened.run_id, source=wanted.source))
            await self._execution.run(self._queue.popleft())
            done += 1
        status = (await self._ledger(self._calls.status([opened.run_id])))[0]
        assert status is not None
        assert status.state.is_final, status
        return status

    def fails(self) -> bool:
        return self._chance is not None and self._chance.random() < self.trouble

    async def _publish(self, units: Sequence[UnitMessage]) -> None:
        self._queue.extend(units)


class Troubled:
    """A sink that fails now and then, before or after what it was asked to do is done."""

    def __init__(self, sink: Sink, inline: Inline) -> None:
        self.name, self.identity = sink.name, sink.identity
        self.newest_generation = sink.newest_generation
        self._sink = sink
        self._inline = inline
        self.abort = sink.abort
        self.commit = sink.commit

    async def begin(self, run: Run, unit_id: str) -> "TroubledWriter":
        return TroubledWriter(await self._sink.begin(run, unit_id), self._inline)


class TroubledWriter:
    def __init__(self, writer: Any, inline: Inline) -> None:
        self._writer = writer
        self._inline = inline

    async def discard(self) -> None:
        await self._writer.discard()

    async def write(self, records: Any) -> None:
        raise AssertionError("records come as parts")

    async def find_stored_entries(self, kind: str, keys: Sequence[str]) -> dict[str, StoredEntry]:
        return await self._writer.find_stored_entries(kind, keys)

    async def mark_unchanged(self, kind: str, prints: Any) -> None:
        await self._writer.mark_unchanged(kind, prints)

    async def write_parts(self, parts: Sequence[Part]) -> None:
        if self._inline.fails():
            raise SinkUnavailable("trouble")
        await self._writer.write_parts(parts)
        if self._inline.fails():
            raise SinkUnavailable("trouble")

    def shares_commit(self) -> bool:
        return bool(self._writer.shares_commit())

    async def complete(self) -> Any:
        if self._inline.fails():
            raise SinkUnavailable("trouble")
        receipt = await self._writer.complete()
        if self._inline.fails():
            raise SinkUnavailable("trouble")
        return receipt
