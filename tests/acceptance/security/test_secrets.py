"""Secrets come in from everywhere and get out nowhere."""

import base64
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import redis
from tests.acceptance.security.planted import (
    CATALOGUE,
    IN_CATALOGUE,
    NOTEBOOK,
    SCRIPT,
    forms,
    leaks,
)
from tests.acceptance.security.watching import (
    bodies_in,
    command_lines,
    echoing_endpoint,
    everything_in,
    page,
    rows_of,
    traffic,
)
from tests.support.collector import collecting
from tests.support.command import glueline
from tests.support.ports import find_free_port
from tests.support.postgres import PASSWORD, postgres_server
from tests.support.system import System, eventually, hooks, variables
from tests.support.warm import popen

from glueline import Options, RunState
from glueline.settings.sources import Role, Source
from glueline_simulator import Simulator
from glueline_worker.local.server import EmbeddedRedis

KEY, TOKEN = "wJalrXUtnFEMIK7MDENGbPxRfiCY0plantedKEY", "session-0planted"
LOGIN = "glueline:flower-0planted"
PROFILE = """[partner]
aws_access_key_id = AKIAPROFILE000000001
aws_secret_access_key = profile-0planted
aws_session_token = profiletoken-0planted
"""
ENVIRONMENT = {
    "AWS_SECRET_ACCESS_KEY": KEY,
    "AWS_SESSION_TOKEN": TOKEN,
    "HTTPS_PROXY": "http://etl:proxy-0planted@127.0.0.1:1",
    "AWS_SHARED_CREDENTIALS_FILE": "credentials",
    "FLOWER_BASIC_AUTH": LOGIN,
}
ECHOED = "Value etl/echoed with password=echoed-0planted on jdbc:mysql://etl:echoedurl-0planted@db."
CRASHED = "no route to mysql://etl:crashed-0planted@db, tried with api_key='crashkey-0planted'"
JSON = ["--json"]
TYPED = re.compile(r"glueline\.cli (inspect .*--argument db_password|run --sink postgresql:)")
"""Command lines on which this test itself writes a secret; their children's are looked at."""
POISON = (
    '{"password": "message-0planted"}',
    '{password="unreadable-0planted"',
    "redis://:poisonurl-0planted@host",
)
READER = Role(arn="arn:aws:iam::123456789012:role/reader", external_id="external-0planted")
OTHER = Role(arn="arn:aws:iam::123456789012:role/other", external_id="wrong-0planted")
ELSEWHERE = [
    *(KEY, TOKEN, "profile-0planted", "profiletoken-0planted", "proxy-0planted"),
    *("flower-0planted", "echoed-0planted", "echoedurl-0planted"),
    *("crashed-0planted", "crashkey-0planted", "message-0planted", "unreadable-0planted"),
    *("poisonurl-0planted", "external-0planted", "wrong-0planted", "endpoint-0planted"),
]


def test_a_secret_is_found_in_every_form() -> None:
    secret = "p@ss/w?rd-0planted"
    texts = {
        "plain": f"x{secret}y",
        "URL": quote(secret, safe=""),
        "JSON": json.dumps({"x": secret}),
        "hex": secret.encode().hex(),
        **{
            f"base64, {n}": base64.b64encode(b"." * n + secret.encode() + b"...").decode()
            for n in range(6)
        },
        "base64 for URLs": base64.urlsafe_b64encode(secret.encode() + b"...").decode(),
    }
    assert leaks([secret], texts) == [f"{secret} in {name}" for name in texts]
    assert not leaks(["other-0planted"], texts)
    assert all(len(form) > 10 for known in (*IN_CATALOGUE, *ELSEWHERE) for form in forms(known))


@pytest.fixture
def _files(tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text(PROFILE)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "copy.py").write_text(SCRIPT)
    (tmp_path / "files" / "book.ipynb").write_text(json.dumps(NOTEBOOK))
    definition = {"Name": "seen", "CodeGenConfigurationNodes": CATALOGUE["jobs"]["seen"]["nodes"]}
    (tmp_path / "files" / "job.json").write_text(json.dumps(definition))


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("_files")
def test_no_secret_gets_out(
    simulator: Callable[..., Simulator],
    system: Callable[..., System],
    client: redis.Redis,
    redis_server: EmbeddedRedis,
    tmp_path: Path,
) -> None:
    roles = {"roles": {READER.arn: {"external_id": READER.external_id}}}
    sim = simulator(catalogue={**CATALOGUE, **roles}, deny=["GetTables:denied"])
    with (
        traffic(redis_server.url) as commands,
        command_lines() as lines,
        echoing_endpoint(ECHOED) as echo,
        collecting() as collector,
        ExitStack() as database_server,
        ThreadPoolExecutor(2) as pool,
    ):
        database = database_server.enter_context(postgres_server()).create_database()
        running = system(
            sim,
            env={
                **ENVIRONMENT,
                **collector.env,
                **hooks(error_database="surprise", error_text=CRASHED),
            },
            sources={
                "echo": Source(endpoint_url=echo),
                "gone": Source(endpoint_url="http://glue:endpoint-0planted@127.0.0.1:1"),
                "partner": Source(profile="partner", endpoint_url=sim.url),
                "partner-echo": Source(profile="partner", endpoint_url=echo),
                "proxied": Source(endpoint_url="https://glue.invalid"),
                "reader": Source(roles=(READER,), endpoint_url=sim.url),
                "refused": Source(roles=(OTHER,), endpoint_url=sim.url),
            },
            log_level="debug",
            sinks=(f"file://{tmp_path}/out", f"sqlite:///{tmp_path}/glue.db", database),
            worker={"call_timeout": 10.0, "attempts": 1, "lease": 20.0},
        )
        env = {**variables(running.settings, sim.url), **ENVIRONMENT, **collector.env}
        spoken = _spoken(pool, _local_commands(tmp_path), env, tmp_path)
        with flower(env, tmp_path) as url:
            runs = _runs(running)
            states = {name: run.state for name, run in runs.items()}
            calm = "\n".join(commands)
            while_running = everything_in(client, running.settings.key_prefix)
            for poison in POISON:
                client.lpush(f"{running.settings.key_prefix}glueline", poison)
            eventually(lambda: len(running.producer.dead_letters()) == len(POISON))
            pages = _pages(url)
        stored = rows_of(database)
        database_server.close()
        unwritten = running.wait(running.producer.enqueue_database("shop").run_id)
        asked = _questions(runs["default"].run_id, unwritten.run_id, tmp_path)
        said: dict[str, str] = {}
        for command, text in (*spoken, *_spoken(pool, asked, env, tmp_path)):
            said[command] = said.get(command, "") + text
    good = dict.fromkeys(("default", "partner", "reader"), RunState.PARTIAL)
    assert states == {**dict.fromkeys(states, RunState.FAILED), **good}
    assert unwritten.state is RunState.FAILED
    kinds = running.kinds(runs["default"].run_id)
    assert (kinds["database"], kinds["table"], kinds["partition"], kinds["job"]) == (3, 3, 1, 3)
    assert kinds["lineage"] >= 8

    seen = {
        "Redis": while_running + everything_in(client, running.settings.key_prefix),
        "traffic": calm,
        "messages": bodies_in(calm),
        "PostgreSQL": stored,
        "traces": "\n".join(collector.texts),
        "process list": "\n".join(line for line in lines if not TYPED.search(line)),
        **pages,
        **said,
        **_written(tmp_path),
    }
    # Had nothing been looked at, nothing would have been found.
    for place in (
        "Redis",
        "messages",
        "PostgreSQL",
        "traces",
        "/api/tasks",
        "failures",
        "run --sink stdout:",
    ):
        assert "shop" in seen[place], place
    for place in ("worker-1.log", "process list", "worker"):
        assert "glueline" in seen[place], place
    assert "no route to" in seen["worker-1.log"]
    assert "Canonical String" in seen["failures"] + seen["worker-1.log"]
    password = urlsplit(running.settings.redis_url).password
    assert password
    ours = [password, PASSWORD, quote(PASSWORD, safe="")]
    assert not leaks([*IN_CATALOGUE, *ELSEWHERE, *ours], seen)


@contextmanager
def flower(env: Mapping[str, str], folder: Path) -> Iterator[str]:
    port = find_free_port()
    command = ["--app", "glueline_worker.app", "flower", "--address=127.0.0.1", f"--port={port}"]
    with (folder / "flower.log").open("wb") as log:
        process = popen(
            [sys.executable, "-m", "celery", *command],
            env={**os.environ, **env},
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: page(f"{url}/api/workers?refresh=1", LOGIN), 120)
        yield url
    finally:
        process.kill()
        process.wait()


def _runs(running: System) -> dict[str, Any]:
    """A run of each source, all at once; the default one reads everything."""
    sources = ["default", *running.settings.sources]
    options = Options(partitions="all", raw=True)
    accepted = {
        name: running.producer.enqueue_catalog(name, options=options).run_id for name in sources
    }
    return {name: running.wait(run_id) for name, run_id in accepted.items()}


def _pages(url: str) -> dict[str, str]:
    tasks = json.loads(page(f"{url}/api/tasks", LOGIN))
    workers = json.loads(page(f"{url}/api/workers?refresh=1", LOGIN))
    paths = ["/", "/tasks", "/broker", "/metrics", "/api/tasks", "/api/workers"]
    paths += [f"/task/{task}" for task in list(tasks)[:5]]
    pages = {path: page(f"{url}{path}", LOGIN) for path in paths}
    pages["worker"] = page(f"{url}/worker/{next(iter(workers))}", LOGIN) + json.dumps(workers)
    return pages


def _local_commands(folder: Path) -> list[list[str]]:
    """Commands that need no workers but their own."""
    book, script, job = (str(folder / "files" / n) for n in ("book.ipynb", "copy.py", "job.json"))
    local = ["run", "--sink", "stdout:", "--sink", f"file:{folder}/local", "--raw"]
    unreachable = f"postgresql://glue:{quote(PASSWORD, safe='')}@127.0.0.1:1/x"
    return [
        [*local, "--database", "shop", "--partitions", "all", "--workers", "1"],
        ["run", "--sink", unreachable, "--workers", "1"],
        *(["run", "--source", name, "--workers", "1"] for name in ("echo", "proxied", "refused")),
        *(["inspect", "script", file, *words] for file in (book, script) for words in ([], JSON)),
        ["inspect", "job", job, "--script", script, "--argument", "db_password=argument-0planted"],
    ]


def _questions(run: str, unwritten: str, folder: Path) -> list[list[str]]:
    """Commands about runs that are over."""
    return [
        *(["runs"], ["status", run], ["watch", unwritten], ["cancel", run], ["schedule", "list"]),
        *(["failures", run, *words] for words in ([], JSON)),
        *(["failures", unwritten], ["dead-letters"], ["replay", run]),
        *(["enqueue", "catalog"], ["enqueue", "database", "shop"], ["enqueue", "job", "copy"]),
        ["lineage", "shop.orders", "--sink", f"sqlite:///{folder}/glue.db", "--json"],
    ]


def _spoken(
    pool: ThreadPoolExecutor, commands: list[list[str]], env: Mapping[str, str], folder: Path
) -> Iterator[tuple[str, str]]:
    """What each command says, begun at once."""

    def speak(words: list[str]) -> tuple[str, str]:
        answer = glueline(*words, env=env, folder=folder)
        name = " ".join(words[:3]) if words[0] == "run" else words[0]
        return name, answer.out + answer.err

    return pool.map(speak, commands)


def _written(folder: Path) -> dict[str, str]:
    """All files but those that the secrets were planted in."""
    planted = {folder / "credentials", *(folder / "files").iterdir()}
    files = [path for path in folder.rglob("*") if path.is_file() and path not in planted]
    return {str(path.relative_to(folder)): path.read_text("latin-1") for path in files}
