"""Send the commands of one event loop together: those that wait for the same moment share a trip.

While one pipeline is under way, new commands gather for the next. So a busy process makes few round
trips, and an idle one waits for nothing.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha1
from typing import Any

import redis.asyncio
from redis.exceptions import NoScriptError

MAX_PIPELINE_COMMANDS = 200
"""The most commands of one pipeline."""


@dataclass(frozen=True)
class LuaScript:
    """A script that Redis runs by its digest."""

    text: str

    @cached_property
    def digest(self) -> str:
        """The name of the script in EVALSHA."""
        return sha1(self.text.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A command whose caller waits for ``answer``. ``script`` is what EVALSHA runs, if it does."""

    arguments: tuple[Any, ...]
    script: LuaScript | None
    answer: asyncio.Future[Any]


class AutoPipeline:
    """Carries out commands for the tasks of one event loop, one pipeline at a time.

    The commands of different tasks are independent: one that fails does not affect the others, and
    a task that is cancelled leaves its command in the pipeline.
    """

    def __init__(self, client: redis.asyncio.Redis) -> None:
        """Use ``client``; closing it stays with the caller."""
        self._client = client
        self._waiting: list[_Waiting] = []
        self._sender: asyncio.Task[None] | None = None
        self._loaded: set[LuaScript] = set()

    async def execute(self, *arguments: Any) -> Any:
        """Carry out one command and return its answer; raises RedisError."""
        return await self._enqueue(arguments)

    async def run_script(
        self, script: LuaScript, keys: Sequence[str], args: Sequence[str | int | float]
    ) -> Any:
        """Run a script and return its answer; raises RedisError."""
        return await self._enqueue(("EVALSHA", script.digest, len(keys), *keys, *args), script)

    def _enqueue(
        self, arguments: tuple[Any, ...], script: LuaScript | None = None
    ) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        self._waiting.append(_Waiting(arguments, script, answer))
        if self._sender is None:
            self._sender = loop.create_task(self._send_waiting())
        return answer

    async def _send_waiting(self) -> None:
        try:
            while self._waiting:
                batch = self._waiting[:MAX_PIPELINE_COMMANDS]
                del self._waiting[:MAX_PIPELINE_COMMANDS]
                await self._send(batch)
        finally:
            self._sender = None
            for left in self._waiting:
                left.answer.cancel()
            self._waiting.clear()

    async def _send(self, batch: Sequence[_Waiting]) -> None:
        """Send commands, and those again whose script Redis has forgotten, with the script."""
        try:
            answers = await self._execute(batch)
        except Exception as error:  # noqa: BLE001 - each caller gets it
            answers = [error] * len(batch)
        except BaseException:
            for one in batch:
                one.answer.cancel()
            raise
        forgotten = []
        for one, answer in zip(batch, answers, strict=True):
            if isinstance(answer, NoScriptError) and one.script in self._loaded:
                forgotten.append(one)
            elif not one.answer.done():
                _resolve(one.answer, answer)
        if forgotten:
            self._loaded.clear()
            await self._send(forgotten)

    async def _execute(self, batch: Sequence[_Waiting]) -> list[Any]:
        """Return the answers to commands; an error is the answer of its command."""
        needed = dict.fromkeys(one.script for one in batch if one.script is not None)
        new = [script for script in needed if script not in self._loaded]
        pipeline = self._client.pipeline(transaction=False)
        for script in new:
            pipeline.execute_command("SCRIPT LOAD", script.text)
        for one in batch:
            pipeline.execute_command(*one.arguments)
        answers: list[Any] = await pipeline.execute(raise_on_error=False)
        loads, answers = dict(zip(new, answers, strict=False)), answers[len(new) :]
        failed: dict[LuaScript | None, Any] = {
            script: it for script, it in loads.items() if isinstance(it, Exception)
        }
        self._loaded.update(script for script in new if script not in failed)
        return [
            failed.get(one.script, answer) if isinstance(answer, NoScriptError) else answer
            for one, answer in zip(batch, answers, strict=True)
        ]


def _resolve(future: asyncio.Future[Any], answer: Any) -> None:
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
