"""The services of docker-compose.yml, started by their own commands and variables, do their work."""

import base64
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from tests.support.ports import find_free_port
from tests.support.postgres import postgres_server
from tests.support.system import eventually

from glueline import Options, Producer, RunState
from glueline.settings.api import hash_token
from glueline.settings.settings import Settings
from glueline_simulator import Simulator
from glueline_worker.local.server import EmbeddedRedis

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
CONFIGS: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["configs"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::[-?]([^}]*))?\}")
LOGIN = "glueline:correct-horse"
DOT_ENV = {
    "REDIS_PASSWORD": "redis-secret",
    "POSTGRES_PASSWORD": "postgres-secret",
    "FLOWER_BASIC_AUTH": LOGIN,
    "EVENTS_QUEUE": "https://sqs.eu-west-1.amazonaws.com/123456789012/events",
    "API_TOKENS": json.dumps([{"name": "me", "hash": hash_token("api-secret")}]),
}
SHELL = {
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST",
    "AWS_SECRET_ACCESS_KEY": "aws-secret",
}


def test_every_variable_is_documented_and_every_password_is_asked_for() -> None:
    documented = (ROOT / "docs" / "operations.md").read_text() + TEXT.partition("x-glueline")[0]
    used = {name for name, _ in VARIABLE.findall(TEXT)} - {"HOME"}
    usual = {name for name in used if name.startswith(("AWS_", "OTEL_")) or "_IMAGE" in name}
    assert used - usual == set(DOT_ENV)
    assert not [name for name in DOT_ENV if name not in documented]
    assert not re.search(r"\$\{(?!\w+:\?)\w*(PASSWORD|AUTH)", TEXT)


def test_services_wait_for_healthy_servers_that_keep_their_data() -> None:
    for server in ("redis", "postgres"):
        assert SERVICES[server]["healthcheck"]["test"]
        assert "ports" not in SERVICES[server]
        assert SERVICES[server]["volumes"]
    for line in ("appendonly yes", "maxmemory-policy noeviction", 'requirepass "${REDIS_PASSWORD'):
        assert line in CONFIGS["redis"]["content"]
    (file,) = SERVICES["redis"]["configs"]
    assert SERVICES["redis"]["command"] == ["redis-server", file["target"]]
    for service in OURS.values():
        assert service["depends_on"]["redis"] == {"condition": "service_healthy"}
        assert service["restart"] == "unless-stopped"
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    assert OURS["worker"]["depends_on"]["postgres"] == {"condition": "service_healthy"}
    grace = int(OURS["worker"]["stop_grace_period"].removesuffix("s"))
    assert grace > Settings().worker.grace + 2


def test_credentials_go_only_to_those_who_need_them() -> None:
    assert {name for name, one in OURS.items() if _has(one, "AWS_")} == {"worker", "events"}
    assert {name for name, one in OURS.items() if ".aws" in str(one.get("volumes"))} == {
        "worker",
        "events",
    }
    assert {name for name, one in OURS.items() if "POSTGRES" in str(one["environment"])} == {
        "worker"
    }
    assert {name for name, one in OURS.items() if _has(one, "GLUELINE_API__TOKENS")} == {"api"}


def _has(service: dict[str, Any], prefix: str) -> bool:
    return any(name.startswith(prefix) for name in service["environment"])


def test_no_command_line_holds_a_password() -> None:
    """Every user of a host may read command lines, those of healthchecks too."""
    for service in SERVICES.values():
        words = [*service.get("command", ()), *service["healthcheck"]["test"]]
        assert not re.search(r"\$|PASS|AUTH|TOKEN| -a ", " ".join(words))


def test_images_are_pinned_and_may_be_given_by_digest() -> None:
    for name in ("redis", "postgres"):
        assert re.fullmatch(
            rf"\$\{{{name.upper()}_IMAGE:-{name}:\d+\.\d+(\.\d+)?-alpine\}}",
            SERVICES[name]["image"],
        )


@dataclass
class Composition:
    processes: dict[str, "subprocess.Popen[bytes]"]
    logs: dict[str, Path]
    envs: dict[str, dict[str, str]]
    producer: Producer
    postgres: str
    flower: str
    api: str

    def look(self, path: str, login: str | None = LOGIN) -> Any:
        """What Flower answers; the status when it refuses, None when it does not listen yet."""
        request = urllib.request.Request(f"{self.flower}{path}")
        if login:
            token = base64.b64encode(login.encode()).decode()
            request.add_header("Authorization", f"Basic {token}")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except urllib.error.URLError:
            return None


@pytest.fixture(scope="module")
def composition(
    redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Composition]:
    folder = tmp_path_factory.mktemp("compose")
    port, api_port = find_free_port(), find_free_port()
    here = {"--port=5555": f"--port={port}", "8080": str(api_port), "0.0.0.0": "127.0.0.1"}
    logs = {name: folder / f"{name}.log" for name in OURS}
    processes: dict[str, subprocess.Popen[bytes]] = {}
    envs: dict[str, dict[str, str]] = {}
    with postgres_server() as postgres, Simulator(databases=2, tables=5, jobs=2) as sim:
        database = postgres.create_database()
        sim.send("events", "what is no event makes the queue too")
        for name, service in OURS.items():
            command = [here.get(word, word) for word in service["command"]]
            (folder / name).mkdir()
            env = _environment(service, redis_server, database, folder / name)
            envs[name] = env
            with logs[name].open("wb") as log:
                processes[name] = subprocess.Popen(
                    command,
                    env={**env, "AWS_ENDPOINT_URL": sim.url, "HOME": str(folder)},
                    cwd=folder,
                    stdout=log,
                    stderr=log,
                )
        with Producer(Settings(redis_url=redis_server.url)) as producer:
            urls = (f"http://127.0.0.1:{one}" for one in (port, api_port))
            yield Composition(processes, logs, envs, producer, database, *urls)
        for process in processes.values():
            process.kill()
            process.wait()


def _environment(
    service: dict[str, Any], redis_server: EmbeddedRedis, database: str, folder: Path
) -> dict[str, str]:
    """The service's variables as Compose sets them, with the hosts of the test's servers."""
    given = {**DOT_ENV, **SHELL}
    hosts = {
        "redis://:redis-secret@redis:6379/0": redis_server.url,
        "postgresql://glueline:postgres-secret@postgres/glueline": database,
    }
    env = {
        name: VARIABLE.sub(lambda match: given.get(match[1], ""), value)
        for name, value in service["environment"].items()
    }
    env = {name: hosts.get(value, value) for name, value in env.items()}
    # Containers have a /tmp of their own each.
    env["GLUELINE_HEARTBEAT_FILE"] = str(folder / "alive")
    ours = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    return {**ours, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", **env}


def test_a_run_goes_through_all_services(composition: Composition) -> None:
    accepted = composition.producer.enqueue_catalog()
    run = composition.producer.wait(accepted.run_id, timeout=60)
    assert run.state is RunState.SUCCEEDED, composition.logs["worker"].read_text()
    with psycopg.connect(composition.postgres) as connection:
        assert connection.execute("SELECT count(*) FROM tables").fetchone() == (10,)

    workers = eventually(lambda: composition.look("/api/workers?refresh=1"))
    assert len(workers) == 1
    (worker,) = workers
    assert worker.startswith("glueline-")
    assert "glueline.database" in workers[worker]["registered"]

    for name, process in composition.processes.items():
        assert process.poll() is None, composition.logs[name].read_text()


def test_the_api_asks_for_its_token_and_says_that_it_lives(composition: Composition) -> None:
    (where,) = re.findall(
        r"http://127.0.0.1:8080(\S+?)'", SERVICES["api"]["healthcheck"]["test"][-1]
    )
    eventually(lambda: _status(composition.api + where) == 200)
    assert _status(f"{composition.api}/v1/runs") == 401
    assert _status(f"{composition.api}/v1/runs", "api-secret") == 200
    assert "glueline_ledger_up 1.0" in _metrics(composition)
    grace = int(SERVICES["api"]["stop_grace_period"].removesuffix("s"))
    assert grace > Settings().api.grace + 2


def _metrics(composition: Composition) -> str:
    request = urllib.request.Request(
        f"{composition.api}/metrics", headers={"Authorization": "Bearer api-secret"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(answer.read().decode())


def _status(url: str, token: str = "") -> int | None:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except urllib.error.URLError:
        return None


@pytest.mark.parametrize("name", OURS)
def test_a_healthcheck_is_well_with_its_service_and_ill_without(
    composition: Composition, name: str
):
    how, *words = OURS[name]["healthcheck"]["test"]
    assert how == "CMD"
    env = composition.envs[name]
    port = composition.flower.rpartition(":")[2]
    api_port = composition.api.rpartition(":")[2]
    command = [
        word.replace(":5555/", f":{port}/").replace(":8080/", f":{api_port}/") for word in words
    ]

    def code(command: list[str], env: dict[str, str]) -> int:
        return subprocess.run(command, env=env, check=False, capture_output=True).returncode

    eventually(lambda: code(command, env) == 0)
    elsewhere = [re.sub(r":\d+/", ":1/", word) for word in command]
    assert code(elsewhere, {**env, "GLUELINE_HEARTBEAT_FILE": "/nowhere/alive"}) == 1


def test_flower_shows_units_in_words_and_only_after_a_login(composition: Composition) -> None:
    eventually(lambda: composition.look("/api/workers?refresh=1"))
    # An earlier test's run extracted everything, and what is unchanged has no task.
    run = composition.producer.enqueue_catalog(options=Options(full=True))
    assert composition.producer.wait(run.run_id, timeout=60).state is RunState.SUCCEEDED
    about = f" · run {run.run_id[:8]} · default"

    def tasks() -> dict[str, str]:
        found = composition.look("/api/tasks").values()
        return {task["args"]: task["name"] for task in found if about in str(task["args"])}

    eventually(lambda: len(tasks()) == 1 + 2 + 1 + 2 + 1)
    assert tasks()[f"database/raw_sales_0000{about}"] == "glueline.database"
    assert tasks()[f"finish{about}"] == "glueline.finish"

    for path in ("/api/workers", "/api/tasks", "/", "/broker"):
        assert composition.look(path, login=None) == 401
        assert composition.look(path, login="glueline:wrong") == 401
    shown = json.dumps([composition.look("/api/tasks"), composition.look("/api/workers?refresh=1")])
    for secret in ("aws-secret", "correct-horse", composition.producer.settings.redis_url):
        assert secret not in shown
