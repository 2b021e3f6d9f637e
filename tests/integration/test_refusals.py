"""Wrong input and missing parts: an exit code, one sentence, and nothing half done."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.conftest import FAKE_CREDENTIALS
from tests.support.command import Said, glueline

from glueline_simulator import Simulator

NOBODY = "127.0.0.1:1"
SECRET = "correct-horse"
AWS_FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
NO_KEYS = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}

REFUSALS: dict[str, tuple[list[str], dict[str, Any], int, str]] = {
    "unreachable endpoint": (["run", "--endpoint-url", f"http://{NOBODY}"], {}, 1, NOBODY),
    "unknown sink": (["run", "--sink", "carrier-pigeon://loft"], {}, 2, "carrier-pigeon"),
    "malformed glob": (["run", "--database", "[a"], {}, 2, "[a"),
    "share out of range": (["run", "--max-deletion-share", "7"], {}, 2, "max_deletion_share"),
    "unknown source": (["run", "--source", "mars"], {}, 2, "mars"),
    "source of odd characters": (["run", "--source", "a b"], {}, 2, "source"),
    "unknown profile": (["run", "--profile", "nobody"], {}, 1, "nobody"),
    "no region": (["run"], {"AWS_REGION": None}, 1, "--region"),
    "no credentials": (["run"], NO_KEYS, 1, "credentials"),
    "wrong credentials": (["run"], {"AWS_ACCESS_KEY_ID": "AKIAOTHER"}, 1, "token"),
    "malformed endpoint": (["run", "--endpoint-url", "glue here"], {}, 1, "glue here"),
    "unreachable database": (
        ["run", "--sink", f"postgresql://glue:{SECRET}@{NOBODY}/x"],
        {},
        1,
        "postgresql://",
    ),
    "unreachable Redis": (
        ["enqueue", "catalog"],
        {"GLUELINE_REDIS_URL": f"redis://:{SECRET}@{NOBODY}/0"},
        1,
        "Redis",
    ),
    "malformed Redis URL": (
        ["enqueue", "catalog"],
        {"GLUELINE_REDIS_URL": f"http://:{SECRET}@{NOBODY}"},
        2,
        "redis_url",
    ),
    "malformed setting": (["run"], {"GLUELINE_WORKER__GRACE": "soon"}, 2, "grace"),
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Said, Path]]]:
    """All commands, a few at a time, each in a folder of its own."""
    ours = [name for name in os.environ if name.startswith(("AWS_", "GLUELINE_"))]
    clean: dict[str, str | None] = {**dict.fromkeys(ours), **FAKE_CREDENTIALS}
    folders = {name: tmp_path_factory.mktemp("refused") for name in REFUSALS}

    def ask(name: str) -> tuple[Said, Path]:
        (command, *options), env, *_ = REFUSALS[name]
        words = [command, *(["--workers", "1"] if command == "run" else []), *options]
        folder = folders[name]
        files = {name: str(folder / "none") for name in AWS_FILES}
        env = {**clean, **files, "AWS_ENDPOINT_URL": sim.url, **env}
        return glueline(*words, env=env, folder=folder), folder

    with (
        Simulator(databases=1, tables=1, accept_keys=FAKE_CREDENTIALS["AWS_ACCESS_KEY_ID"]) as sim,
        ThreadPoolExecutor(3) as threads,
    ):
        yield dict(zip(REFUSALS, threads.map(ask, REFUSALS), strict=True))


@pytest.mark.parametrize("name", REFUSALS)
def test_it_is_one_sentence_and_an_exit_code(
    answers: dict[str, tuple[Said, Path]], name: str
) -> None:
    *_, code, told = REFUSALS[name]
    said, folder = answers[name]
    assert (said.code, said.out) == (code, ""), said.err
    (sentence,) = [line for line in said.err.splitlines() if not line.startswith("running · 0/")]
    assert sentence.startswith("glueline: ")
    assert told in sentence
    assert SECRET not in said.err
    assert not list(folder.iterdir())
    assert not _left_over(folder)


def _left_over(folder: Path) -> list[psutil.Process]:
    """Processes that were started in a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder) and process.pid != psutil.Process().pid:
                found.append(process)
        except psutil.Error:
            continue
    return found
