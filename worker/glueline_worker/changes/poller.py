"""Pollers, each of which takes messages from the queue, notes them, and only then deletes them.

What cannot be noted, because Redis is away, is left to come again; nothing more is received until
Redis answers, so that an outage costs a message no more than one of its receipts.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable
from contextlib import suppress
from typing import TypeVar

import redis.asyncio
import structlog
from redis.exceptions import RedisError

from glueline.contract.errors import GluelineError, Terminal
from glueline.ledger import LedgerUnavailable
from glueline.queue import make_async_redis_client
from glueline.settings.settings import Settings
from glueline_worker.changes.recorder import Noting
from glueline_worker.changes.sqs_queue import HELD, WAIT, Delivery, EventQueue

T = TypeVar("T")
MARGIN = 8
"""Seconds before a message comes again in which nobody notes it any more."""
GRACE = 5.0
"""Seconds for what was received to be noted and deleted when the service is told to stop."""
LONGEST_PAUSE = 60.0
ATTEMPTS = 5
"""At a call of AWS by who wants to come to an end."""
DELETIONS = 3
"""Attempts to delete messages before they are left to come again."""
SHORT_WAIT = 1
"""Seconds that the same waits for a message."""
log = structlog.get_logger()


class Service:
    """Reads the queue until it is told to stop, or ``until_empty``. Belongs to one event loop."""

    def __init__(self, settings: Settings, url: str, *, until_empty: bool = False) -> None:
        """Read the queue at ``url``."""
        self._settings = settings
        self._url = url
        self._until_empty = until_empty
        self._works = False
        self.stopping = asyncio.Event()
        self.hindrance = "the queue has not answered yet"
        """Why nothing is received; empty when all is well."""
        self.counts: Counter[str] = Counter()
        self.client: redis.asyncio.Redis = make_async_redis_client(
            settings, settings.events.pollers + 2
        )

    async def run(self, *, once: bool = False) -> None:
        """Work; raises GluelineError when the queue cannot be read at all.

        ``once``: one poller that asks once.
        """
        noting = Noting(self._settings, self.client)
        pollers = 1 if once else self._settings.events.pollers
        queues = [EventQueue(self._settings, self._url) for _ in range(pollers)]
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._poll(q, noting, once=once)) for q in queues]
                group.create_task(self._end(tasks))
        except ExceptionGroup as errors:
            ours = errors.subgroup(GluelineError)
            raise (ours or errors).exceptions[0] from None
        finally:
            for queue in queues:
                await queue.close()
            await self.client.aclose()

    async def _end(self, tasks: list[asyncio.Task[None]]) -> None:
        """Once told to stop, or when all have come to an end, let nobody linger."""
        stopped: asyncio.Task[object] = asyncio.create_task(self.stopping.wait())
        while not stopped.done() and not all(task.done() for task in tasks):
            waiting = {task for task in (*tasks, stopped) if not task.done()}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        await asyncio.wait(tasks, timeout=GRACE)
        for task in tasks:
            task.cancel()

    async def _poll(self, queue: EventQueue, noting: Noting, *, once: bool) -> None:
        pause = Pause()
        while not self.stopping.is_set():
            try:
                deliveries = await self._receive(queue)
            except GluelineError as error:
                await self._give_way(error, pause)
                continue
            pause.reset()
            if deliveries:
                await self._take(deliveries, queue, noting)
            if once or (self._until_empty and deliveries == []):
                return

    async def _receive(self, queue: EventQueue) -> list[Delivery]:
        """What the queue has; nothing once the service is told to stop."""
        await self._ledger_answers()
        wait = SHORT_WAIT if self._until_empty else WAIT
        deliveries = await self._unless_stopped(queue.receive(wait))
        self._works, self.hindrance = True, ""
        return deliveries or []

    async def _give_way(self, error: GluelineError, pause: "Pause") -> None:
        """Wait before another attempt, or give up: at once if the queue could never be read."""
        is_final = isinstance(error, Terminal) and not self._works
        if is_final or (self._until_empty and pause.number >= ATTEMPTS):
            raise error
        seconds = pause.next()
        self.hindrance = str(error)
        log.warning("events.queue_unavailable", error=str(error), pause=round(seconds, 1))
        await self._unless_stopped(asyncio.sleep(seconds))

    async def _take(self, deliveries: list[Delivery], queue: EventQueue, noting: Noting) -> None:
        """Note and delete; what could not be noted comes again by itself."""
        counts = await self._note(deliveries, noting)
        if counts is None:
            return
        self.counts.update(counts, messages=len(deliveries))
        log.info("events.noted", messages=len(deliveries), **counts)
        await self._delete(deliveries, queue)

    async def _delete(self, deliveries: list[Delivery], queue: EventQueue) -> None:
        """Delete what was noted; what stays comes again and is known."""
        pause = Pause(longest=2.0)
        left, why = len(deliveries), ""
        for _ in range(DELETIONS):
            try:
                left = await queue.delete(deliveries)
            except GluelineError as error:
                why = str(error)
                await asyncio.sleep(pause.next())
            else:
                break
        if left:
            self.hindrance = why
            log.warning("events.not_deleted", messages=left, error=why)

    async def _note(self, deliveries: list[Delivery], noting: Noting) -> Counter[str] | None:
        pause = Pause(longest=2.0)
        with suppress(TimeoutError):
            async with asyncio.timeout(HELD - MARGIN):
                while True:
                    try:
                        return await noting(deliveries)
                    except LedgerUnavailable as error:
                        log.warning("ledger.unavailable", error=str(error))
                        await asyncio.sleep(pause.next())
        log.warning("events.given_back", messages=len(deliveries))
        return None

    async def _ledger_answers(self) -> None:
        """Wait until Redis answers."""
        pause = Pause(longest=5.0)
        while not self.stopping.is_set():
            try:
                async with asyncio.timeout(HELD):
                    await self.client.ping()
            except (RedisError, TimeoutError) as error:
                if self._until_empty and pause.number >= ATTEMPTS:
                    raise LedgerUnavailable("Redis does not answer") from None
                self.hindrance = "Redis does not answer"
                log.warning("ledger.unavailable", error=f"{type(error).__name__}: {error}")
                await self._unless_stopped(asyncio.sleep(pause.next()))
            else:
                return

    async def _unless_stopped(self, step: Awaitable[T]) -> T | None:
        """The result of ``step``, None when the service is told to stop before."""
        work = asyncio.ensure_future(step)
        stopped = asyncio.ensure_future(self.stopping.wait())
        try:
            await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return work.result() if work.done() else None
        finally:
            work.cancel()
            stopped.cancel()
            await asyncio.gather(work, stopped, return_exceptions=True)


class Pause:
    """Pauses that grow, with full jitter, up to ``longest`` seconds."""

    def __init__(self, longest: float = LONGEST_PAUSE) -> None:
        """Begin with up to half a second."""
        self._longest = longest
        self.number = 0

    def next(self) -> float:
        """The next pause in seconds."""
        self.number += 1
        return random.uniform(0.1, min(self._longest, 0.5 * 2**self.number))  # noqa: S311

    def reset(self) -> None:
        """Begin anew."""
        self.number = 0
