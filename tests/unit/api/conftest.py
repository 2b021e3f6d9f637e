"""The API as a process of its own, with a worker, a simulator and a Redis behind it."""

import json
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.conftest import FAKE_CREDENTIALS, quick_settings
from tests.support.command import start
from tests.support.ports import find_free_port
from tests.support.system import System, eventually, variables

from glueline.settings.api import Token, hash_token
from glueline.settings.settings import Settings
from glueline_simulator import Simulator
from glueline_worker.local.server import EmbeddedRedis

DATABASE = "raw_sales_0000"
ALL, READER, WRITER, NORTH = "token-of-all", "token-to-read", "token-to-write", "token-of-north"
TOKENS = (
    Token(name="all", hash=hash_token(ALL), scopes=("read", "enqueue")),
    Token(name="reader", hash=hash_token(READER), scopes=("read",)),
    Token(name="writer", hash=hash_token(WRITER), scopes=("enqueue",)),
    Token(name="north", hash=hash_token(NORTH), scopes=("read", "enqueue"), sources=("north*",)),
)
SOURCES = {"default": {}, "north-1": {"region": "eu-north-1"}, "south": {"region": "eu-south-1"}}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


class Api:
    """A server; each call with the token that may do everything unless another is given."""

    def __init__(self, settings: Settings, folder: Path, **changes: Any) -> None:
        self.settings = settings
        self.port = find_free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"api-{self.port}.log"
        api = {
            "tokens": [token.model_dump(mode="json") for token in TOKENS],
            "rate": 10_000,
            "burst": 10_000,
            **changes,
        }
        self._env: dict[str, str | None] = {
            **variables(settings, "http://127.0.0.1:9"),
            **FAKE_CREDENTIALS,
            **{
                f"GLUELINE_API__{name.upper()}": v if isinstance(v, str) else json.dumps(v)
                for name, v in api.items()
            },
        }
        self.client = httpx.Client(base_url=self.url, headers=bearer(ALL), timeout=60)

    def start(self, env: Mapping[str, str] | None = None) -> "Api":
        changed = {**self._env, **(env or {})}
        self.process = start("api", "--port", str(self.port), env=changed, log=self.log)
        eventually(self._is_up)
        return self

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.client.close()
        self.process.send_signal(number)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def audit(self) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line["event"] == "audit"]

    def _is_up(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Service:
    """Everything that stands behind the API."""

    def __init__(self, api: Api, system: System, simulator: Simulator) -> None:
        self.api, self.system, self.simulator = api, system, simulator
        self.client = api.client

    def run(self, state: str = "succeeded", **body: Any) -> str:
        """Enqueue, wait for the end, and give the run's id."""
        answer = self.client.post("/v1/extractions", json=body)
        assert answer.status_code == 202, answer.text
        run_id: str = answer.json()["run_id"]
        assert self.system.wait(run_id).state == state
        return run_id


@pytest.fixture(scope="session")
def service(
    redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("api")
    quick = quick_settings(redis_server, f"api-{uuid4().hex[:8]}:", folder)
    settings = quick.model_copy(
        update={"sources": Settings(sources=SOURCES, redis_url=redis_server.url).sources}
    )
    with Simulator(databases=3, tables=4, jobs=2) as sim:
        system = System(settings, sim.url, 1, folder, FAKE_CREDENTIALS)
        system.start()
        api = Api(settings, folder).start()
        yield Service(api, system, sim)
        api.stop()
        system.stop()


@pytest.fixture
def client(service: Service) -> httpx.Client:
    return service.client


@pytest.fixture
def one_api(settings: Settings, tmp_path: Path) -> Iterator[Callable[..., Api]]:
    """``one_api(rate=1)`` starts a server with other settings and no worker behind it."""
    started: list[Api] = []

    def make(**changes: Any) -> Api:
        redis_url = changes.pop("redis_url", settings.redis_url)
        sources = Settings(sources=changes.pop("sources", {})).sources
        changed = settings.model_copy(update={"redis_url": redis_url, "sources": sources})
        started.append(Api(changed, tmp_path, **changes).start())
        return started[-1]

    yield make
    for api in started:
        if api.process.poll() is None:
            api.stop()


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer, which must be one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    assert found["code"] == code
    assert found["detail"]
    assert found["title"]
    return found
