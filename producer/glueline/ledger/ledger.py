"""Carry out the ledger's commands on a Redis server, blocking or on an event loop."""

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeVar

import redis
from redis.exceptions import RedisError

from glueline.contract.errors import Retryable
from glueline.ledger.command import Command
from glueline.redis.auto_pipeline import MAX_PIPELINE_COMMANDS, AutoPipeline, LuaScript
from glueline.redis.errors import explain

T = TypeVar("T")


class LedgerUnavailable(Retryable):
    """Redis cannot be asked now."""

    code = "ledger_unavailable"


@lru_cache
def read_script(script: str) -> LuaScript:
    """Return a script with the common part before it."""
    folder = files("glueline.ledger") / "scripts"
    return LuaScript((folder / "common.lua").read_text() + (folder / f"{script}.lua").read_text())


class Ledger:
    """Carries out commands and blocks until the answer."""

    def __init__(self, client: redis.Redis) -> None:
        """Use ``client``; closing it stays with the caller."""
        self._client = client
        self._scripts = lru_cache(self._register)

    def _register(self, script: str) -> redis.commands.core.Script:
        return self._client.register_script(read_script(script).text)

    def __call__(self, command: Command[T]) -> T:
        """Carry out ``command``; raises LedgerUnavailable when Redis cannot be asked."""
        try:
            return command.read(self._scripts(command.script)(keys=command.keys, args=command.args))
        except RedisError as error:
            raise ledger_unavailable(error) from None

    def run_all(self, commands: Sequence[Command[T]]) -> list[T]:
        """Carry out commands in their order, many in one round trip; raises LedgerUnavailable.

        When it raises, some of the commands may have been carried out.
        """
        answers: list[Any] = []
        try:
            for start in range(0, len(commands), MAX_PIPELINE_COMMANDS):
                answers += self._run_some(commands[start : start + MAX_PIPELINE_COMMANDS])
        except RedisError as error:
            raise ledger_unavailable(error) from None
        return [command.read(answer) for command, answer in zip(commands, answers, strict=True)]

    def _run_some(self, commands: Sequence[Command[T]]) -> list[Any]:
        """Return the answers to commands that go in one trip."""
        # redis-py's own scripts would take a second trip: each pipeline asks which Redis knows.
        scripts = dict.fromkeys(read_script(command.script) for command in commands)
        with self._client.pipeline(transaction=False) as pipeline:
            for script in scripts:
                pipeline.script_load(script.text)
            for one in commands:
                digest = read_script(one.script).digest
                pipeline.evalsha(digest, len(one.keys), *one.keys, *one.args)
            return pipeline.execute()[len(scripts) :]


class AsyncLedger:
    """Carries out commands on the running event loop."""

    def __init__(self, pipeline: AutoPipeline) -> None:
        """Send commands through ``pipeline``."""
        self._pipeline = pipeline

    async def __call__(self, command: Command[T]) -> T:
        """Carry out ``command``; raises LedgerUnavailable when Redis cannot be asked."""
        script = read_script(command.script)
        try:
            answer = await self._pipeline.run_script(script, command.keys, command.args)
        except RedisError as error:
            raise ledger_unavailable(error) from None
        return command.read(answer)


def ledger_unavailable(error: RedisError) -> LedgerUnavailable:
    """Return the error without the connection's URL, which may hold a password."""
    return LedgerUnavailable(f"Redis did not answer: {explain(error)}")
