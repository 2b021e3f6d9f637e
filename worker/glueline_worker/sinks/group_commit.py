"""Commit many units of a process in one step.

While a commit is in progress, the units that complete wait and are all in the next one. A unit
that is alone does not wait. Units come together because of `execution.commit_barrier`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class GroupCommit(Generic[_Item, _Result]):
    """Hands items to ``commit``, as many at once as there are; it belongs to one event loop."""

    def __init__(
        self, commit: Callable[[Sequence[_Item]], Awaitable[Sequence[_Result | Exception]]]
    ) -> None:
        """Use ``commit``, which returns a result or an error for each item, in their order."""
        self._commit = commit
        self._waiting: list[tuple[_Item, asyncio.Future[_Result]]] = []
        self._task: asyncio.Task[None] | None = None

    async def join(self, item: _Item) -> _Result:
        """Commit ``item`` with others and return its result; raises its error.

        When the caller is cancelled, the item may be committed all the same.
        """
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._commit_all())
        result: _Result = await future
        return result

    async def _commit_all(self) -> None:
        while self._waiting:
            group = [pair for pair in self._waiting if not pair[1].done()]
            self._waiting.clear()
            if group:
                await self._commit_group(group)

    async def _commit_group(self, group: Sequence[tuple[_Item, asyncio.Future[_Result]]]) -> None:
        results: Sequence[_Result | Exception]
        try:
            results = await self._commit([item for item, _ in group])
        except Exception as error:  # noqa: BLE001 - each waiting unit gets it
            results = [error] * len(group)
        for (_, future), result in zip(group, results, strict=True):
            if future.done():
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)
