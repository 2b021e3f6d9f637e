"""Pages as scripts, run as a reader runs them."""

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.acceptance.docs.pages import Block, blocks, is_run
from tests.support.ports import find_free_port

from glueline.settings.settings import Settings

PATIENCE = 240
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


def script(found: Iterable[Block]) -> str:
    """All blocks as one script, which stops at the first that fails."""
    parts = ["set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"]
    for block in filter(is_run, found):
        parts += [f"echo '--- {block.place}' >&2", _command(block)]
    return "\n".join(parts)


def of_page(page: Path) -> str:
    return script(blocks(page, *LANGUAGES))


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


def adapted(text: str, settings: Settings, environment: Mapping[str, str]) -> str:
    """The servers of the test in the place of the usual ones."""
    for usual, here in {
        "redis://127.0.0.1:6379/0": settings.redis_url,
        "http://127.0.0.1:4577": environment.get("AWS_ENDPOINT_URL", ""),
        "8080": environment.get("API_PORT") or str(find_free_port()),
        '"glueline:"': f'"{settings.key_prefix}"',
        "glueline:glueline": f"{settings.key_prefix}glueline",
    }.items():
        text = text.replace(usual, here)
    return text


def run(text: str, environment: Mapping[str, str], folder: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", text],
        cwd=folder,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
