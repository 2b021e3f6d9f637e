"""A ledger that a test moves by hand, and producers on the same Redis."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import redis
from tests.support.receiver import RecordingReceiver, recording_receiver
from tests.unit.ledger_harness import LedgerHarness

from glueline import AsyncProducer, Producer, Settings
from glueline_worker.local.server import EmbeddedRedis


@pytest.fixture
def harness(redis_server: EmbeddedRedis, prefix: str) -> Iterator[LedgerHarness]:
    with redis.Redis.from_url(redis_server.url) as client:
        yield LedgerHarness(client, prefix)


@pytest.fixture
def producer(settings: Settings) -> Iterator[Producer]:
    with Producer(settings) as the_producer:
        yield the_producer


@pytest.fixture
async def async_producer(settings: Settings) -> AsyncIterator[AsyncProducer]:
    async with AsyncProducer(settings) as the_producer:
        yield the_producer


@pytest.fixture
def queue(harness: LedgerHarness) -> Callable[[], list[dict[str, Any]]]:
    """What lies on the queue, the oldest first, as any Celery worker would read it."""

    def read() -> list[dict[str, Any]]:
        envelopes = [json.loads(raw) for raw in harness.client.lrange(harness.keys.queue, 0, -1)][
            ::-1
        ]
        for envelope in envelopes:
            envelope["args"] = json.loads(envelope["body"])[0]
        return envelopes

    return read


@pytest.fixture
def receiver() -> Iterator[RecordingReceiver]:
    """A service that keeps what it is sent."""
    with recording_receiver() as opened:
        yield opened
