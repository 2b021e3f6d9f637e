"""The blocks of the pages run, in the order in which a reader runs them."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.docs.pages import PAGES, ROOT, Block, blocks, is_run
from tests.support.system import System, eventually

from glueline.settings import Settings
from glueline_simulator import Simulator
from glueline_worker.local.server import free_port

Start = Callable[..., System]
Simulate = Callable[..., Simulator]

PATIENCE = 90
LANGUAGES = ("sh", "python", "sql")
TOOLS = {
    "redis-cli": """
import os, sys, redis
print(redis.Redis.from_url(os.environ["GLUELINE_REDIS_URL"]).execute_command(*sys.argv[1:]))
""",
    "jq": """
import json, sys
print(json.load(sys.stdin)[sys.argv[-1].strip(".")])
""",
    "sqlite3": """
import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]):
    print(*row, sep="|")
""",
    "all-statements": """
import pathlib, sqlite3, sys
path = min(pathlib.Path().glob("*.db"))
for statement in sys.stdin.read().split(";"):
    if statement.strip():
        rows = sqlite3.connect(path).execute(statement).fetchall()
        assert rows or sys.argv[1:], f"no rows: {statement}"
""",
}
"""Commands that a reader has and a machine of tests may lack."""

RUN = [
    page
    for page in PAGES
    if page.parent.name != "simulator"
    and page.name != "messages.md"
    and any(map(is_run, blocks(page, *LANGUAGES)))
]


@pytest.fixture
def environment(settings: Settings, tmp_path: Path) -> dict[str, str]:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, code in TOOLS.items():
        (tools / name).write_text(f"#!{sys.executable}{code}")
        (tools / name).chmod(0o755)
    return {
        **os.environ,
        "PATH": os.pathsep.join([str(tools), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "GLUELINE_REDIS_URL": settings.redis_url,
        "GLUELINE_KEY_PREFIX": settings.key_prefix,
    }


@pytest.mark.parametrize("page", RUN, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_runs_from_top_to_bottom(
    page: Path, environment: dict[str, str], simulator: Simulate, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    environment["AWS_ENDPOINT_URL"] = simulator(sample=True).url
    _run(_adapted(_script(page), settings, environment), environment, folder)


def test_messages_from_any_language_become_runs(
    environment: dict[str, str],
    simulator: Simulate,
    system: Start,
    settings: Settings,
    tmp_path: Path,
) -> None:
    running = system(simulator(sample=True))
    page = ROOT / "docs" / "messages.md"
    _run(_adapted(_script(page), settings, environment), environment, tmp_path)
    producer = running.producer
    eventually(lambda: len([run for run in producer.runs() if run.state.is_final]) == 2)
    assert {run.request.scope.label for run in producer.runs()} == {
        "database sales",
        "job load-orders",
    }
    assert {run.state.value for run in producer.runs()} == {"succeeded"}
    assert producer.dead_letters() == []


def _script(page: Path) -> str:
    """All blocks of a page as one script, which stops at the first that fails."""
    parts = ["set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"]
    for block in filter(is_run, blocks(page, *LANGUAGES)):
        parts += [f"echo '--- {block.place}' >&2", _command(block)]
    return "\n".join(parts)


def _command(block: Block) -> str:
    match block.language:
        case "python":
            return f"python - <<'END_OF_BLOCK'\n{block.text}END_OF_BLOCK"
        case "sql":
            return f"all-statements {block.note} <<'END_OF_BLOCK'\n{block.text}END_OF_BLOCK"
        case _ if block.note == "in the background":
            return f"{block.text.strip()} >background.log 2>&1 &"
        case _:
            return block.text


def _adapted(script: str, settings: Settings, environment: dict[str, str]) -> str:
    """The servers of the test in the place of the usual ones."""
    for usual, here in {
        "redis://127.0.0.1:6379/0": settings.redis_url,
        "http://127.0.0.1:4577": environment.get("AWS_ENDPOINT_URL", ""),
        "8080": str(free_port()),
        '"glueline:"': f'"{settings.key_prefix}"',
        "glueline:glueline": f"{settings.key_prefix}glueline",
    }.items():
        script = script.replace(usual, here)
    return script


def _run(script: str, environment: dict[str, str], folder: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
