"""Workers whose settings differ, and runs whose filters, sinks and place are fixed all the same."""

import asyncio
import json
import re
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis.asyncio

from glueline import RunState
from glueline.contract.messages import ExtractionRequest, FinishUnit, UnitMessage
from glueline.contract.runs import Failure, RunStatus
from glueline.ledger import AsyncLedger
from glueline.queue import make_commands
from glueline.redis.auto_pipeline import AutoPipeline
from glueline.settings.settings import Settings
from glueline.settings.sources import Source
from glueline_simulator import Simulator
from glueline_worker.aws.quota import SharedQuota
from glueline_worker.aws.sources import SourceConnections
from glueline_worker.execution import executor, fairness
from glueline_worker.execution import failures as failure_handling
from glueline_worker.execution.executor import Executor
from glueline_worker.execution.services import WorkerServices
from glueline_worker.sinks.registry import parse_sink

TABLE = {"columns": {"id": "bigint"}, "location": "s3://lake/t/"}
CATALOGUE = {
    "databases": {name: {"tables": {"t0": TABLE, "t1": TABLE}} for name in ("hr", "ops", "sales")},
    "jobs": {"load": {"script": "print(1)"}},
}


class Fleet:
    """Workers in this process over one ledger; each unit is for the one that a test names."""

    def __init__(self, settings: Settings, stack: AsyncExitStack) -> None:
        self.settings = settings
        self.queue: deque[UnitMessage] = deque()
        self._stack = stack
        self._client = redis.asyncio.Redis.from_url(settings.redis_url)
        stack.push_async_callback(self._client.aclose)
        self.ledger, self.calls = AsyncLedger(AutoPipeline(self._client)), make_commands(settings)

    async def worker(self, **changes: Any) -> Executor:
        settings = self.settings.model_copy(update=changes)
        quota = SharedQuota(AutoPipeline(self._client), settings.key_prefix, start=1000, floor=100)
        sources = SourceConnections(settings, quota)
        self._stack.push_async_callback(sources.close)
        sinks = [parse_sink(url) for url in settings.sinks]
        for sink in sinks:
            await sink.open()
            self._stack.push_async_callback(sink.close)
        return Executor(
            WorkerServices(settings, self.ledger, self.calls, sources, sinks, self._publish)
        )

    async def open(self, source: str = "prod", **request: Any) -> str:
        run_id = uuid4().hex
        wanted = ExtractionRequest(source=source, **request)
        opened = await self.ledger(self.calls.open_run(run_id, wanted))
        self.queue.extend(opened.units)
        return run_id

    async def take(self, worker: Executor, kind: str) -> None:
        """Let a worker take the first unit of a kind that is in the queue."""
        [unit, *_] = [unit for unit in self.queue if unit.unit_id.startswith(kind)]
        self.queue.remove(unit)
        await worker.run(unit)

    async def finish(self, run_id: str, *workers: Executor) -> RunStatus:
        """Let the workers take turns until the run has ended."""
        turn = 0
        while not (status := await self.status(run_id)).state.is_final:
            if not self.queue:
                self.queue.extend((await self.ledger(self.calls.find_due())).units)
            if not self.queue:
                await asyncio.sleep(0.05)  # some units are due later
            else:
                await workers[turn % len(workers)].run(self.queue.popleft())
                turn += 1
        return status

    async def status(self, run_id: str) -> RunStatus:
        found = (await self.ledger(self.calls.status([run_id])))[0]
        assert found is not None
        return found

    async def said(self, run_id: str) -> tuple[list[Failure], list[str]]:
        found = await self.ledger(self.calls.failures(run_id))
        assert found is not None
        return found

    async def set(self, key: str, value: int) -> None:
        await self._client.set(f"{self.settings.key_prefix}{key}", value)

    async def _publish(self, units: Sequence[UnitMessage]) -> None:
        self.queue.extend(units)


@pytest.fixture
async def fleet(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Fleet]:
    monkeypatch.setattr(failure_handling, "NOT_SERVED_PAUSE", 0)
    monkeypatch.setattr(fairness, "YIELD_SECONDS", (0, 0))
    async with AsyncExitStack() as stack:
        yield Fleet(settings, stack)


@pytest.fixture
def sim(simulator: Callable[..., Simulator]) -> Simulator:
    return simulator(catalogue=CATALOGUE)


def at(sim: Simulator, **source: Any) -> dict[str, Source]:
    return {"prod": Source(endpoint_url=sim.url, region="eu-west-1", **source)}


def ask(file: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


def live(file: Path, table: str) -> list[str]:
    found = ask(file, f"SELECT name FROM {table} WHERE deleted_at IS NULL ORDER BY name")
    return [name for (name,) in found]


async def test_a_run_has_the_filters_of_when_it_began(fleet: Fleet, sim: Simulator, tmp_path: Path):
    file = tmp_path / "g.db"
    sinks = (f"sqlite:///{file}",)
    narrow = at(sim, filters={"databases": {"deny": ["sales"]}})
    wide = await fleet.worker(sources=at(sim), sinks=sinks)
    await fleet.finish(await fleet.open(), wide)
    old = await fleet.worker(sources=narrow, sinks=sinks)
    run_id = await fleet.open()
    await fleet.take(old, "databases")
    status = await fleet.finish(run_id, wide)
    assert (status.state, status.counts["deleted"]) == (RunState.SUCCEEDED, 0)
    assert live(file, "databases") == ["hr", "ops", "sales"]
    assert len(live(file, "tables")) == 6
    [(request,)] = ask(file, f"SELECT request FROM runs WHERE run_id = '{run_id}'")
    assert json.loads(request)["filters"]["databases"]["deny"] == ["sales"]


async def test_what_the_filters_leave_out_now_is_read_by_a_run_that_began_before(
    fleet: Fleet, sim: Simulator, tmp_path: Path
):
    sinks = (f"sqlite:///{tmp_path}/g.db",)
    wide = await fleet.worker(sources=at(sim), sinks=sinks)
    strict = at(sim, filters={"databases": {"allow": ["hr"]}, "jobs": {"deny": ["*"]}})
    narrow = await fleet.worker(sources=strict, sinks=sinks)
    run_id = await fleet.open()
    await fleet.take(wide, "jobs")
    assert (await fleet.finish(run_id, narrow)).state is RunState.SUCCEEDED
    assert live(tmp_path / "g.db", "databases") == ["hr", "ops", "sales"]
    assert live(tmp_path / "g.db", "jobs") == ["load"]


async def test_only_the_sinks_of_the_run_are_written_and_a_worker_without_them_steps_back(
    fleet: Fleet, sim: Simulator, tmp_path: Path
):
    first, second = (f"sqlite:///{tmp_path}/{name}.db" for name in ("first", "second"))
    one = await fleet.worker(sources=at(sim), sinks=(first,))
    both = await fleet.worker(sources=at(sim), sinks=(second, first))
    other = await fleet.worker(sources=at(sim), sinks=(second,))
    for _ in range(2):
        run_id = await fleet.open()
        await fleet.take(one, "databases")
        status = await fleet.finish(run_id, other, both, one)
        assert status.state is RunState.SUCCEEDED
        assert status.counts["deleted"] == 0
    assert len(live(tmp_path / "first.db", "tables")) == 6
    assert live(tmp_path / "second.db", "tables") == []
    failures, warnings = await fleet.said(run_id)
    assert failures == []
    assert len(warnings) == 1
    assert "first.db took units and gave them back" in warnings[0]
    run_id = await fleet.open()
    await fleet.take(both, "databases")
    assert (await fleet.finish(run_id, one, both, other)).state is RunState.SUCCEEDED
    assert len(live(tmp_path / "second.db", "tables")) == 6


async def test_folders_list_all_that_a_run_wrote_though_some_workers_have_another_one(
    fleet: Fleet, sim: Simulator, tmp_path: Path
):
    one = await fleet.worker(sources=at(sim), sinks=(f"file://{tmp_path}/one",))
    two = await fleet.worker(sources=at(sim), sinks=(f"file://{tmp_path}/two",))
    run_id = await fleet.open()
    await fleet.take(one, "databases")
    assert (await fleet.finish(run_id, two, one)).state is RunState.SUCCEEDED
    manifest = json.loads((tmp_path / f"one/runs/{run_id}.json").read_text())
    assert sum(o["records"] for o in manifest["objects"] if o["kind"] == "table") == 6
    assert list((tmp_path / "two").iterdir()) == []


@pytest.mark.parametrize("what", ["sink", "source", "place"])
async def test_a_run_that_nobody_can_serve_any_more_ends_with_what_to_do(
    fleet: Fleet, sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
):
    file = tmp_path / "g.db"
    mine = {"sources": at(sim), "sinks": (f"sqlite:///{file}",)}
    able = await fleet.worker(**mine)
    elsewhere = {"prod": Source(endpoint_url=sim.url, region="us-east-1")}
    changes: dict[str, dict[str, Any]] = {
        "sink": {"sinks": (f"sqlite:///{tmp_path}/other.db",)},
        "source": {"sources": {}},
        "place": {"sources": elsewhere},
    }
    unable = await fleet.worker(**{**mine, **changes[what]})
    run_id = await fleet.open()
    await fleet.take(able, "databases")
    monkeypatch.setattr(failure_handling, "NOT_SERVED_LEASES", 0.1)
    status = await fleet.finish(run_id, unable)
    assert status.state is (RunState.FAILED if what == "sink" else RunState.PARTIAL)
    failures, _ = await fleet.said(run_id)
    assert {failure.code for failure in failures} == {"not_served"}
    assert len(failures) == 4
    expected = {
        "sink": r"no worker with the run's sink sqlite:///.*g\.db took the unit",
        "source": "no worker with the source 'prod' took the unit: declare it",
        "place": "no worker whose source 'prod' is eu-west-1/.* here it is us-east-1/",
    }
    assert re.search(expected[what], failures[0].message)
    assert live(file, "tables") == []
    # Once somebody can, a replay mends it.
    monkeypatch.undo()
    replayed = await fleet.ledger(fleet.calls.replay(status))
    assert replayed.outcome == "replayed"
    fleet.queue.extend(replayed.units)
    assert (await fleet.finish(run_id, able)).state is RunState.SUCCEEDED
    assert len(live(file, "tables")) == 6


async def test_units_given_back_lose_no_attempt(fleet: Fleet, sim: Simulator, tmp_path: Path):
    able = await fleet.worker(sources=at(sim), sinks=(f"sqlite:///{tmp_path}/g.db",))
    unable = await fleet.worker(sources={}, sinks=(f"sqlite:///{tmp_path}/g.db",))
    run_id = await fleet.open()
    await fleet.take(able, "databases")
    rounds = [unable] * 9
    assert (await fleet.finish(run_id, *rounds, able)).state is RunState.SUCCEEDED


async def test_a_sink_without_what_others_wrote_is_not_committed(
    fleet: Fleet, sim: Simulator, tmp_path: Path
):
    """As when workers of before the circumstances had other sinks."""
    first, second = (f"sqlite:///{tmp_path}/{name}.db" for name in ("first", "second"))
    both = await fleet.worker(sources=at(sim), sinks=(first, second))
    await fleet.finish(await fleet.open(), both)
    run_id = await fleet.open()
    await fleet.take(both, "databases")
    base = f"{fleet.settings.key_prefix}run:{run_id}"
    receipts = {"sqlite:///elsewhere.db": {"records": 1}, first: {}}
    await fleet._client.hset(f"{base}:receipts", "database/lost", json.dumps(receipts))
    status = await fleet.finish(run_id, both)
    assert status.state is RunState.PARTIAL
    assert status.reason is not None
    assert "second.db: the results were not committed, because 1 units" in status.reason
    assert "'database/lost' among them" in status.reason
    assert len(ask(tmp_path / "first.db", "SELECT * FROM runs")) == 2
    assert len(ask(tmp_path / "second.db", "SELECT * FROM runs")) == 1
    assert len(live(tmp_path / "second.db", "tables")) == 6


async def test_a_run_that_an_older_version_began_ends_well(
    fleet: Fleet, sim: Simulator, tmp_path: Path
):
    """Its receipts name sinks as they are written, and nothing is fixed before its end."""
    file = tmp_path / "g.db"
    worker = await fleet.worker(sources=at(sim), sinks=(f"sqlite:///{file}",))
    run_id = await fleet.open()
    await fleet.take(worker, "databases")
    base = f"{fleet.settings.key_prefix}run:{run_id}"
    await fleet._client.hdel(base, "circumstances")
    receipts = {f"sqlite:///{file}": {"records": 0}}
    await fleet._client.hset(f"{base}:receipts", "database/hr", json.dumps(receipts))
    assert (await fleet.finish(run_id, worker)).state is RunState.SUCCEEDED
    assert ask(file, "SELECT place FROM runs") == [("eu-west-1/123456789012",)]


async def test_a_cancelled_run_is_cleaned_up_where_it_wrote(
    fleet: Fleet, sim: Simulator, tmp_path: Path
):
    one = await fleet.worker(sources=at(sim), sinks=(f"file://{tmp_path}/one",))
    two = await fleet.worker(sources=at(sim), sinks=(f"file://{tmp_path}/two",))
    run_id = await fleet.open()
    await fleet.take(one, "databases")
    await fleet.ledger(fleet.calls.cancel(run_id, "enough"))
    fleet.queue.clear()
    while list((tmp_path / "one").glob("*/run=*")):
        for worker in (two, one):
            for unit in (await fleet.ledger(fleet.calls.find_due())).units:
                await worker.run(unit)
    assert (await fleet.status(run_id)).state is RunState.CANCELLED


@pytest.mark.parametrize("ahead", [86_400_000, 2**60])
async def test_a_generation_from_a_clock_that_was_ahead_is_passed(
    fleet: Fleet, sim: Simulator, tmp_path: Path, ahead: int
):
    file = tmp_path / "g.db"
    sinks = (f"sqlite:///{file}", f"file://{tmp_path}/out")
    worker = await fleet.worker(sources=at(sim), sinks=sinks)
    poisoned = 1_900_000_000_000 + ahead
    await fleet.set("generation:prod", poisoned)
    first = await fleet.finish(await fleet.open(), worker)
    assert first.generation == poisoned + 1
    await fleet._client.delete(f"{fleet.settings.key_prefix}generation:prod")  # a fresh ledger
    before = await fleet.open(scope={"kind": "database", "name": "ops"})
    sim.add_table("hr", "t0", columns={"id": "bigint"}, location="s3://lake/moved/")
    sim.delete_table("hr", "t1")
    later = await fleet.finish(await fleet.open(), worker)
    assert later.state is RunState.SUCCEEDED
    assert later.generation in (poisoned + 2, poisoned + 3)
    assert ask(file, "SELECT location FROM tables WHERE name = 't0' AND database_name = 'hr'") == [
        ("s3://lake/moved/",)
    ]
    assert len(live(file, "tables")) == 5
    # A run that was opened before is newer too, and follows.
    assert (await fleet.finish(before, worker)).generation in (poisoned + 2, poisoned + 3)
    newest = max(path.read_text() for path in (tmp_path / "out/index").glob("newest-*.json"))
    assert int(json.loads(newest)["generation"]) > poisoned


async def test_rows_that_another_ledger_holds_newer_are_counted_and_passed_next_time(
    fleet: Fleet, sim: Simulator, tmp_path: Path
):
    file = tmp_path / "g.db"
    worker = await fleet.worker(sources=at(sim), sinks=(f"sqlite:///{file}",))
    await fleet.finish(await fleet.open(), worker)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE tables SET generation = 4000000000000000")
        connection.commit()
    full = {"options": {"full": True}}
    status = await fleet.finish(await fleet.open(**full), worker)
    assert status.state is RunState.PARTIAL
    assert status.reason is not None
    assert "6 records were not written, because it holds newer ones" in status.reason
    assert "4000000000000000" in status.reason
    status = await fleet.finish(await fleet.open(**full), worker)
    assert (status.state, status.generation) == (RunState.SUCCEEDED, 4000000000000001)


async def test_rows_that_a_later_run_wrote_are_a_warning(
    fleet: Fleet, sim: Simulator, tmp_path: Path
):
    file = tmp_path / "g.db"
    worker = await fleet.worker(sources=at(sim), sinks=(f"sqlite:///{file}",))
    early = await fleet.open(options={"full": True})
    await fleet.take(worker, "databases")
    units = list(fleet.queue)
    fleet.queue.clear()
    late = await fleet.open(scope={"kind": "database", "name": "hr"})
    await fleet.finish(late, worker)
    fleet.queue.extend(units)
    assert (await fleet.finish(early, worker)).state is RunState.SUCCEEDED
    _, warnings = await fleet.said(early)
    [warning] = [warning for warning in warnings if "newer ones of a later run" in warning]
    assert "2 records were not written" in warning


async def test_an_account_that_sts_does_not_tell_is_learnt_from_the_catalogue(
    fleet: Fleet, sim: Simulator, tmp_path: Path
):
    file = tmp_path / "g.db"
    for deny in (["GetCallerIdentity"], []):
        sim.configure(deny=deny)
        worker = await fleet.worker(sources=at(sim), sinks=(f"sqlite:///{file}",))
        assert (await fleet.finish(await fleet.open(), worker)).state is RunState.SUCCEEDED
    for table in ("databases", "tables", "jobs"):
        assert ask(file, f"SELECT DISTINCT place FROM {table}") == [("eu-west-1/123456789012",)]
    assert len(ask(file, "SELECT * FROM jobs")) == 1
    assert [warnings for (warnings,) in ask(file, "SELECT warnings FROM runs")] == ["[]", "[]"]


async def test_what_a_stopped_run_left_is_removed_by_whoever_has_its_sink_however_late(
    fleet: Fleet, sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    one = await fleet.worker(sources=at(sim), sinks=(f"file://{tmp_path}/one",))
    two = await fleet.worker(sources=at(sim), sinks=(f"file://{tmp_path}/two",))
    run_id = await fleet.open()
    await fleet.take(one, "databases")
    await fleet.take(one, "database/hr")
    await fleet.ledger(fleet.calls.cancel(run_id, "enough"))
    assert files(tmp_path / "one", run_id)
    monkeypatch.setattr(failure_handling, "NOT_SERVED_LEASES", -1)  # nobody came for long
    await clean(fleet, run_id, two)
    _, warnings = await fleet.said(run_id)
    assert [warning for warning in warnings if "will be removed later: no worker" in warning]
    assert files(tmp_path / "one", run_id)
    await clean(fleet, run_id, one)
    assert (await fleet.status(run_id)).open_units == 0
    assert files(tmp_path / "one", run_id) == []
    _, warnings = await fleet.said(run_id)
    assert not [warning for warning in warnings if "removed later" in warning]


async def clean(fleet: Fleet, run_id: str, worker: Executor) -> None:
    """Let a worker try to remove what a stopped run left."""
    fleet.queue.clear()
    await worker.run(FinishUnit(run_id=run_id, source="prod"))


def files(folder: Path, run_id: str) -> list[Path]:
    return [path for path in folder.rglob("*") if run_id in str(path) and path.is_file()]


@pytest.mark.parametrize(
    "odd",
    [
        "no JSON",
        pytest.param('{"filters": 7, "sinks": []}', marks=pytest.mark.slow),
        pytest.param('{"sinks": [], "newer": 1}', marks=pytest.mark.slow),
    ],
)
async def test_circumstances_that_cannot_be_read_cost_that_run_alone(
    fleet: Fleet, sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: str
):
    monkeypatch.setattr(executor, "retry_delay", lambda _: 0)
    worker = await fleet.worker(sources=at(sim), sinks=(f"sqlite:///{tmp_path}/g.db",))
    run_id = await fleet.open(scope={"kind": "database", "name": "hr"})
    base = f"{fleet.settings.key_prefix}run:{run_id}"
    await fleet._client.hset(base, "circumstances", odd)
    status = await fleet.finish(run_id, worker)
    assert status.state is RunState.FAILED
    failures, _ = await fleet.said(run_id)
    assert {failure.code for failure in failures} == {"unreadable"}
    assert "cannot read the run's circumstances" in failures[0].message
    assert "cannot read the run's circumstances" in (status.reason or "")
    assert (await fleet.finish(await fleet.open(), worker)).state is RunState.SUCCEEDED


async def test_many_filters_of_a_source_are_read_as_they_were_fixed(
    fleet: Fleet, sim: Simulator, tmp_path: Path
):
    many = {"databases": {"deny": [f"old_{number:04}" for number in range(2_000)]}}
    source = at(sim, filters=many)
    worker = await fleet.worker(sources=source, sinks=(f"sqlite:///{tmp_path}/g.db",))
    assert (await fleet.finish(await fleet.open(), worker)).state is RunState.SUCCEEDED
