"""The queue: a list in Redis, from which Celery's workers take messages."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import redis
import redis.asyncio

from glueline.contract.envelopes import encode_envelope
from glueline.contract.errors import Retryable
from glueline.contract.messages import CheckRequest, UnitMessage
from glueline.ledger import Commands, Keys
from glueline.redis import clients
from glueline.redis.auto_pipeline import AutoPipeline
from glueline.redis.errors import explain
from glueline.settings.settings import Settings

_MOST_AT_ONCE = 1000
"""Messages of one command: Redis serves nobody else meanwhile."""


class QueueUnavailable(Retryable):
    """Messages cannot be published now; the ledger's reconciler publishes them later."""

    code = "queue_unavailable"


def make_redis_client(settings: Settings) -> redis.Redis:
    """Make a blocking client for the ledger."""
    return clients.make_client(settings.redis_url)


def make_async_redis_client(settings: Settings, connections: int) -> redis.asyncio.Redis:
    """Make a client for the running event loop."""
    return clients.make_async_client(settings.redis_url, connections)


def make_commands(settings: Settings) -> Commands:
    """Make the ledger's commands with the settings' key prefix and times."""
    return Commands(
        Keys(settings.key_prefix),
        redispatch_after_ms=int(settings.silence * 1000),
        overtake_margin_ms=int(settings.silence * 250),
    )


class MessagePublisher(Protocol):
    """Puts messages on the queue: a ``Publisher``, or one that records them for tests."""

    def publish(self, units: Sequence[UnitMessage | CheckRequest], /) -> None:
        """Put messages on the queue in their order; raises QueueUnavailable."""


class Publisher:
    """Publishes messages, many in one round trip. Safe to use from several threads."""

    def __init__(self, client: redis.Redis, keys: Keys) -> None:
        """Use ``client``; closing it stays with the caller."""
        self._client, self._key = client, keys.queue

    def publish(self, units: Sequence[UnitMessage | CheckRequest]) -> None:
        """Put messages on the queue in their order; raises QueueUnavailable."""
        for envelopes in _encode(units):
            try:
                self._client.lpush(self._key, *envelopes)
            except redis.RedisError as error:
                raise QueueUnavailable(f"cannot publish: {explain(error)}") from None


class AsyncPublisher:
    """Publishes messages on an event loop."""

    def __init__(self, pipeline: AutoPipeline, keys: Keys) -> None:
        """Send messages through ``pipeline``."""
        self._pipeline, self._key = pipeline, keys.queue

    async def publish(self, units: Sequence[UnitMessage | CheckRequest]) -> None:
        """Put messages on the queue in their order; raises QueueUnavailable."""
        for envelopes in _encode(units):
            try:
                await self._pipeline.execute("LPUSH", self._key, *envelopes)
            except redis.RedisError as error:
                raise QueueUnavailable(f"cannot publish: {explain(error)}") from None


def _encode(units: Sequence[UnitMessage | CheckRequest]) -> Iterator[list[str]]:
    for start in range(0, len(units), _MOST_AT_ONCE):
        yield [encode_envelope(unit) for unit in units[start : start + _MOST_AT_ONCE]]
