"""The producer for services on asyncio."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Concatenate, ParamSpec, Self, TypeVar

from glueline.client.errors import WaitTimeout
from glueline.client.producer import POLL_INTERVAL, Producer
from glueline.contract.runs import RunStatus
from glueline.ledger.command import CommandExecutor
from glueline.queue import MessagePublisher
from glueline.settings.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


def _run_in_thread(
    method: Callable[Concatenate[Producer, P], T],
) -> Callable[Concatenate["AsyncProducer", P], Awaitable[T]]:
    async def call(self: "AsyncProducer", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.to_thread(method, self.producer, *args, **kwargs)

    call.__doc__ = method.__doc__
    call.__name__ = method.__name__
    return call


class AsyncProducer:
    """A ``Producer`` whose calls run in threads, so that the event loop stays free."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        ledger: CommandExecutor | None = None,
        publisher: MessagePublisher | None = None,
    ) -> None:
        """Connect on first use; see ``Producer``."""
        self.producer = Producer(settings, ledger=ledger, publisher=publisher)

    enqueue_catalog = _run_in_thread(Producer.enqueue_catalog)
    enqueue_database = _run_in_thread(Producer.enqueue_database)
    enqueue_table = _run_in_thread(Producer.enqueue_table)
    enqueue_job = _run_in_thread(Producer.enqueue_job)
    enqueue = _run_in_thread(Producer.enqueue)
    enqueue_many = _run_in_thread(Producer.enqueue_many)
    status = _run_in_thread(Producer.status)
    runs = _run_in_thread(Producer.runs)
    find = _run_in_thread(Producer.find)
    failures = _run_in_thread(Producer.failures)
    warnings = _run_in_thread(Producer.warnings)
    problems = _run_in_thread(Producer.problems)
    cancel = _run_in_thread(Producer.cancel)
    replay = _run_in_thread(Producer.replay)
    record_changes = _run_in_thread(Producer.record_changes)
    dead_letters = _run_in_thread(Producer.dead_letters)
    close = _run_in_thread(Producer.close)

    async def watch(self, run_id: str) -> AsyncIterator[RunStatus]:
        """Yield the run's status each time it changes, until it has ended."""
        before = None
        while True:
            status = await self.status(run_id)
            if status != before:
                yield status
            if status.state.is_final:
                return
            before = status
            await asyncio.sleep(POLL_INTERVAL)

    async def wait(self, run_id: str, timeout: float | None = None) -> RunStatus:  # noqa: ASYNC109
        """Return when the run has ended; raises WaitTimeout after ``timeout`` seconds."""
        try:
            async with asyncio.timeout(timeout):
                async for status in self.watch(run_id):
                    last = status
        except TimeoutError:
            raise WaitTimeout(f"run {run_id} is still running after {timeout:g} s") from None
        return last

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
