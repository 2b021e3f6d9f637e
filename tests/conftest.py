"""Real parts for all tests: a Redis server, simulators, worker processes."""

import gc
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis
from tests.support import warm
from tests.support.examples import choose_examples
from tests.support.ports import find_free_port
from tests.support.system import System

from glueline.settings.settings import Settings
from glueline_simulator import Simulator
from glueline_simulator import simulator as simulator_module
from glueline_worker.local import processes, server
from glueline_worker.local.server import EmbeddedRedis

FAKE_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}

UNIT = Path(__file__).with_name("unit")
"""Tests that may share a folder: the others start commands, which may write where they stand."""

choose_examples()


@pytest.fixture(scope="session", autouse=True)
def _warm_processes() -> Iterator[None]:
    """Supervised workers and simulators begin with their modules imported."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "start_process", _start_warm)
        patch.setattr(simulator_module, "subprocess", _WarmSubprocess)
        patch.setattr(server, "find_free_port", find_free_port)
        yield
    warm.stop()


def _start_warm(
    command: Sequence[str], *, env: Mapping[str, str] | None = None, **files: Any
) -> "subprocess.Popen[Any]":
    merged = {**os.environ, **(env or {})}
    options = {"stdin": subprocess.DEVNULL, "start_new_session": True, **files}
    return warm.popen(command, env=merged, **options)


class _WarmSubprocess:
    """What a simulator needs of ``subprocess``."""

    PIPE, TimeoutExpired = subprocess.PIPE, subprocess.TimeoutExpired
    Popen = staticmethod(warm.popen)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Leave modules and tests out of all garbage collections: they stay, and are very many."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of tests that write no file: one for each would take longer than most of them."""
    return tmp_path_factory.mktemp("empty")


@pytest.fixture(autouse=True)
def _own_environment(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, empty_folder: Path
) -> Iterator[None]:
    """No setting of the machine, and no file of the folder, reaches a test."""
    uses_files = "tmp_path" in request.fixturenames or not request.path.is_relative_to(UNIT)
    folder = request.getfixturevalue("tmp_path") if uses_files else empty_folder
    for name in [n for n in os.environ if n.startswith(("AWS_", "GLUELINE_", "OTEL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "no-aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "no-aws-credentials"))
    for name, value in FAKE_CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)
    yield
    assert uses_files or not any(empty_folder.iterdir()), (
        "a test that writes files takes `tmp_path`"
    )


@pytest.fixture(scope="session")
def redis_server() -> Iterator[EmbeddedRedis]:
    """One real server for the session; a test has a key prefix of its own."""
    with EmbeddedRedis() as server:
        yield server


@pytest.fixture
def prefix() -> str:
    return f"test-{uuid4().hex[:12]}:"


@pytest.fixture
def settings(redis_server: EmbeddedRedis, prefix: str, tmp_path: Path) -> Settings:
    return quick_settings(redis_server, prefix, tmp_path)


def quick_settings(server: EmbeddedRedis, prefix: str, folder: Path) -> Settings:
    """Settings on the real server, with times that fit a test."""
    return Settings(
        redis_url=server.url,
        key_prefix=prefix,
        sinks=(f"file://{folder}/out?format=jsonl",),
        silence=2.0,
        events={"debounce": 0.3, "debounce_at_most": 2.0},
        worker={
            "lease": 3.0,
            "grace": 1.0,
            "reconcile_interval": 0.3,
            "concurrency": 8,
            "rate_start": 1000,
        },
    )


@pytest.fixture
def client(redis_server: EmbeddedRedis) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_server.url, decode_responses=True) as connection:
        yield connection


@pytest.fixture
def simulator() -> Iterator[Callable[..., Simulator]]:
    """``simulator(databases=2, tables=10)`` starts one that ends with the test."""
    started: list[Simulator] = []

    def start(**options: Any) -> Simulator:
        started.append(Simulator(**options).start())
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def system(settings: Settings, tmp_path: Path) -> Iterator[Callable[..., System]]:
    """``system(sim, workers=2)``: worker processes and a producer; ends with the test."""
    started: list[System] = []

    def start(
        sim: Simulator | str,
        workers: int = 1,
        env: dict[str, str] | None = None,
        worker: dict[str, Any] | None = None,
        **changes: Any,
    ) -> System:
        url = sim if isinstance(sim, str) else sim.url
        changes["worker"] = settings.worker.model_copy(update=worker or {})
        changed = settings.model_copy(update=changes)
        started.append(System(changed, url, workers, tmp_path, env))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.stop()
