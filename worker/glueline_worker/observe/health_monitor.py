"""The heartbeat, probes and metrics of a process, from its start to its end."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import redis.asyncio
from prometheus_client import Gauge

from glueline.ledger import Commands
from glueline_worker.observe.loop_monitor import LoopMonitor
from glueline_worker.observe.metrics import READY
from glueline_worker.observe.redis_health import fetch_gauges

if TYPE_CHECKING:
    from glueline_worker.observe.server import ProbeServer


class HealthMonitor:
    """Watches the event loop and answers probes. Belongs to that loop."""

    def __init__(
        self,
        client: redis.asyncio.Redis,
        calls: Commands,
        *,
        find_not_ready_reason: Callable[[], Awaitable[str]],
        list_kinds: Callable[[], Iterable[str]] = tuple,
        setting: str = "worker.metrics_port",
        ready: Gauge = READY,
    ) -> None:
        """Serve the gauges of the ledger that ``client`` reaches; the rest is for the server."""
        self._read_gauges = lambda: fetch_gauges(client, calls)
        self._find_not_ready_reason, self._list_kinds = find_not_ready_reason, list_kinds
        self._setting, self._ready = setting, ready
        self._server: ProbeServer | None = None
        self._loop_monitor: asyncio.Task[None] | None = None

    async def start(self, heartbeat: Path | None, host: str, port: int | None) -> None:
        """Touch the ``heartbeat`` file and listen at ``port``, if they are set.

        Raises UsageError for a file or a port that cannot be used.
        """
        self._loop_monitor = asyncio.create_task(LoopMonitor(heartbeat).run())
        if port:
            self._server = self._make_server()
            await self._server.start(host, port)

    async def stop(self) -> None:
        """Stop watching and answering."""
        if self._loop_monitor is not None:
            self._loop_monitor.cancel()
        if self._server is not None:
            await self._server.stop()

    def _make_server(self) -> "ProbeServer":
        from glueline_worker.observe.server import ProbeServer  # noqa: PLC0415 - 3 MB

        return ProbeServer(
            read_gauges=self._read_gauges,
            find_not_ready_reason=self._find_not_ready_reason,
            list_kinds=self._list_kinds,
            setting=self._setting,
            ready=self._ready,
        )
