"""Let the units of a process end together, so that one step stores and settles many.

A unit that has read everything waits for those that still read, but at most for as long as it has
read, or as units usually do: in that time the others come to their end, if they are like it. Where
all slots are taken, waiting costs slots that others could use: then it is enough that as many units
wait as read. A unit that is alone never waits.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

_LONGEST_WAIT = 3.0
"""Seconds. Waiting units keep their slots."""
_SMOOTHING = 8
"""About so many units decide how long a unit usually reads."""


class CommitBarrier:
    """Counts the units of a process that read and that wait; it belongs to one event loop."""

    def __init__(self, slots: int) -> None:
        """Start without units; ``slots`` is the most units at once."""
        self._slots = slots
        self._usual = 0.0
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
        """Wait until enough units wait, or for as long as units read."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._find_patience(time.monotonic() - began), self._release)
        waiting = loop.create_future()
        self._waiting.append(waiting)
        self._release_if_enough()
        try:
            await waiting
        finally:
            timer.cancel()

    def _find_patience(self, seconds: float) -> float:
        """Return the longest wait of a unit that has read for so many seconds."""
        # Its own time is not enough: a unit that met an idle process was quicker than the next.
        self._usual += (min(seconds, _LONGEST_WAIT) - self._usual) / _SMOOTHING
        return min(max(seconds, self._usual), _LONGEST_WAIT)

    def _release_if_enough(self) -> None:
        # Those whose unit was cancelled wait no longer.
        self._waiting = [waiting for waiting in self._waiting if not waiting.done()]
        waiting = len(self._waiting)
        has_free_slots = waiting + self._reading < self._slots
        if not self._reading or (waiting >= self._reading and not has_free_slots):
            self._release()

    def _release(self) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()
