from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.support.postgres import PostgresServer, postgres_server
from tests.unit.sinks.places import PLACES, Rows, database_url, sql_place

from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.testing import SinkPlace

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> SinkPlace:
    """Each sink in turn."""
    return PLACES[request.param](request, tmp_path)


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind in turn."""
    return database_url(request.param, request, tmp_path)


@pytest.fixture
def rows(url: str) -> Rows:
    return Rows(url)


@pytest.fixture
async def sink(url: str) -> AsyncIterator[Sink]:
    """An open sink on the database."""
    opened = sql_place(url).make()
    await opened.open()
    yield opened
    await opened.close()
