from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.support.postgres import PostgresServer, postgres_server
from tests.unit.sinks.places import Place, Rows, file_place, sql_place, stdout_place

from glueline_worker.sinks.base import Sink

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


def database_url(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    if kind == "postgresql":
        return request.getfixturevalue("postgres").create_database()
    return f"sqlite:///{folder}/glueline.db"


@pytest.fixture(params=[*DATABASES, "file", "stdout"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Each sink in turn."""
    if request.param == "file":
        return file_place(tmp_path / "out")
    if request.param == "stdout":
        return stdout_place()
    return sql_place(database_url(request.param, request, tmp_path))


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
