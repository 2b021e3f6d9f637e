"""Take messages off the queue of events, record their changes, and only then delete them.

Messages that cannot be recorded, because Redis is away, come again. Nothing more is received until
Redis answers, so that an outage costs a message only one of its receipts.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import redis.asyncio
import structlog
from redis.exceptions import RedisError
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    retry_if_exception_type,
    stop_after_attempt,
    stop_when_event_set,
)
from tenacity.stop import stop_base
from tenacity.wait import wait_random_exponential

from glueline.contract.errors import GluelineError, Terminal
from glueline.ledger import LedgerUnavailable
from glueline.queue import make_async_redis_client
from glueline.settings.redis_shards import MAIN_SHARD
from glueline.settings.settings import Settings
from glueline_worker.changes.recorder import ChangeRecorder
from glueline_worker.changes.sqs_queue import (
    LONG_POLL_SECONDS,
    VISIBILITY_SECONDS,
    Delivery,
    EventQueue,
)

T = TypeVar("T")
_VISIBILITY_MARGIN = 8
"""Seconds before a message comes again in which it is not recorded any more."""
_GRACE_SECONDS = 5.0
"""Seconds to record and delete received messages once the service is told to stop."""
_MOST_ATTEMPTS = 6
"""Attempts at a call, for a service that ends when the queue is empty."""
_DELETE_ATTEMPTS = 3
"""Attempts to delete messages before they are left to come again."""
_SHORT_WAIT = 1
"""Seconds that a service waits for a message if it ends when the queue is empty."""
log = structlog.get_logger()


class EventService:
    """Reads the queue until it is told to stop, or ``until_empty``. Belongs to one event loop."""

    def __init__(self, settings: Settings, url: str, *, until_empty: bool = False) -> None:
        """Read the queue at ``url``."""
        self._settings = settings
        self._url = url
        self._until_empty = until_empty
        self._has_worked = False
        self.stopping = asyncio.Event()
        self.not_ready_reason = "the queue has not answered yet"
        """The reason why nothing is received; empty when all is well."""
        self.counts: Counter[str] = Counter()
        connections = settings.events.pollers + 2
        self.clients: dict[str, redis.asyncio.Redis] = {
            name: make_async_redis_client(settings.for_shard(name), connections)
            for name in (MAIN_SHARD, *settings.redis_shards)
        }
        """The clients of all Redis shards, by name."""

    async def run(self, *, once: bool = False) -> None:
        """Read the queue; raises GluelineError when it cannot be read at all.

        With ``once``, one poller asks once.
        """
        recorder = ChangeRecorder(self._settings, self.clients)
        pollers = 1 if once else self._settings.events.pollers
        queues = [EventQueue(self._settings, self._url) for _ in range(pollers)]
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._poll(q, recorder, once=once)) for q in queues]
                group.create_task(self._cancel_late(tasks))
        except ExceptionGroup as errors:
            ours = errors.subgroup(GluelineError)
            raise (ours or errors).exceptions[0] from None
        finally:
            for queue in queues:
                await queue.close()
            for client in self.clients.values():
                await client.aclose()

    async def _cancel_late(self, tasks: list[asyncio.Task[None]]) -> None:
        """Cancel pollers that still work some time after the service is told to stop."""
        stopped: asyncio.Task[object] = asyncio.create_task(self.stopping.wait())
        while not stopped.done() and not all(task.done() for task in tasks):
            waiting = {task for task in (*tasks, stopped) if not task.done()}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        await asyncio.wait(tasks, timeout=_GRACE_SECONDS)
        for task in tasks:
            task.cancel()

    async def _poll(self, queue: EventQueue, recorder: ChangeRecorder, *, once: bool) -> None:
        while not self.stopping.is_set():
            deliveries = await self._receive(queue)
            if deliveries:
                await self._process(deliveries, queue, recorder)
            if once or (self._until_empty and not deliveries):
                return

    async def _receive(self, queue: EventQueue) -> list[Delivery]:
        """Receive messages, again after an error; none once the service is told to stop.

        Raises GluelineError at once if the queue could never be read.
        """
        wait = _SHORT_WAIT if self._until_empty else LONG_POLL_SECONDS
        try:
            async for attempt in self._retry_until_stopped(
                self._is_retryable, self._report_queue_error, longest=60.0
            ):
                with attempt:
                    if self.stopping.is_set():
                        return []
                    await self._wait_for_redis()
                    deliveries = await self._run_until_stopped(queue.receive(wait))
                    self._has_worked, self.not_ready_reason = True, ""
                    return deliveries or []
        except GluelineError as error:
            if not (self.stopping.is_set() and self._is_retryable(error)):
                raise
        return []

    async def _wait_for_redis(self) -> None:
        """Wait until Redis answers or the service is told to stop; raises LedgerUnavailable."""
        try:
            async for attempt in self._retry_until_stopped(
                _is_redis_error, self._report_redis_error, longest=5.0
            ):
                with attempt:
                    if self.stopping.is_set():
                        return
                    async with asyncio.timeout(VISIBILITY_SECONDS):
                        await self.clients[MAIN_SHARD].ping()
        except (RedisError, TimeoutError):
            if not self.stopping.is_set():
                raise LedgerUnavailable("Redis does not answer") from None

    async def _process(
        self, deliveries: list[Delivery], queue: EventQueue, recorder: ChangeRecorder
    ) -> None:
        """Record and delete messages; those that cannot be recorded come again by themselves."""
        counts = await self._record(deliveries, recorder)
        if counts is None:
            return
        self.counts.update(counts, messages=len(deliveries))
        log.info("events.noted", messages=len(deliveries), **counts)
        await self._delete(deliveries, queue)

    async def _record(
        self, deliveries: list[Delivery], recorder: ChangeRecorder
    ) -> Counter[str] | None:
        """Record messages while nobody else can receive them; None when that was too short."""
        retrying = AsyncRetrying(
            wait=_make_wait(2.0),
            retry=retry_if_exception_type(LedgerUnavailable),
            before_sleep=_log_ledger_error,
        )
        with suppress(TimeoutError):
            async with asyncio.timeout(VISIBILITY_SECONDS - _VISIBILITY_MARGIN):
                counts: Counter[str] = await retrying(recorder.record, deliveries)
                return counts
        log.warning("events.given_back", messages=len(deliveries))
        return None

    async def _delete(self, deliveries: list[Delivery], queue: EventQueue) -> None:
        """Delete recorded messages; one that stays comes again and is recognised."""
        retrying = AsyncRetrying(
            wait=_make_wait(2.0),
            retry=retry_if_exception_type(GluelineError),
            stop=stop_after_attempt(_DELETE_ATTEMPTS),
            reraise=True,
        )
        left, reason = len(deliveries), ""
        try:
            left = await retrying(queue.delete, deliveries)
        except GluelineError as error:
            reason = str(error)
        if left:
            self.not_ready_reason = reason
            log.warning("events.not_deleted", messages=left, error=reason)

    def _is_retryable(self, error: BaseException) -> bool:
        """Tell whether to receive again: a queue that could once be read may be so again."""
        is_final = isinstance(error, Terminal) and not self._has_worked
        return isinstance(error, GluelineError) and not is_final

    def _retry_until_stopped(
        self,
        is_retryable: Callable[[BaseException], bool],
        before_sleep: Callable[[RetryCallState], None],
        *,
        longest: float,
    ) -> AsyncRetrying:
        """Make attempts with pauses up to ``longest`` seconds, which end when the service stops."""
        stop: stop_base = stop_when_event_set(self.stopping)  # type: ignore[arg-type]
        if self._until_empty:
            stop = stop | stop_after_attempt(_MOST_ATTEMPTS)
        return AsyncRetrying(
            sleep=lambda seconds: self._run_until_stopped(asyncio.sleep(seconds)),
            wait=_make_wait(longest),
            retry=retry_if_exception(is_retryable),
            stop=stop,
            before_sleep=before_sleep,
            reraise=True,
        )

    def _report_queue_error(self, state: RetryCallState) -> None:
        error = str(_get_error(state))
        self.not_ready_reason = error
        log.warning("events.queue_unavailable", error=error, pause=round(state.upcoming_sleep, 1))

    def _report_redis_error(self, state: RetryCallState) -> None:
        error = _get_error(state)
        self.not_ready_reason = "Redis does not answer"
        log.warning("ledger.unavailable", error=f"{type(error).__name__}: {error}")

    async def _run_until_stopped(self, step: Awaitable[T]) -> T | None:
        """Return the result of ``step``, or None when the service is told to stop before."""
        work = asyncio.ensure_future(step)
        stopped = asyncio.ensure_future(self.stopping.wait())
        try:
            await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return work.result() if work.done() else None
        finally:
            work.cancel()
            stopped.cancel()
            await asyncio.gather(work, stopped, return_exceptions=True)


def _make_wait(longest: float) -> wait_random_exponential:
    """Make pauses that grow from up to a second, with full jitter, up to ``longest`` seconds."""
    return wait_random_exponential(multiplier=1, min=0.1, max=longest)


def _is_redis_error(error: BaseException) -> bool:
    return isinstance(error, RedisError | TimeoutError)


def _log_ledger_error(state: RetryCallState) -> None:
    log.warning("ledger.unavailable", error=str(_get_error(state)))


def _get_error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
