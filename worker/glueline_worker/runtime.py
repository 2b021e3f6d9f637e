"""The event loop of a worker process, and everything that lives on it.

Celery's threads only wait on futures. The loop runs on one background thread. The AWS sessions
and clients, the Redis client and the sinks are made and closed on it, because none of them may be
shared between loops.
"""

import asyncio
import faulthandler
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, TypeVar
from uuid import uuid4

import redis.asyncio
import structlog
import uvloop

from glueline.client.errors import KeyConflict
from glueline.contract.checks import CheckReport
from glueline.contract.errors import GluelineError
from glueline.contract.messages import ExtractionRequest, UnitMessage
from glueline.ledger import AsyncLedger, LedgerUnavailable
from glueline.ledger.checks import record_check
from glueline.ledger.keys import KeyOrigin
from glueline.queue import AsyncPublisher, QueueUnavailable, make_async_redis_client, make_commands
from glueline.redis.auto_pipeline import AutoPipeline
from glueline.settings.settings import Settings
from glueline.telemetry import tracing
from glueline_worker.aws.metered_quota import MeteredQuota
from glueline_worker.aws.quota import SharedQuota
from glueline_worker.aws.sources import SourceConnections
from glueline_worker.broker.consumer_steps import queue_connected
from glueline_worker.broker.priority_lists import PriorityLists
from glueline_worker.broker.redis_check import check_redis
from glueline_worker.changes.dispatch import open_runs_for_changes
from glueline_worker.execution.executor import Executor
from glueline_worker.execution.services import WorkerServices
from glueline_worker.observe.health_monitor import HealthMonitor
from glueline_worker.observe.metrics import DEAD_LETTERS
from glueline_worker.observe.redis_health import find_redis_problem
from glueline_worker.sinks.metered import meter_sink
from glueline_worker.sinks.registry import parse_sink

T = TypeVar("T")
log = structlog.get_logger()
_REDIS_CONNECTIONS = 32
_WAIT_SLICE = 0.5
"""Seconds; a thread that waits longer at once would not see an interrupt."""
_CHANGES_INTERVAL = 0.5
"""Seconds between two searches for changes that are due."""
_SHUTDOWN_MARGIN = 1.8
"""Seconds that a stopping worker has after its grace period before its process is ended."""
_WATCHDOG_LEASES = 2
"""A process whose loop hangs for this many leases is ended."""


class Runtime:
    """Holds the services of a worker process from its start to its end."""

    def __init__(self, settings: Settings) -> None:
        """Open nothing yet: the process may still fork."""
        self.settings = settings
        self._background: set[asyncio.Task[None]] = set()
        self._is_stopping = False

    def start(self) -> None:
        """Open everything; raises UsageError, SinkRefused or SinkUnavailable."""
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="loop", daemon=True)
        self._thread.start()
        self.call(self._open())

    def stop(self) -> None:
        """Close everything."""
        with suppress(GluelineError):
            self.call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)

    def call(self, step: Coroutine[Any, Any, T]) -> T:
        """Run ``step`` on the loop and wait for it in this thread."""
        future = asyncio.run_coroutine_threadsafe(step, self._loop)
        while True:
            try:
                return future.result(timeout=_WAIT_SLICE)
            except TimeoutError:
                if future.done():
                    raise

    async def open_run(
        self, request: ExtractionRequest, traceparent: str, origin: KeyOrigin
    ) -> str:
        """Open a run for a request from the queue; return its id. Raises KeyConflict.

        Belongs to the loop: use it with ``call``.
        """
        attributes = {"glueline.source": request.source, "glueline.scope": request.scope.label}
        with tracing.span("glueline.request", "consumer", attributes, traceparent) as span:
            trace = tracing.traceparent()
            opened = await self._ledger(
                self._calls.open_run(uuid4().hex, request, trace, origin=origin)
            )
            if opened.is_conflict:
                raise KeyConflict(opened.run_id)
            span.set({"glueline.run.id": opened.run_id, "glueline.run.is_new": opened.is_new})
            await self._publish(opened.units)
        return opened.run_id

    def record_check(self, report: CheckReport) -> None:
        """Store the report of a check; raises LedgerUnavailable."""
        self.call(self._ledger(record_check(self._calls.keys, report)))

    def add_dead_letter(self, reason: str, body: str) -> None:
        """Store a dead letter; without the ledger only the log has it."""
        log.error("message.buried", reason=reason)
        DEAD_LETTERS.inc()
        try:
            self.call(self._ledger(self._calls.add_dead_letter(reason, body)))
        except LedgerUnavailable as error:
            log.warning("ledger.unavailable", error=str(error))

    def drain_soon(self) -> None:
        """Give back all units after the grace period, because the worker is told to stop.

        Soon after that the process ends in any case: without Redis, Celery would try to send an
        event for ever.
        """
        self._is_stopping = True
        grace = self.settings.worker.grace
        self._loop.call_soon_threadsafe(self._loop.call_later, grace, self.executor.drain)
        end = threading.Timer(grace + _SHUTDOWN_MARGIN, _exit_process)
        end.daemon = True
        end.start()

    async def _open(self) -> None:
        settings = self.settings
        # Units wait for a free connection instead of failing.
        self._client = make_async_redis_client(settings, _REDIS_CONNECTIONS)
        await check_redis(self._client, settings.key_prefix)
        pipeline = AutoPipeline(self._client)
        self._ledger = AsyncLedger(pipeline)
        self._calls = make_commands(settings)
        self._publisher = AsyncPublisher(pipeline, self._calls.keys)
        self._priorities = PriorityLists(self._client, self._ledger, self._calls.keys)
        quota = SharedQuota(
            pipeline,
            settings.key_prefix,
            start=settings.worker.rate_start,
            floor=settings.worker.rate_floor,
        )
        self._sources = SourceConnections(settings, MeteredQuota(quota, self._register_family))
        self._sinks = [meter_sink(parse_sink(url)) for url in settings.sinks]
        for sink in self._sinks:
            await sink.open()
        self.executor = Executor(
            WorkerServices(
                settings, self._ledger, self._calls, self._sources, self._sinks, self._publish
            )
        )
        self._repeat(settings.worker.lease / 3, self.executor.renew)
        self._repeat(settings.worker.lease / 3, self._reset_watchdog)
        await self._reset_watchdog()
        self._repeat(settings.worker.reconcile_interval, self._reconcile)
        self._repeat(_CHANGES_INTERVAL, self._open_runs_for_changes)
        self._health = HealthMonitor(
            self._client,
            self._calls,
            find_not_ready_reason=self._find_not_ready_reason,
            list_kinds=self.executor.list_kinds,
        )
        worker = settings.worker
        await self._health.start(settings.heartbeat_file, worker.metrics_host, worker.metrics_port)

    async def _close(self) -> None:
        for task in self._background:
            task.cancel()
        faulthandler.cancel_dump_traceback_later()
        await self._health.stop()
        self.executor.drain()
        await self._sources.close()
        for sink in self._sinks:
            await sink.close()
        await self._client.aclose()

    async def _find_not_ready_reason(self) -> str:
        if self._is_stopping:
            return "the worker is told to stop"
        if not queue_connected.is_set():
            return "the worker is not connected to the queue"
        return await find_redis_problem(self._client)

    async def _publish(self, units: Sequence[UnitMessage]) -> None:
        if not units:
            return
        try:
            await self._publisher.publish(units)
        except QueueUnavailable as error:
            # The units are open in the ledger, where the reconciler finds them.
            log.warning("queue.unavailable", units=len(units), error=str(error))

    async def _register_family(self, family: str) -> None:
        """Register a family of calls in the ledger, so that its quota can be shown."""
        await self._client.sadd(self._calls.keys.quotas, family)

    async def _reset_watchdog(self) -> None:
        """Postpone the end of the process, which comes when its loop hangs.

        A worker that hangs has lost its claims to others, and a new one can take its place. The
        timer runs outside Python: it also ends a process in which a long regular expression or a
        C library lets no Python code run.
        """
        seconds = _WATCHDOG_LEASES * self.settings.worker.lease
        faulthandler.dump_traceback_later(seconds, exit=True)

    async def _reconcile(self) -> None:
        """Count the active runs; let one worker at a time publish abandoned units again."""
        self.executor.active_runs = await self._client.scard(self._calls.keys.active)
        # A turn ends a little before the next tick, so that the tick finds it free.
        interval_ms = int(self.settings.worker.reconcile_interval * 900)
        if await self._ledger(self._calls.take_turn("reconcile", interval_ms)):
            await self._priorities.collect()
            await self.executor.reconcile()

    async def _open_runs_for_changes(self) -> None:
        """Open the runs of changes that are due; only one worker at a time does this."""
        if await self._ledger(self._calls.take_turn("read-changes", int(_CHANGES_INTERVAL * 900))):
            await open_runs_for_changes(self.settings, self._ledger, self._calls, self._publish)

    def _repeat(self, seconds: float, step: Callable[[], Awaitable[object]]) -> None:
        async def loop() -> None:
            while True:
                await asyncio.sleep(seconds)
                try:
                    await step()
                except (GluelineError, redis.RedisError) as error:
                    log.warning("background.failed", error=str(error))
                except Exception:
                    # The loop must go on: without renewals this worker would lose its claims.
                    log.exception("background.surprise")

        task = self._loop.create_task(loop())
        self._background.add(task)


def _exit_process() -> None:
    """End the process without cleanup, because a normal exit could wait for ever."""
    log.warning("worker.ended_late")
    os._exit(0)
