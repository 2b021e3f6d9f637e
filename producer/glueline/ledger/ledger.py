"""Carry out the ledger's commands on a Redis server, blocking or on an event loop."""

from functools import lru_cache
from importlib.resources import files
from typing import TypeVar

import redis
from redis.exceptions import RedisError

from glueline.contract.errors import Retryable
from glueline.ledger.command import Command
from glueline.redis.auto_pipeline import AutoPipeline, LuaScript
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
