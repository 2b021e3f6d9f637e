"""The examples of docs/messages.md become runs: Celery, Redis, curl, Node."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.acceptance.docs.pages import ROOT, Block, blocks
from tests.acceptance.docs.running import adapted, of_page, run
from tests.support.command import start
from tests.support.ports import find_free_port
from tests.support.system import System, eventually, variables

from glueline.settings.api import hash_token
from glueline.settings.settings import Settings
from glueline_simulator import Simulator

PAGE = ROOT / "docs" / "messages.md"
TOKEN = "token-of-the-page"
NODE = shutil.which("node")
IN_NODE = blocks(PAGE, "js")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")


@pytest.fixture
def running(simulator: Callable[..., Simulator], system: Callable[..., System]) -> Iterator[System]:
    started = system(simulator(sample=True))
    yield started
    assert started.producer.dead_letters() == []


@pytest.fixture
def enqueued(running: System) -> Callable[[int], set[str]]:
    """``enqueued(2)`` waits for the ends of two runs and says what they were about."""

    def look(number: int) -> set[str]:
        runs = eventually(
            lambda: (
                len(ended := [r for r in running.producer.runs() if r.state.is_final]) == number
                and ended
            )
        )
        assert {run.state.value for run in runs} == {"succeeded"}
        return {run.request.scope.label for run in runs}

    return look


@pytest.fixture
def with_api(
    running: System, settings: Settings, environment: dict[str, str], tmp_path: Path
) -> Iterator[dict[str, str]]:
    """The environment of a reader who has started the HTTP API and has a token."""
    port = str(find_free_port())
    tokens = json.dumps([{"name": "page", "hash": hash_token(TOKEN), "scopes": ["enqueue"]}])
    env = {**variables(settings, "http://127.0.0.1:9"), "GLUELINE_API__TOKENS": tokens}
    api = start("api", "--port", port, env=env, log=tmp_path / "api.log")
    yield {**environment, "API_PORT": port, "TOKEN": TOKEN}
    api.terminate()
    assert api.wait(60) == 0


def test_messages_from_any_language_become_runs(
    with_api: dict[str, str],
    enqueued: Callable[[int], set[str]],
    settings: Settings,
    tmp_path: Path,
) -> None:
    run(adapted(of_page(PAGE), settings, with_api), with_api, tmp_path)
    expected = {"database sales", "job load-orders", "table sales orders"}
    if NODE:
        (block,) = (block for block in IN_NODE if not block.note)
        in_node(block, settings, with_api, tmp_path)
        expected.add("table sales customers")
    assert enqueued(len(expected)) == expected


@needs_node
@pytest.mark.slow  # it asks for packages, which takes a network
def test_messages_from_packages_of_node_become_runs(
    running: System,
    enqueued: Callable[[int], set[str]],
    environment: dict[str, str],
    settings: Settings,
    tmp_path: Path,
) -> None:
    shutil.copy(Path(__file__).with_name("package.json"), tmp_path)
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"]
    try:
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        pytest.skip("npm cannot install the packages here")
    for block in IN_NODE:
        if block.note:
            in_node(block, settings, environment, tmp_path)
    assert enqueued(2) == {"job revenue-daily", "job merge-returns"}


def in_node(block: Block, settings: Settings, environment: dict[str, str], folder: Path) -> None:
    path = folder / f"line-{block.line}.mjs"
    path.write_text(adapted(block.text, settings, environment))
    run(f"exec node {path.name}", environment, folder)
