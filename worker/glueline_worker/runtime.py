"""The event loop of a worker process and all that lives on it.

Celery's threads only wait on futures. The loop runs on one background thread; the AWS session and
clients, the Redis client and the sinks are made and closed on it, because none of them may be
shared between loops.
"""

import asyncio
import faulthandler
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar
from uuid import uuid4

import redis.asyncio
import structlog
import uvloop
from celery import Celery

from glueline.client.errors import KeyConflict
from glueline.contract.checks import CheckReport
from glueline.contract.errors import GluelineError
from glueline.contract.messages import ExtractionRequest, UnitMessage
from glueline.ledger import AsyncLedger, LedgerUnavailable
from glueline.ledger.checks import record_check
from glueline.ledger.keys import KeyOrigin
from glueline.queue import Publisher, QueueUnavailable, make_async_redis_client, make_commands
from glueline.settings.settings import Settings
from glueline.telemetry import tracing
from glueline_worker.aws.metered_quota import MeteredQuota
from glueline_worker.aws.quota import SharedQuota
from glueline_worker.aws.sources import Sources
from glueline_worker.broker.priority_lists import PriorityLists
from glueline_worker.broker.redis_check import check_redis
from glueline_worker.broker.transport import consuming
from glueline_worker.changes.dispatch import read_changes
from glueline_worker.execution.executor import Execution, Outcome
from glueline_worker.execution.fixed_circumstances import Tools
from glueline_worker.observe.health_monitor import Observer
from glueline_worker.observe.metrics import BURIED
from glueline_worker.sinks.metered import metered
from glueline_worker.sinks.registry import parse_sink

T = TypeVar("T")
log = structlog.get_logger()
REDIS_CONNECTIONS = 32
WAIT_SLICE = 0.5
"""Seconds; a thread that waits without end would never see an interrupt."""
LOOK_FOR_CHANGES = 0.5
"""Seconds between two looks for changes that are to be read."""
LATE = 1.8
"""Seconds after its grace period in which a worker that was told to stop ends by itself."""
HANGING_LEASES = 2
"""A loop that is silent for so many leases ends its process."""


class Runtime:
    """Starts and stops with the worker process."""

    def __init__(self, settings: Settings, app: Celery) -> None:
        """Prepare; nothing is opened before ``start``."""
        self.settings = settings
        self._publisher = Publisher(app)
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="loop", daemon=True)
        self._background: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Open everything; raises UsageError, SinkRefused or SinkUnavailable with what is wrong."""
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
        return _wait(future)

    def execute(self, unit: UnitMessage) -> Outcome:
        """Run one unit and wait for its outcome."""
        return self.call(self.execution.run(unit))

    def accept(
        self, request: ExtractionRequest, traceparent: str = "", origin: KeyOrigin = "caller"
    ) -> str:
        """Open a run for a request that came over the queue; its id. Raises KeyConflict."""
        return self.call(self._accept(request, traceparent, origin))

    def record(self, report: CheckReport) -> None:
        """Keep what a check found; raises LedgerUnavailable."""
        self.call(self._ledger(record_check(self._calls.keys, report)))

    def add_dead_letter(self, reason: str, body: str) -> None:
        """Keep a dead letter; without the ledger only the log tells of it."""
        log.error("message.buried", reason=reason)
        BURIED.inc()
        try:
            self.call(self._ledger(self._calls.add_dead_letter(reason, body)))
        except LedgerUnavailable as error:
            log.warning("ledger.unavailable", error=str(error))

    def drain_soon(self) -> None:
        """The worker is told to stop: after the grace period, give back what is under way.

        Soon after that the process ends, come what may: without Redis, Celery would never look up
        from its attempts to send an event.
        """
        self._observer.is_stopping = True
        grace = self.settings.worker.grace
        self._loop.call_soon_threadsafe(self._loop.call_later, grace, self.execution.drain)
        end = threading.Timer(grace + LATE, _end)
        end.daemon = True
        end.start()

    async def _open(self) -> None:
        settings = self.settings
        # Units wait for a connection rather than fail for want of one.
        self._client = make_async_redis_client(settings, REDIS_CONNECTIONS)
        await check_redis(self._client, settings.key_prefix)
        self._ledger = AsyncLedger(self._client)
        self._calls = make_commands(settings)
        self._priorities = PriorityLists(self._client, self._ledger, self._calls.keys)
        quota = SharedQuota(
            self._client,
            settings.key_prefix,
            start=settings.worker.rate_start,
            floor=settings.worker.rate_floor,
        )
        self._sources = Sources(settings, MeteredQuota(quota, self._introduce))
        self._sinks = [metered(parse_sink(url)) for url in settings.sinks]
        for sink in self._sinks:
            await sink.open()
        self.execution = Execution(
            Tools(settings, self._ledger, self._calls, self._sources, self._sinks, self._publish)
        )
        self._every(settings.worker.lease / 3, self.execution.renew)
        self._every(settings.worker.lease / 3, self._alive)
        await self._alive()
        self._every(settings.worker.reconcile_interval, self._reconcile)
        self._every(LOOK_FOR_CHANGES, self._read_changes)
        self._observer = Observer(
            settings,
            self._client,
            self._calls,
            consuming=consuming.is_set,
            under_way=self.execution.kinds_under_way,
        )
        await self._observer.start()

    async def _close(self) -> None:
        for task in self._background:
            task.cancel()
        faulthandler.cancel_dump_traceback_later()
        await self._observer.stop()
        self.execution.drain()
        await self._sources.close()
        for sink in self._sinks:
            await sink.close()
        await self._client.aclose()

    async def _publish(self, units: Sequence[UnitMessage]) -> None:
        if not units:
            return
        try:
            await asyncio.to_thread(self._publisher.publish, units)
        except QueueUnavailable as error:
            # They are open in the ledger; the reconciler finds them.
            log.warning("queue.unavailable", units=len(units), error=str(error))

    async def _introduce(self, family: str) -> None:
        """Tell the ledger of a family of calls, so that its quota can be shown."""
        await self._client.sadd(self._calls.keys.quotas, family)

    async def _accept(self, request: ExtractionRequest, traceparent: str, origin: KeyOrigin) -> str:
        about = {"glueline.source": request.source, "glueline.scope": request.scope.label}
        with tracing.span("glueline.request", "consumer", about, traceparent) as span:
            trace = tracing.traceparent()
            opened = await self._ledger(
                self._calls.open_run(uuid4().hex, request, trace, origin=origin)
            )
            if opened.is_conflict:
                raise KeyConflict(opened.run_id)
            span.set({"glueline.run.id": opened.run_id, "glueline.run.is_new": opened.is_new})
            await self._publish(opened.units)
        return opened.run_id

    async def _alive(self) -> None:
        """Put off the end that comes to a process whose loop hangs.

        Such a worker has lost its claims to others, and its place is of use to a new one. The
        timer runs outside Python, so that it also ends a process which a long regular expression
        or a library of C keeps from running any Python.
        """
        seconds = HANGING_LEASES * self.settings.worker.lease
        faulthandler.dump_traceback_later(seconds, exit=True)

    async def _reconcile(self) -> None:
        """Look for other runs, and for silent units, one worker at a time."""
        self.execution.active_runs = await self._client.scard(self._calls.keys.active)
        interval_ms = int(self.settings.worker.reconcile_interval * 900)
        if await self._ledger(self._calls.take_turn("reconcile", interval_ms)):
            await self._priorities.collect()
            await self.execution.reconcile()

    async def _read_changes(self) -> None:
        """Open the runs of changes that are due, one worker at a time."""
        if await self._ledger(self._calls.take_turn("read-changes", int(LOOK_FOR_CHANGES * 900))):
            await read_changes(self.settings, self._ledger, self._calls, self._publish)

    def _every(self, seconds: float, step: Callable[[], Awaitable[object]]) -> None:
        async def repeat() -> None:
            while True:
                await asyncio.sleep(seconds)
                try:
                    await step()
                except (GluelineError, redis.RedisError) as error:
                    log.warning("background.failed", error=str(error))
                except Exception:
                    # Without renewals every claim of this worker would be lost.
                    log.exception("background.surprise")

        task = self._loop.create_task(repeat())
        self._background.add(task)


def _end() -> None:
    log.warning("worker.ended_late")
    os._exit(0)


def _wait(future: Future[T]) -> T:
    while True:
        try:
            return future.result(timeout=WAIT_SLICE)
        except TimeoutError:
            if future.done():
                raise
