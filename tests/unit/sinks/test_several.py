"""Several sinks at once, of which one fails."""

from pathlib import Path
from typing import Any

import pytest
from tests.unit.sinks.places import Rows
from tests.unit.sinks.samples import run, store, table

from glueline.contract.runs import RunState, RunStatus
from glueline.ledger.results import RunResults
from glueline_worker.execution.run_commit import commit_run, decide_state
from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.errors import SinkRefused, SinkUnavailable
from glueline_worker.sinks.fan_out import FanOutWriter, find_receipt
from glueline_worker.sinks.model import Commit, CommitReport, Part, Run
from glueline_worker.sinks.registry import parse_sink


class Broken:
    """A sink that raises at commit, and when it is written to."""

    name = "broken:"
    identity = name

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def begin(self, run: Run, unit_id: str) -> "Broken":
        return self

    async def write(self, records: object) -> None:
        raise self._error

    async def discard(self) -> None:
        pass

    async def commit(self, commit: Commit) -> CommitReport:
        raise self._error


@pytest.fixture
def away() -> Broken:
    return Broken(SinkUnavailable("away"))


@pytest.fixture
def refused() -> Broken:
    return Broken(SinkRefused("never"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/glue.db"


@pytest.fixture
async def sinks(root: Path, url: str):
    opened: list[Sink] = [parse_sink(f"file://{root}"), parse_sink(url)]
    for sink in opened:
        await sink.open()
    yield opened
    for sink in opened:
        await sink.close()


def status() -> RunStatus:
    of = run()
    return RunStatus(
        run_id=of.run_id,
        generation=of.generation,
        request=of.request,
        state=RunState.RUNNING,
        created_at=of.created_at,
        open_units=1,
        settled_units=1,
        failed_units=0,
    )


def files_below(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


async def test_a_sink_that_fails_keeps_no_other_from_its_commit(
    sinks: list[Sink], away: Broken, refused: Broken, root: Path, url: str
):
    written = {sink.identity: await store(sink, run(), "jobs", table("a")) for sink in sinks}
    receipts = {"jobs": {**written, away.identity: {}}}
    with pytest.raises(SinkUnavailable, match="away"):
        await commit_run([refused, away, *sinks], run(), status(), RunResults([], receipts, []))
    assert [path.stem for path in (root / "runs").iterdir()] == [run().run_id]
    assert [row.state for row in Rows(url)("SELECT state FROM runs")] == ["succeeded"]


async def test_a_sink_without_all_receipts_is_left_out_with_a_sentence(
    sinks: list[Sink], root: Path, url: str
):
    first, second = sinks
    receipt = await store(first, run(), "jobs", table("a"))
    receipts = {"jobs": {first.name: receipt}}  # as an older version names it
    done = await commit_run(sinks, run(), status(), RunResults([], receipts, []))
    assert done.sinks == 1
    assert [path.stem for path in (root / "runs").iterdir()] == [run().run_id]
    assert Rows(url)("SELECT state FROM runs") == []
    [problem] = done.problems
    assert problem.startswith(f"{second.name}: the results were not committed, because 1 units")
    assert decide_state(status(), done) is RunState.PARTIAL
    nothing = await commit_run([second], run(), status(), RunResults([], receipts, []))
    assert decide_state(status(), nothing) is RunState.FAILED


async def test_a_unit_that_one_sink_does_not_take_is_in_no_file(
    sinks: list[Sink], away: Broken, root: Path
):
    writing = FanOutWriter([*sinks, away], run(), "jobs")
    with pytest.raises(SinkUnavailable, match="away"):
        await writing.write_parts("table", [Part("a", (table("a"),), "1")])
    await writing.discard()
    assert files_below(root) == []


async def test_receipts_are_found_by_this_version_and_by_an_older_one(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """An older worker that commits a run looks for names, and removes what has no receipt."""
    monkeypatch.chdir(tmp_path)
    sink = parse_sink("file:out?format=jsonl")
    await sink.open()
    writing = FanOutWriter([sink], run(), "jobs")
    await writing.write_parts("table", [Part("a", (table("a"),), "1")])
    written = await writing.complete()
    assert written is not None
    assert sink.name != sink.identity
    assert written[sink.name]
    others_spelling = parse_sink(f"file://{root}")
    assert (
        find_receipt(others_spelling, written) == find_receipt(sink, written) == written[sink.name]
    )


@pytest.mark.parametrize(
    ("receipts", "found"),
    [
        ({"/a/out": {"n": 1}}, {"n": 1}),
        ({"out": {"n": 1}}, {"n": 1}),
        ({"out": {"n": 1}, "/a/out": {"see": "out"}}, {"n": 1}),
        ({"other": {"n": 1}, "/a/out": {"see": "other"}}, {"n": 1}),
        ({"out": {"n": 1}, "/b/out": {"see": "out"}}, None),
        ({"other": {"n": 1}}, None),
        ({}, None),
    ],
    ids=["identity", "older", "newer", "other-spelling", "other-folder", "other-sink", "none"],
)
def test_a_receipt_is_that_of_the_sink_and_of_no_other(
    away: Broken, receipts: dict[str, dict[str, Any]], found: dict[str, Any] | None
):
    away.name, away.identity = "out", "/a/out"
    assert find_receipt(away, receipts) == found
