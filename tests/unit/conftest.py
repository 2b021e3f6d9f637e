"""A ledger that is moved by hand."""

from collections.abc import Iterator

import pytest
import redis
from tests.unit.desk import Desk

from glueline_worker.local.server import EmbeddedRedis


@pytest.fixture
def desk(redis_server: EmbeddedRedis, prefix: str) -> Iterator[Desk]:
    with redis.Redis.from_url(redis_server.url) as client:
        yield Desk(client, prefix)
