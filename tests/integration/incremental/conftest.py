from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.integration.incremental.inline import Inline
from tests.support.postgres import PostgresServer, postgres_server

from glueline.settings.settings import Settings

Start = Callable[..., Any]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture
def url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Makes the URL of an empty sink of a kind."""

    def make(name: str) -> str:
        if kind == "postgresql":
            return str(request.getfixturevalue("postgres").create_database())
        return {
            "sqlite": f"sqlite:///{tmp_path}/{name}.db",
            "file": f"file://{tmp_path}/{name}?format=jsonl",
        }[kind]

    return make


@pytest.fixture
async def inline(settings: Settings) -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:

        async def start(*urls: str, chance: Random | None = None) -> Inline:
            worker = settings.worker.model_copy(update={"attempts": 1, "call_timeout": 2})
            changed = settings.model_copy(update={"sinks": urls, "worker": worker})
            return await stack.enter_async_context(Inline(changed, chance))

        yield start
