"""Do the pieces of work that wait for a database together, in one transaction.

A commit is the dearest part of a small unit: SQLite syncs the file, and PostgreSQL its log. While
the threads are busy, work collects, and the next free thread does all of it. So nobody waits for
company, and there are fewer commits the slower they are. When work of a group fails, the whole
group is rolled back and each piece is done again in a transaction of its own, so that it fails
alone.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection

_Result = TypeVar("_Result")
Work = Callable[[Connection], Any]

_ROWS_TOGETHER = 200
"""A group has at most this many rows: larger ones save no commits that count."""


class _Piece(NamedTuple):
    work: Work
    rows: int
    future: "Future[Any]"


class SharedTransactions:
    """Gives pieces of work to threads, and as many to one transaction as wait for it."""

    def __init__(
        self, threads: ThreadPoolExecutor, transact: Callable[[Sequence[Work]], list[Any]]
    ) -> None:
        """Use ``threads``. ``transact`` does work in one transaction and returns the results."""
        self._threads = threads
        self._transact = transact
        self._waiting: deque[_Piece] = deque()
        self._lock = Lock()

    async def do(self, work: Callable[[Connection], _Result], rows: int) -> _Result:
        """Do work that writes about so many rows; return its result once it is durable.

        The work may be done twice, so it must change nothing but the database.
        """
        piece = _Piece(work, rows, Future())
        self._waiting.append(piece)
        self._threads.submit(self._do_next)
        result: _Result = await asyncio.wrap_future(piece.future)
        return result

    def _do_next(self) -> None:
        group = [piece for piece in self._take() if piece.future.set_running_or_notify_cancel()]
        if not group:
            return  # another thread has taken the piece that this one was called for
        try:
            results = self._transact([piece.work for piece in group])
        except Exception as error:  # noqa: BLE001 - it goes to the unit
            self._do_alone(group, error)
        else:
            for piece, result in zip(group, results, strict=True):
                piece.future.set_result(result)

    def _take(self) -> list[_Piece]:
        """Take the first piece, and those that follow it as long as they are small together."""
        with self._lock:
            group: list[_Piece] = []
            while self._waiting and (
                not group
                or sum(piece.rows for piece in group) + self._waiting[0].rows <= _ROWS_TOGETHER
            ):
                group.append(self._waiting.popleft())
            return group

    def _do_alone(self, group: list[_Piece], error: Exception) -> None:
        if len(group) == 1:
            return group[0].future.set_exception(error)
        for piece in group:
            try:
                piece.future.set_result(self._transact([piece.work])[0])
            except Exception as own:  # noqa: BLE001 - it goes to the unit
                piece.future.set_exception(own)
        return None
