"""Answers of success that are none, and nulls in listings: nothing is marked deleted for them."""

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.integration.incremental.inline import Inline

from glueline.contract.runs import RunState
from glueline.settings.settings import Settings
from glueline_simulator import Simulator
from glueline_worker.aws import json_parser
from glueline_worker.aws.sources import Connection

Start = Callable[..., Any]
Answer = dict[str, Any]


class Between:
    """Stands between the endpoint and the parser, and changes answers."""

    def __init__(self) -> None:
        self.change: Callable[[Answer], Any] = lambda answer: answer
        self._read = json_parser.parse_body

    def read(self, body: bytes, shape: str = "") -> Answer:
        changed = self.change(self._read(body))
        return self._read(orjson.dumps(changed), shape)


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Between:
    made = Between()
    monkeypatch.setattr(json_parser, "parse_body", made.read)
    return made


@pytest.fixture
async def worker(settings: Settings, tmp_path: Path) -> AsyncIterator[Inline]:
    quick = settings.worker.model_copy(update={"attempts": 1, "call_timeout": 0.3})
    urls = (f"sqlite:///{tmp_path}/out.db",)
    changed = settings.model_copy(update={"sinks": urls, "worker": quick})
    async with Inline(changed) as made:
        yield made


@pytest.fixture
def serve(simulator: Start, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Start a simulator with a catalogue, and let all calls go there."""

    def start(**catalogue: Any) -> Simulator:
        sim: Simulator = simulator(catalogue=catalogue)
        monkeypatch.setenv("AWS_ENDPOINT_URL", sim.url)
        return sim

    return start


def deleted(folder: Path) -> Counter[str]:
    """Count the rows of each kind that are marked deleted."""
    with sqlite3.connect(folder / "out.db") as db:
        tables = ("databases", "tables", "partitions", "jobs", "lineage")
        count = "SELECT count(*) FROM {} WHERE deleted_at IS NOT NULL"
        found = {name: db.execute(count.format(name)).fetchone()[0] for name in tables}
    return Counter({name: number for name, number in found.items() if number})


JUNK: list[Any] = [
    {"__type": "ThrottlingException", "message": "x"},
    {"message": "upstream timed out"},
    {},
    [],
    lambda member: {member: None},
    lambda member: {member: {"Name": "z"}},
    lambda member: {member: [["z"]]},
    lambda member: {member: [], "NextToken": {"a": 1}},
]
MEMBERS = ("DatabaseList", "TableList", "Partitions", "Jobs")


@pytest.mark.parametrize("member", MEMBERS)
async def test_an_answer_that_is_no_listing_deletes_nothing(
    member: str,
    serve: Start,
    worker: Inline,
    between: Between,
    tmp_path: Path,
) -> None:
    table = {"columns": {"a": "int"}, "partition_keys": {"day": "string"}, "partitions": [["1"]]}
    tables: dict[str, Any] = {f"t{number:03}": {} for number in range(120)}
    serve(
        databases={"a": {"tables": {**tables, "parts": table}}, "b": {}},
        jobs={"j": {"script": "spark.table('a.t000').write.parquet('s3://lake/x')"}},
    )
    asked = {"options": {"partitions": "all"}}
    first = await worker.run(**asked)
    assert first.state is RunState.SUCCEEDED
    for junk in JUNK if member == "TableList" else JUNK[2:6:2]:
        pages = Counter[str]()

        def break_page(answer: Answer, junk: Any = junk, pages: Counter[str] = pages) -> Any:
            # The last page of tables, and of what has only one that one.
            is_meant = member in answer and not answer.get("NextToken")
            pages[member] += is_meant
            made: Any = junk(member) if callable(junk) else junk
            return made if is_meant else answer

        between.change = break_page
        broken = await worker.run(**asked)
        assert broken.state is not RunState.SUCCEEDED, junk
        assert not deleted(tmp_path), junk
        assert pages[member] > 1, "it is tried again"
    between.change = lambda answer: answer
    assert (await worker.run(**asked)).state is RunState.SUCCEEDED
    assert not deleted(tmp_path)


@pytest.mark.parametrize("member", [*MEMBERS, "JobNames"])
async def test_a_null_in_a_listing_costs_itself_alone(
    member: str,
    serve: Start,
    worker: Inline,
    between: Between,
    tmp_path: Path,
) -> None:
    table = {"columns": {"a": "int"}, "partition_keys": {"day": "string"}}
    parts = {**table, "partitions": [[str(day)] for day in range(3)]}
    serve(
        databases={"a": {"tables": {"t0": {}, "t1": {}, "parts": parts}}, "b": {}},
        jobs={"j": {"script": "pass"}, "k": {"script": "pass"}},
    )
    options = {"partitions": "all", "full": member == "JobNames"}
    first = await worker.run(options=options)
    assert first.state is RunState.SUCCEEDED

    def put_null(answer: Answer) -> Answer:
        items = answer.get(member)
        return answer if not items else {**answer, member: [None, *items[1:]]}

    between.change = put_null
    second = await worker.run(options=options)
    assert second.state is RunState.SUCCEEDED
    assert second.counts["warnings"]
    assert not deleted(tmp_path)
    between.change = lambda answer: answer
    third = await worker.run(options=options)
    kinds = ("database", "table", "partition", "job")
    assert [third.counts[kind] for kind in kinds] == [first.counts[kind] for kind in kinds]


async def test_a_visual_job_listed_without_its_nodes_is_kept_until_it_changes(
    serve: Start, worker: Inline, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes = {
        "n1": {"CatalogSource": {"Name": "s", "Database": "a", "Table": "t"}},
        "n2": {"CatalogTarget": {"Name": "t", "Inputs": ["n1"], "Database": "a", "Table": "u"}},
    }
    sim = serve(
        databases={"a": {"tables": {"t": {}, "u": {}}}},
        jobs={"visual": {"nodes": nodes}, "plain": {"script": "pass"}},
    )
    asked: list[str] = []
    call = Connection.call

    async def counted(self: Connection, service: str, operation: str, **params: Any) -> Any:
        asked.append(operation)
        return await call(self, service, operation, **params)

    monkeypatch.setattr(Connection, "call", counted)

    def without_nodes(answer: Answer) -> Answer:
        jobs = answer.get("Jobs")
        if not jobs:
            return answer
        kept = [{k: v for k, v in job.items() if "CodeGen" not in k} for job in jobs]
        return {**answer, "Jobs": kept}

    first = await worker.run()
    assert (asked.count("GetJob"), first.counts["lineage"]) == (2, 1)
    for change in (without_nodes, lambda answer: answer):
        between.change = change
        again = await worker.run()
        assert again.state is RunState.SUCCEEDED
        assert asked.count("GetJob") == 2
        assert again.counts["unchanged_job"] == 2
        assert again.counts["lineage"] == first.counts["lineage"]
    between.change = without_nodes
    sim.add_job("visual", nodes=nodes, raw={"LastModifiedOn": 1_800_000_000})
    await worker.run()
    assert asked.count("GetJob") == 3
    # Where the listing tells the nodes, a change of them alone is seen.
    between.change = lambda answer: answer
    nodes["n1"]["CatalogSource"]["Table"] = "other"
    sim.add_job("visual", nodes=nodes, raw={"LastModifiedOn": 1_800_000_000})
    await worker.run()
    assert asked.count("GetJob") == 4
