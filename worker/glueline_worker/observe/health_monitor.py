"""Everything by which a worker process is watched, from its start to its end."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

import redis.asyncio
from redis.exceptions import RedisError

from glueline.ledger import AsyncLedger, Commands, LedgerUnavailable
from glueline.ledger.gauges import Gauges, read_gauges
from glueline.settings.settings import Settings
from glueline_worker.observe.loop_monitor import Pulse
from glueline_worker.observe.server import Server

ANSWER_WITHIN = 2.0
"""Seconds after which a Redis that says nothing is taken to be away."""


class Observer:
    """Belongs to the worker's event loop."""

    def __init__(
        self,
        settings: Settings,
        client: redis.asyncio.Redis,
        calls: Commands,
        *,
        consuming: Callable[[], bool],
        under_way: Callable[[], Iterable[str]],
    ) -> None:
        """``consuming`` says whether Celery's consumer is connected to the queue."""
        self._settings, self._client, self._calls = settings, client, calls
        self._consuming = consuming
        self._server = Server(gauges=self._gauges, hindrance=self._hindrance, under_way=under_way)
        self._pulse: asyncio.Task[None] | None = None
        self.is_stopping = False

    async def start(self) -> None:
        """Begin to be watched; raises UsageError for a file or a port that cannot be had."""
        self._pulse = asyncio.create_task(Pulse(self._settings.heartbeat_file).run())
        if self._settings.worker.metrics_port:
            await self._server.start(
                self._settings.worker.metrics_host, self._settings.worker.metrics_port
            )

    async def stop(self) -> None:
        """Answer no more."""
        if self._pulse is not None:
            self._pulse.cancel()
        await self._server.stop()

    async def _hindrance(self) -> str:
        if self.is_stopping:
            return "the worker is told to stop"
        if not self._consuming():
            return "the worker is not connected to the queue"
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                await self._client.ping()
        except (RedisError, TimeoutError):
            return "Redis does not answer"
        return ""

    async def _gauges(self) -> Gauges | None:
        with suppress(LedgerUnavailable, TimeoutError):
            async with asyncio.timeout(ANSWER_WITHIN):
                return await AsyncLedger(self._client)(
                    read_gauges(self._calls.keys, self._calls.redispatch_after_ms)
                )
        return None
