"""A later run keeps what a sink holds of an earlier one."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.unit.sinks.places import Rows, file_place
from tests.unit.sinks.samples import ENDED, commit, edge, job, run, table

from glueline.contract.messages import Options
from glueline.contract.records import Record
from glueline.contract.runs import RunState
from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.files import writer
from glueline_worker.sinks.files.sink import FileSink
from glueline_worker.sinks.model import Commit, Part, Run
from glueline_worker.sinks.testing import SinkPlace

SALES = "database/sales"


def part(*records: Record, print_: str | None = "1") -> Part:
    key = records[0].key
    return Part(key, records, print_ and f"{print_} of {key}")


async def store(sink: Sink, of: Run, unit_id: str, *parts: Part) -> Any:
    opened: Any = await sink.begin(of, unit_id)
    await opened.write_parts(parts)
    return await opened.complete()


async def keep(sink: Sink, of: Run, unit_id: str, *parts: Part, new: Sequence[Part] = ()) -> Any:
    opened: Any = await sink.begin(of, unit_id)
    kind = parts[0].records[0].kind
    held = await opened.find_stored_entries(kind, [part.key for part in parts])
    prints = {part.key: part.fingerprint for part in parts}
    assert {key: one.fingerprint for key, one in held.items()} == prints
    await opened.mark_unchanged(kind, prints)
    if new:
        await opened.write_parts(new)
    return await opened.complete()


async def stored_fingerprint(sink: Sink, of: Run, unit_id: str, one: Part) -> str | None:
    opened: Any = await sink.begin(of, unit_id)
    found = (await opened.find_stored_entries(one.records[0].kind, [one.key])).get(one.key)
    return found and found.fingerprint


async def end(sink: Sink, of: Run, *listings: str, **receipts: Any) -> None:
    by_unit = {unit.replace("__", "/"): receipt for unit, receipt in receipts.items()}
    await sink.commit(Commit(of, RunState.SUCCEEDED, ENDED, {}, listings, by_unit))


async def test_an_edge_of_an_older_version_goes_although_its_job_is_kept(sink: Sink, rows: Rows):
    old, new = edge("job/daily", "a"), edge("job/daily", "b")
    await store(sink, run(1), "job/daily", part(job("daily"), old))
    await store(sink, run(2), "job/daily", part(job("daily"), new, print_="2"))  # and no commit
    await keep(sink, run(3), "jobs", part(job("daily"), print_="2"))
    await commit(sink, run(3), "jobs", "job/daily")
    live = rows("SELECT upstream_name FROM lineage WHERE deleted_at IS NULL")
    assert live == [("b",)]
    assert rows.live("jobs") == ["daily"]


async def test_what_a_newer_run_wrote_is_not_touched(sink: Sink, rows: Rows):
    await store(sink, run(1), SALES, part(table("a")))
    opened: Any = await sink.begin(run(2), SALES)
    mine = part(table("a"))
    assert (await opened.find_stored_entries("table", [mine.key]))[
        mine.key
    ].fingerprint == mine.fingerprint
    await opened.mark_unchanged("table", {mine.key: mine.fingerprint})
    await store(sink, run(3), SALES, part(table("a", owner="new"), print_="2"))
    await opened.complete()
    assert rows("SELECT generation, owner FROM tables") == [(3, "new")]


async def test_what_is_deleted_is_not_held(sink: Sink):
    one = part(table("a"))
    await store(sink, run(1), SALES, one)
    assert await stored_fingerprint(sink, run(2), SALES, one) == one.fingerprint
    await commit(sink, run(2), SALES)
    assert await stored_fingerprint(sink, run(3), SALES, one) is None


async def test_what_was_not_read_completely_is_not_held(sink: Sink):
    one = part(table("a"), print_=None)
    await store(sink, run(1), SALES, one)
    assert await stored_fingerprint(sink, run(2), SALES, one) is None


async def test_names_too_long_for_an_index_are_held_like_others(sink: Sink):
    one = part(table("表" * 255))
    await store(sink, run(1), SALES, one)
    assert await stored_fingerprint(sink, run(2), SALES, one) == one.fingerprint


@pytest.fixture(params=[0, 1 << 18], ids=["large", "small"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each unit has objects to itself, or shares them."""
    monkeypatch.setattr(writer, "_SMALL_UNIT", request.param)


@pytest.fixture
async def files(tmp_path: Path, size: None) -> tuple[FileSink, SinkPlace]:
    place = file_place(tmp_path / "out")
    made: Any = place.make()
    await made.open()
    return made, place


def names(root: Path, of: Run) -> list[str]:
    paths = (root / f"out/table/run={of.run_id}").iterdir()
    lines = [line for path in paths for line in path.read_text().splitlines()]
    return sorted(line.partition('"name":"')[2].partition('"')[0] for line in lines)


async def test_kept_lines_stand_beside_new_ones(files: Any, tmp_path: Path):
    sink, _ = files
    a, b, c = (part(table(name)) for name in "abc")
    await end(sink, run(1), database__sales=await store(sink, run(1), SALES, a, b))
    await end(sink, run(2), database__sales=await keep(sink, run(2), SALES, b, new=[c]))
    assert names(tmp_path, run(2)) == ["b", "c"]
    await end(sink, run(3), database__sales=await keep(sink, run(3), SALES, c, b))
    assert names(tmp_path, run(3)) == ["b", "c"]


async def test_a_line_without_a_fingerprint_is_not_taken_over_with_its_object(
    files: Any, tmp_path: Path
):
    sink, _ = files
    a, unsure = part(table("a")), part(table("unsure"), print_=None)
    await end(sink, run(1), database__sales=await store(sink, run(1), SALES, a, unsure))
    await end(sink, run(2), database__sales=await keep(sink, run(2), SALES, a))
    assert names(tmp_path, run(2)) == ["a"]


async def test_only_a_run_that_was_committed_is_taken_over(files: Any):
    sink, _ = files
    one = part(table("a"))
    await store(sink, run(1), SALES, one)
    assert await stored_fingerprint(sink, run(2), SALES, one) is None


async def test_a_full_run_and_another_scope_hold_nothing(files: Any):
    sink, _ = files
    one = part(table("a"))
    await end(sink, run(1), database__sales=await store(sink, run(1), SALES, one))
    assert await stored_fingerprint(sink, run(2), SALES, one) == one.fingerprint
    assert await stored_fingerprint(sink, run(3, options=Options(full=True)), SALES, one) is None
    assert await stored_fingerprint(sink, run(4, tables=["a*"]), SALES, one) is None


async def test_a_file_system_without_links_gets_copies(
    files: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: Any) -> None:
        raise OSError(95, "Operation not supported")

    sink, _ = files
    one = part(table("a"))
    await end(sink, run(1), database__sales=await store(sink, run(1), SALES, one))
    monkeypatch.setattr(os, "link", refuse)
    await end(sink, run(2), database__sales=await keep(sink, run(2), SALES, one))
    assert names(tmp_path, run(2)) == ["a"]
    assert await stored_fingerprint(sink, run(3), SALES, one) == one.fingerprint


async def test_an_aborted_run_leaves_no_index(files: Any, tmp_path: Path):
    sink, _ = files
    await store(sink, run(1), SALES, part(table("a")))
    await sink.abort(run(1))
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


async def test_what_was_committed_before_an_aborted_replay_is_taken_over(
    files: Any, tmp_path: Path
):
    sink, _ = files
    one, other = part(table("a")), part(table("b"))
    await end(sink, run(1), database__sales=await store(sink, run(1), SALES, one))
    await store(sink, run(1), "database/other", other)
    await sink.abort(run(1), replayed=True)
    assert names(tmp_path, run(1)) == ["a"]
    assert await stored_fingerprint(sink, run(2), SALES, one) == one.fingerprint
    assert await stored_fingerprint(sink, run(2), "database/other", other) is None


async def test_a_unit_attempted_twice_is_taken_over_once(files: Any, tmp_path: Path):
    sink, _ = files
    one = part(table("a"))
    await end(sink, run(1), database__sales=await store(sink, run(1), SALES, one))
    await keep(sink, run(2), SALES, one)
    await end(sink, run(2), database__sales=await keep(sink, run(2), SALES, one))
    assert names(tmp_path, run(2)) == ["a"]
    assert [path.name for path in (tmp_path / "out").rglob(".tmp-*")] == []


@pytest.mark.parametrize("size", [0], indirect=True)
async def test_an_index_that_a_former_version_named_is_read(files: Any, tmp_path: Path):
    sink, _ = files
    one = part(job("Load"))
    receipt = await store(sink, run(1), "job/Load", one)
    [listed] = receipt["objects"]
    folder = tmp_path / "out"
    former = f"run={run(1).run_id}/job%2FLoad"
    (folder / listed["path"]).rename(folder / f"job/{former}.jsonl")
    [path] = (folder / "index").rglob("*.json")
    path.with_name("job%2FLoad.json").write_text(
        path.read_text().replace(listed["path"], f"job/{former}.jsonl")
    )
    path.unlink()
    listed["path"] = f"job/{former}.jsonl"
    await sink.commit(Commit(run(1), RunState.SUCCEEDED, ENDED, receipts={"job/Load": receipt}))
    assert await stored_fingerprint(sink, run(2), "job/Load", one) == one.fingerprint
