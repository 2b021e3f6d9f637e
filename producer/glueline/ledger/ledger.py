"""Carry out the ledger's commands on a Redis server, blocking or on an event loop."""

from functools import lru_cache
from importlib.resources import files
from typing import TypeVar

import redis
import redis.asyncio
from redis.exceptions import RedisError

from glueline.contract.errors import Retryable
from glueline.ledger.command import Command
from glueline.redis.errors import explain

T = TypeVar("T")


class LedgerUnavailable(Retryable):
    """Redis cannot be asked now."""

    code = "ledger_unavailable"


@lru_cache
def read_script(script: str) -> str:
    """Return the text of a script with the common part before it."""
    folder = files("glueline.ledger") / "scripts"
    return (folder / "common.lua").read_text() + (folder / f"{script}.lua").read_text()


class Ledger:
    """Carries out commands and blocks until the answer."""

    def __init__(self, client: redis.Redis) -> None:
        """Use ``client``; closing it stays with the caller."""
        self._client = client
        self._scripts = lru_cache(self._register)

    def _register(self, script: str) -> redis.commands.core.Script:
        return self._client.register_script(read_script(script))

    def __call__(self, call: Command[T]) -> T:
        """Carry out ``command``; raises LedgerUnavailable when Redis cannot be asked."""
        try:
            return call.read(self._scripts(call.script)(keys=call.keys, args=call.args))
        except RedisError as error:
            raise ledger_unavailable(error) from None


class AsyncLedger:
    """Carries out commands on the running event loop."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        """Use ``client``; closing it stays with the caller."""
        self._client = client
        self._scripts = lru_cache(self._register)

    def _register(self, script: str) -> redis.commands.core.AsyncScript:
        return self._client.register_script(read_script(script))

    async def __call__(self, call: Command[T]) -> T:
        """Carry out ``command``; raises LedgerUnavailable when Redis cannot be asked."""
        try:
            return call.read(await self._scripts(call.script)(keys=call.keys, args=call.args))
        except RedisError as error:
            raise ledger_unavailable(error) from None


def ledger_unavailable(error: RedisError) -> LedgerUnavailable:
    """Return the error without the connection's URL, which may hold a password."""
    return LedgerUnavailable(f"Redis did not answer: {explain(error)}")
