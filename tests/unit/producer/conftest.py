"""Producers on a real Redis, and what they put on the queue."""

import base64
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from tests.unit.desk import Desk

from glueline import AsyncProducer, Producer, Settings


@pytest.fixture
def producer(settings: Settings) -> Iterator[Producer]:
    with Producer(settings) as the_producer:
        yield the_producer


@pytest.fixture
async def async_producer(settings: Settings) -> AsyncIterator[AsyncProducer]:
    async with AsyncProducer(settings) as the_producer:
        yield the_producer


@pytest.fixture
def queue(desk: Desk) -> Callable[[], list[dict[str, Any]]]:
    """What lies on the queue, the oldest first, as any Celery worker would read it."""

    def read() -> list[dict[str, Any]]:
        envelopes = [json.loads(raw) for raw in desk.client.lrange(desk.keys.queue, 0, -1)][::-1]
        for envelope in envelopes:
            envelope["args"] = json.loads(base64.b64decode(envelope["body"]))[0]
        return envelopes

    return read
