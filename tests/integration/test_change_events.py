"""From a change in Glue to the sink: EventBridge's events through a queue, debounced, read."""

import json
import os
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis
from tests.conftest import FAKE_CREDENTIALS, quick_settings
from tests.support.command import Said, glueline, start
from tests.support.ports import find_free_port
from tests.support.system import System, eventually, variables

from glueline import RunState, Settings
from glueline.contract.changes import Change
from glueline.contract.messages import Options, TableScope
from glueline.contract.runs import DeadLetter, RunStatus
from glueline.ledger.changes import EventChanges
from glueline_simulator import Simulator, SimulatorError
from glueline_worker.local.server import EmbeddedRedis

QUEUE = "glue"
URL = f"https://sqs.eu-west-1.amazonaws.com/123456789012/{QUEUE}"
COLUMNS = {"columns": {"id": "bigint"}}
CATALOGUE: dict[str, Any] = {
    "databases": {
        name: {"tables": {"a": COLUMNS, "b": COLUMNS}} for name in ("sales", "hr", "stock")
    },
    "jobs": {"load": {"script": "pass"}},
}


class Stage:
    """A catalogue that tells of its changes, a worker, and the database that it writes to."""

    def __init__(self, sim: Simulator, system: System, file: Path) -> None:
        self.sim, self.system, self.file = sim, system, file
        self.producer = system.producer
        self.env: dict[str, str | None] = {
            **variables(system.settings, sim.url),
            **FAKE_CREDENTIALS,
            "GLUELINE_EVENTS__QUEUE": URL,
        }
        self._started: list[subprocess.Popen[str]] = []

    def begin(self) -> None:
        """Put the catalogue back, read all of it, and forget what was before."""
        self.sim.configure(hold=[], events=None)
        for name, definition in CATALOGUE["databases"].items():
            with suppress(SimulatorError):
                self.sim.delete_database(name)
            self.sim.add_database(name, **definition)
        self.sim.configure(events=QUEUE)
        run = self.system.wait(
            self.producer.enqueue_catalog(options=Options(max_deletion_share=1)).run_id
        )
        assert run.state is RunState.SUCCEEDED
        self.sim.reset()
        self._known = {known.run_id for known in self.producer.runs(1000)}
        self._buried = len(self.producer.dead_letters())

    def letters(self) -> list[DeadLetter]:
        found = self.producer.dead_letters()
        return found[: len(found) - self._buried]

    def events(self, **env: str) -> "subprocess.Popen[str]":
        """The service as a process of its own."""
        log = self.file.parent / "events.log"
        process = start("events", env={**self.env, **env}, log=log)
        self._started.append(process)
        return process

    def drain(self, *words: str, **env: str) -> Said:
        """Note what the queue holds now."""
        return glueline("events", "--until-empty", "--json", *words, env={**self.env, **env})

    def stop(self) -> None:
        for process in self._started:
            process.kill()
            process.wait()

    def live(self) -> list[str]:
        query = "SELECT database_name || '.' || name FROM tables WHERE deleted_at IS NULL"
        with closing(sqlite3.connect(self.file)) as connection:
            return sorted(str(name) for (name,) in connection.execute(query))

    def databases(self) -> list[str]:
        with closing(sqlite3.connect(self.file)) as connection:
            found = connection.execute("SELECT name FROM databases WHERE deleted_at IS NULL")
            return sorted(str(name) for (name,) in found)

    def runs(self, text: str = "") -> list[RunStatus]:
        """The runs that changes opened, the oldest first."""
        found = [run for run in self.producer.runs(1000) if text in run.request.scope.label]
        keys = (run.request.idempotency_key or "" for run in found)
        changed = [run for run, key in zip(found, keys, strict=True) if key.startswith("change/")]
        new = [run for run in changed if run.run_id not in self._known]
        return sorted(new, key=lambda run: run.generation)

    def quiet(self) -> list[RunStatus]:
        """Wait until nothing is noted any more and no run goes on; the runs."""
        eventually(lambda: not self.waiting())
        for run in self.runs():
            self.system.wait(run.run_id)
        return self.runs()

    def waiting(self) -> list[Any]:
        keys = f"{self.system.settings.key_prefix}changes:since"
        with redis.Redis.from_url(self.system.settings.redis_url) as client:
            return list(client.zrange(keys, 0, -1))


@pytest.fixture(scope="module")
def shared(
    redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("changes")
    sinks = {"sinks": (f"sqlite:///{folder}/glue.db",)}
    settings = quick_settings(redis_server, f"{folder.name}:", folder).model_copy(update=sinks)
    with Simulator(catalogue=CATALOGUE) as sim:
        system = System(settings, sim.url, 1, folder, FAKE_CREDENTIALS)
        system.start()
        yield Stage(sim, system, folder / "glue.db")
        system.stop()


@pytest.fixture
def stage(shared: Stage) -> Iterator[Stage]:
    """The catalogue as it was, read into the sink."""
    shared.begin()
    yield shared
    shared.stop()


def created(table: str, database: str = "sales", **changes: Any) -> str:
    detail = {"databaseName": database, "typeOfChange": "CreateTable", "changedTables": [table]}
    event = {
        "id": str(uuid4()),
        "detail-type": "Glue Data Catalog Database State Change",
        "source": "aws.glue",
        "account": "123456789012",
        "region": "eu-west-1",
        "detail": detail,
    }
    return json.dumps({**event, **changes})


def test_changes_reach_the_sink_and_storms_are_few_runs(stage: Stage):
    process = stage.events()
    stage.sim.add_table("sales", "new", **COLUMNS)
    eventually(lambda: "sales.new" in stage.live())
    stage.sim.delete_table("hr", "a")
    eventually(lambda: "hr.a" not in stage.live())
    before = len(stage.quiet())
    assert before == 2

    for number in range(200):
        stage.sim.add_table("stock", f"t{number}", **COLUMNS)
    for _ in range(200):
        stage.sim.add_table("hr", "b", **COLUMNS)
    eventually(lambda: "stock.t199" in stage.live())
    runs = stage.quiet()
    # A first batch may hold up to twenty tables; after that each is the database as a whole.
    assert len(runs) - before <= 50
    assert {run.state for run in runs} == {RunState.SUCCEEDED}
    assert {run.request.scope.label for run in runs[before:]} <= {
        "database stock",
        "table hr b",
        *(f"table stock t{number}" for number in range(200)),
    }
    assert stage.runs("database stock")

    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert stage.sim.queue(QUEUE)["messages"] == 0


def test_a_deleted_database_is_marked_with_its_tables_and_no_other(stage: Stage):
    stage.sim.delete_table("hr", "a")
    stage.sim.delete_database("hr")
    assert stage.drain().json["noted"] == 2
    run = stage.quiet()[-1]
    assert (run.state, run.request.scope.label) == (RunState.SUCCEEDED, "catalog (databases)")
    assert stage.databases() == ["sales", "stock"]
    assert stage.live() == ["sales.a", "sales.b", "stock.a", "stock.b"]
    assert "GetTables" not in stage.sim.stats()["operations"]


def test_a_database_that_is_there_again_is_read_whatever_the_order_of_its_events(stage: Stage):
    stage.sim.delete_database("hr")
    stage.sim.add_database("hr", tables={"c": COLUMNS})
    stage.drain()
    assert {run.state for run in stage.quiet()} == {RunState.SUCCEEDED}
    assert [name for name in stage.live() if name.startswith("hr.")] == ["hr.c"]


def test_odd_messages_are_dead_letters_and_others_are_noted_once(stage: Stage):
    one = created("a")
    wrapped = json.dumps({"Type": "Notification", "Message": created("b")})
    other = created("a", source="aws.s3")
    stage.sim.send(
        QUEUE, "no JSON", one, one, wrapped, other, '{"password": "hunter22222"}', "[[]]"
    )
    said = stage.drain()
    assert said.json == {"messages": 7, "noted": 2, "repeated": 1, "ignored": 1, "refused": 3}
    assert stage.sim.queue(QUEUE)["messages"] == 0
    letters = stage.letters()
    assert len(letters) == 3
    assert all("a message of the events' queue was refused" in one.reason for one in letters)
    assert "hunter22222" not in str(letters) + said.err
    stage.sim.send(QUEUE, one)
    assert stage.drain().json["repeated"] == 1
    assert {run.request.scope.label for run in stage.quiet()} == {"table sales a", "table sales b"}


def test_an_event_without_a_source_is_a_dead_letter(stage: Stage):
    sources = {
        "north": {"region": "eu-north-1", "catalog_id": "123456789012"},
        "south": {"region": "eu-south-1", "catalog_id": "123456789012"},
    }
    stage.sim.send(QUEUE, created("a"), created("a", region="eu-south-1"))
    said = stage.drain(GLUELINE_SOURCES=json.dumps(sources))
    assert (said.json["noted"], said.json["refused"]) == (1, 1)
    (letter,) = stage.letters()
    assert "no source may be that of account 123456789012 and region eu-west-1" in letter.reason
    # The other's run waits for a worker that has its source, and would meet the next test.
    (run,) = eventually(stage.runs)
    assert run.request.source == "south"
    stage.producer.cancel(run.run_id)
    assert stage.system.wait(run.run_id).state is RunState.CANCELLED


def test_a_change_during_a_run_of_the_same_table_is_read_after_it(stage: Stage):
    stage.sim.configure(hold=["GetTable:sales"])
    first = stage.producer.enqueue_table("sales", "a").run_id
    stage.producer.record_changes([make_changes("a")])
    eventually(lambda: stage.sim.stats()["operations"].get("GetTable"))
    eventually(lambda: sealed(stage))
    stage.producer.record_changes([make_changes("a")])
    stage.producer.record_changes([make_changes("a")])
    assert stage.runs() == []
    assert stage.producer.status(first).state is RunState.RUNNING
    stage.sim.configure(hold=[])
    assert stage.system.wait(first).state is RunState.SUCCEEDED
    runs = stage.quiet()
    assert 1 <= len(runs) <= 2
    assert {run.state for run in runs} == {RunState.SUCCEEDED}
    assert all(run.generation > stage.producer.status(first).generation for run in runs)


def make_changes(table: str) -> EventChanges:
    change = Change(source="default", scope=TableScope(database="sales", name=table))
    return EventChanges(str(uuid4()), [change])


def sealed(stage: Stage) -> bool:
    prefix = stage.system.settings.key_prefix
    with redis.Redis.from_url(stage.system.settings.redis_url) as client:
        return bool(client.zcard(f"{prefix}changes:sealed"))


def test_who_is_killed_between_noting_and_reading_loses_nothing(
    simulator: Callable[..., Simulator], system: Callable[..., System], tmp_path: Path
):
    """The service dies with messages in its hands, and so does the worker that would read."""
    file = tmp_path / "glue.db"
    sim = simulator(databases=0, jobs=0)
    stage = Stage(sim, system(sim, sinks=(f"sqlite:///{file}",)), file)
    stage.begin()
    stage.sim.configure(hold=["DeleteMessageBatch"])
    process = stage.events()
    stage.sim.add_table("sales", "new", **COLUMNS)
    eventually(lambda: stage.sim.stats()["operations"].get("DeleteMessageBatch"))
    process.kill()
    process.wait()
    stage.system.kill_one()
    assert stage.sim.queue(QUEUE)["messages"] == 1
    stage.stop()
    eventually(lambda: "sales.new" in stage.live())
    assert len(stage.quiet()) == 1


def test_while_redis_is_away_messages_stay_on_the_queue(
    simulator: Callable[..., Simulator], tmp_path: Path
):
    sim = simulator(databases=0, jobs=0)
    log = tmp_path / "events.log"
    with EmbeddedRedis(tmp_path) as server:
        settings = quick_settings(server, "away:", tmp_path)
        env = {**variables(settings, sim.url), **FAKE_CREDENTIALS, "GLUELINE_EVENTS__QUEUE": URL}
        sim.send(QUEUE, created("a", source="my.app"))
        process = start("events", env=env, log=log)
        try:
            eventually(lambda: sim.queue(QUEUE)["messages"] == 0)
            server.stop()
            sim.send(QUEUE, *(created(f"t{number}") for number in range(30)))
            eventually(lambda: "ledger.unavailable" in log.read_text())
            assert sim.queue(QUEUE)["messages"] == 30
            server.start()
            eventually(lambda: sim.queue(QUEUE)["messages"] == 0)
            with redis.Redis.from_url(server.url) as client:
                assert client.zcard("away:changes:since") == 1
                assert client.zcard("away:changes:known") == 30
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ({"deny": ["ReceiveMessage"]}, "AccessDenied"),
        ({"accept_keys": ["AKIAOTHER"]}, "UnrecognizedClientException"),
    ],
)
def test_a_queue_that_may_not_be_read_is_said_at_once(
    simulator: Callable[..., Simulator],
    settings: Settings,
    trouble: dict[str, Any],
    said: str,
):
    sim = simulator(databases=0, jobs=0, **trouble)
    sim.send(QUEUE, created("a"))
    env = {**variables(settings, sim.url), **FAKE_CREDENTIALS}
    answer = glueline("events", "--queue", URL, env=env)
    assert (answer.code, answer.out) == (1, "")
    assert said in answer.err
    assert "Traceback" not in answer.err


def test_trouble_with_the_queue_costs_time_and_no_message(
    simulator: Callable[..., Simulator], settings: Settings
):
    kinds = ["500", "reset", "throttle", "garbage", "truncate"]
    sim = simulator(databases=0, jobs=0, faults=0.2, fault_kinds=kinds)
    sim.send(QUEUE, *(created(f"t{number}") for number in range(25)))
    env = {**variables(settings, sim.url), **FAKE_CREDENTIALS}
    answer = glueline("events", "--until-empty", "--json", "--queue", URL, env=env)
    assert answer.code == 0, answer.err
    assert answer.json["refused"] == 0
    left = sim.queue(QUEUE)["messages"]  # hidden for now: their answer or their deletion was lost
    assert answer.json["noted"] + left >= 25


def test_a_queue_that_cannot_be_read_for_a_while_is_asked_again(
    simulator: Callable[..., Simulator], settings: Settings, tmp_path: Path
):
    """Its reader's session is revoked, and its permission is taken away and given back."""
    role = {"arn": "arn:aws:iam::123456789012:role/reader"}
    source = {"region": "eu-west-1", "roles": [role]}
    sim = simulator(databases=0, jobs=0)
    env = {
        **variables(settings, sim.url),
        **FAKE_CREDENTIALS,
        "GLUELINE_SOURCES": json.dumps({"hub": source}),
        "GLUELINE_EVENTS__QUEUE": URL,
        "GLUELINE_EVENTS__QUEUE_SOURCE": "hub",
        "GLUELINE_EVENTS__POLLERS": "1",
    }
    log = tmp_path / "events.log"
    sim.send(QUEUE, created("a"))
    process = start("events", env=env, log=log)

    def is_taken() -> bool:
        return sim.queue(QUEUE)["messages"] == 0

    try:
        eventually(is_taken)
        for _ in range(3):
            sim.expire_sessions()
            sim.send(QUEUE, created("b"))
            eventually(is_taken)
        sim.configure(deny=["ReceiveMessage"])
        sim.send(QUEUE, created("c"))  # goes to the long poll that was allowed
        eventually(lambda: "AccessDenied" in log.read_text())
        eventually(is_taken)
        sim.send(QUEUE, created("d"))
        assert sim.queue(QUEUE)["messages"] == 1
        sim.configure(deny=["DeleteMessageBatch"])
        eventually(lambda: "events.not_deleted" in log.read_text())
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "which queue? give --queue URL"),
        (["--queue", "glue"], "--queue: the queue's URL looks like"),
        (["--queue", URL, "--source", "gone"], "there is no source 'gone'"),
        (["--queue", URL, "--queue-source", "gone"], "there is no source 'gone'"),
        (["--queue", URL, "--source", "a b"], "--source: string should match"),
    ],
)
def test_wrong_usage_is_said_in_one_sentence(words: list[str], said: str):
    answer = glueline("events", *words)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert answer.err.count("\n") == 1


def test_the_service_tells_how_it_is(
    simulator: Callable[..., Simulator], settings: Settings, tmp_path: Path
):
    import httpx

    port = find_free_port()
    sim = simulator(databases=0, jobs=0)
    sim.send(QUEUE, created("a"), "no JSON")
    env = {
        **variables(settings, sim.url),
        **FAKE_CREDENTIALS,
        "GLUELINE_EVENTS__QUEUE": URL,
        "GLUELINE_EVENTS__METRICS_PORT": str(port),
        "GLUELINE_HEARTBEAT_FILE": str(tmp_path / "alive"),
    }
    process = start("events", env=env, log=tmp_path / "events.log")
    try:
        eventually(lambda: sim.queue(QUEUE)["messages"] == 0)
        base = f"http://127.0.0.1:{port}"
        eventually(lambda: httpx.get(f"{base}/readyz").status_code == 200)
        text = httpx.get(f"{base}/metrics").text
        assert 'glueline_events_total{outcome="noted"} 1.0' in text
        assert 'glueline_events_total{outcome="refused"} 1.0' in text
        assert "glueline_events_ready 1.0" in text
        assert "glueline_worker_ready 0.0" in text
        assert "glueline_ledger_changes 1.0" in text
        assert "glueline_event_age_seconds_count 2.0" in text
        assert glueline("health", env={**os.environ, **env}).code == 0
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
