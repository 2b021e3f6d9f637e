"""Work that waits for a database together shares a transaction, and fails alone."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from glueline_worker.sinks.sql.shared_transactions import SharedTransactions, Work


class Database:
    """Counts the work of each transaction; a piece of work gets no connection."""

    def __init__(self) -> None:
        self.commits: list[int] = []
        self.is_busy = Event()
        self.free = Event()

    def transact(self, works: Sequence[Work]) -> list[Any]:
        self.is_busy.set()
        self.free.wait(10)
        results = [work(None) for work in works]  # type: ignore[arg-type]
        self.commits.append(len(works))
        return results


async def do(database: Database, *pieces: tuple[Work, int]) -> list[Any]:
    """Do one piece and, while the thread is busy with it, all the others."""
    with ThreadPoolExecutor(1) as threads:
        group = SharedTransactions(threads, database.transact)
        waiting = [asyncio.ensure_future(group.do(lambda _: "first", 1))]
        await asyncio.to_thread(database.is_busy.wait, 10)
        waiting += [asyncio.ensure_future(group.do(*piece)) for piece in pieces]
        await asyncio.sleep(0)
        database.free.set()
        return await asyncio.gather(*waiting, return_exceptions=True)


async def test_what_waits_together_is_committed_together():
    database = Database()
    results = await do(database, *((lambda _, n=n: n, 1) for n in range(20)))
    assert results == ["first", *range(20)]
    assert database.commits == [1, 20]


async def test_large_pieces_are_committed_alone():
    database = Database()
    await do(database, *((lambda _: None, 150) for _ in range(3)))
    assert database.commits == [1, 1, 1, 1]


async def test_a_piece_that_fails_fails_alone():
    database = Database()

    def fail(_: object) -> None:
        raise ValueError("mine")

    first, good, bad, last = await do(
        database, (lambda _: "good", 1), (fail, 1), (lambda _: "last", 1)
    )
    assert (first, good, last) == ("first", "good", "last")
    with pytest.raises(ValueError, match="mine"):
        raise bad
    assert database.commits == [1, 1, 1]
