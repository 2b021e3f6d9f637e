"""Let the units of a process end together, so that one step stores and settles many.

A unit that has read everything waits while more units still read than wait, but at most for as long
as it has read: in that time the others come to their end, if they are like it. A unit that is alone
never waits.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

_LONGEST_WAIT = 3.0
"""Seconds. Waiting units keep their slots."""


class CommitBarrier:
    """Counts the units of a process that read and that wait; it belongs to one event loop."""

    def __init__(self) -> None:
        """Start without units."""
        self._reading = 0
        self._waiting: list[asyncio.Future[None]] = []

    @contextmanager
    def read(self) -> Iterator[float]:
        """Count a unit among those that read, for the time of the block.

        Yields when it began, on this process's clock.
        """
        self._reading += 1
        try:
            yield time.monotonic()
        finally:
            self._reading -= 1
            # Soon, not now: the unit may be about to wait, and then it belongs to those that do.
            asyncio.get_running_loop().call_soon(self._release_if_enough)

    async def wait(self, began: float) -> None:
        """Wait until as many units wait as still read, or for as long as the unit has read."""
        loop = asyncio.get_running_loop()
        seconds = min(time.monotonic() - began, _LONGEST_WAIT)
        timer = loop.call_later(seconds, self._release)
        waiting = loop.create_future()
        self._waiting.append(waiting)
        self._release_if_enough()
        try:
            await waiting
        finally:
            timer.cancel()

    def _release_if_enough(self) -> None:
        # Those whose unit was cancelled wait no longer.
        self._waiting = [waiting for waiting in self._waiting if not waiting.done()]
        if len(self._waiting) >= self._reading:
            self._release()

    def _release(self) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()
