"""Small units share a journal until the commit, and objects afterwards."""

import asyncio
import json
import os
from collections import Counter
from collections.abc import Iterator
from errno import ENOSPC
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.unit.sinks.samples import ENDED, edge, job, run, table

from glueline.contract.records import Record
from glueline.contract.runs import RunState
from glueline_worker.sinks.errors import SinkRefused, SinkUnavailable
from glueline_worker.sinks.files import packing, writer
from glueline_worker.sinks.files.formats.plain import PlainFormat
from glueline_worker.sinks.files.sink import FileSink
from glueline_worker.sinks.model import Commit, Part, Receipt, Run

Receipts = dict[str, Receipt]


def make_part(record: Record, *others: Record, mark: str = "") -> Part:
    return Part(record.key, (record, *others), f"{mark} of {record.key}")


def job_part(name: str, mark: str = "") -> Part:
    return make_part(job(name, description=mark), edge(f"job/{name}", mark), mark=mark)


async def attempt(sink: FileSink, of: Run, unit_id: str, *parts: Part) -> Receipt:
    """One attempt at a unit, which takes over what is unchanged."""
    opened = await sink.begin(of, unit_id)
    for part in parts:
        kind = part.records[0].kind
        stored = await opened.find_stored_entries(kind, [part.key])
        if part.key in stored and stored[part.key].fingerprint == part.fingerprint:
            await opened.mark_unchanged(kind, {part.key: str(part.fingerprint)})
        else:
            await opened.write_parts([part])
    return await opened.complete()


async def store_jobs(sink: FileSink, of: Run, *names: str, mark: str = "") -> Receipts:
    """One unit for each job; all of them complete at once."""
    receipts = await asyncio.gather(
        *(attempt(sink, of, f"job/{name}", job_part(name, mark)) for name in names)
    )
    return {f"job/{name}": receipt for name, receipt in zip(names, receipts, strict=True)}


async def end(sink: FileSink, of: Run, receipts: Receipts) -> None:
    await sink.commit(Commit(of, RunState.SUCCEEDED, ENDED, receipts=receipts))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
async def sink(root: Path) -> FileSink:
    opened = FileSink("file:out", root, PlainFormat())
    await opened.open()
    return opened


def objects(root: Path, of: Run, kind: str = "job") -> list[dict[str, Any]]:
    manifest = json.loads((root / "runs" / f"{of.run_id}.json").read_text())
    return [listed for listed in manifest["objects"] if listed["kind"] == kind]


def names(root: Path, of: Run) -> list[str]:
    return sorted(record["name"] for record in read(root, of, "job"))


def read(root: Path, of: Run, kind: str) -> Iterator[dict[str, Any]]:
    for listed in objects(root, of, kind):
        lines = (root / listed["path"]).read_text().splitlines()
        assert len(lines) == listed["records"]
        yield from map(json.loads, lines)


def left(root: Path) -> list[str]:
    """Files that no manifest and no later run has a use for."""
    return [path.name for path in files_below(root) if path.name.startswith(".")]


def files_below(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


async def test_units_that_complete_together_are_one_write(
    root: Path, sink: FileSink, monkeypatch: pytest.MonkeyPatch
):
    synced, fsync = list[int](), os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(fsync(descriptor) or 1))
    receipts = await store_jobs(sink, run(), *map(str, range(40)))
    assert len(synced) <= 4
    assert len(left(root)) == 1
    await end(sink, run(), receipts)
    assert [(one["units"], one["records"]) for one in objects(root, run())] == [(40, 40)]
    assert left(root) == []
    assert max(len(json.dumps(receipt)) for receipt in receipts.values()) < 100


async def test_only_a_small_unit_waits_for_others(sink: FileSink):
    opened = await sink.begin(run(), "database/sales")
    await opened.write_parts([job_part("small")])
    assert opened.shares_commit()
    await opened.write_parts([job_part("large", "x" * (1 << 18))])
    assert not opened.shares_commit()
    await opened.discard()


async def test_objects_are_durable_before_the_manifest_lists_them(
    root: Path, sink: FileSink, monkeypatch: pytest.MonkeyPatch
):
    receipts, steps = await store_jobs(sink, run(), "a", "b"), list[str]()
    monkeypatch.setattr(packing, "sync_folder", lambda folder: steps.append(folder.parent.name))
    monkeypatch.setattr(
        "glueline_worker.sinks.files.sink.write_atomically", lambda *_: steps.append("manifest")
    )
    await end(sink, run(), receipts)
    assert sorted(steps[:-1]) == ["job", "lineage"]
    assert steps[-1] == "manifest"


async def test_what_no_receipt_names_is_in_no_object(root: Path, sink: FileSink):
    """A worker was killed between storing and settling, and the unit came again."""
    other = FileSink("file:out", root, PlainFormat())
    await store_jobs(sink, run(), "a", "b", "never settled", mark="first")
    receipts = await store_jobs(sink, run(), "a", mark="second")
    receipts |= await store_jobs(other, run(), "b", mark="second")
    await end(other, run(), receipts)
    assert names(root, run()) == ["a", "b"]
    assert {record["description"] for record in read(root, run(), "job")} == {"second"}
    assert len(objects(root, run())) == 1
    assert left(root) == []


async def test_a_full_disk_costs_one_group_and_no_other(
    root: Path, sink: FileSink, monkeypatch: pytest.MonkeyPatch
):
    receipts = await store_jobs(sink, run(), "before")
    with monkeypatch.context() as patched:

        def full(_: int) -> None:
            raise OSError(ENOSPC, os.strerror(ENOSPC))

        patched.setattr(os, "fsync", full)
        for _ in range(2):
            failed = await asyncio.gather(
                *(attempt(sink, run(), f"job/{name}", job_part(name)) for name in "abc"),
                return_exceptions=True,
            )
            assert [type(error) for error in failed] == [SinkUnavailable] * 3
    receipts |= await store_jobs(sink, run(), "a", "b", "c")
    assert len(left(root)) == 1
    await end(sink, run(), receipts)
    assert names(root, run()) == ["a", "b", "before", "c"]


@pytest.mark.parametrize(
    "step", ["sync_folder", "write_atomically", "publish_index", "_remove_others"]
)
async def test_a_commit_that_was_killed_at_any_step_can_be_repeated(
    root: Path, sink: FileSink, monkeypatch: pytest.MonkeyPatch, step: str
):
    await end(sink, run(1), await store_jobs(sink, run(1), "a", "b"))
    receipts = await store_jobs(sink, run(2), "a", "c")
    owners = {"sync_folder": packing, "publish_index": packing.Packing, "_remove_others": FileSink}
    owner: Any = owners.get(step)
    with monkeypatch.context() as patched:
        if owner is None:
            patched.setattr(f"glueline_worker.sinks.files.sink.{step}", kill)
        else:
            patched.setattr(owner, step, kill)
        with pytest.raises(KeyboardInterrupt):
            await end(sink, run(2), receipts)
    for _ in range(2):
        await end(sink, run(2), receipts)
        assert names(root, run(2)) == ["a", "c"]
        assert left(root) == []


def kill(*_: object) -> None:
    raise KeyboardInterrupt


async def test_a_replay_adds_to_what_was_committed(root: Path, sink: FileSink):
    receipts = await store_jobs(sink, run(), "a", "b")
    await end(sink, run(), receipts)
    [before] = objects(root, run())
    more = await store_jobs(sink, run(), "c")
    await sink.abort(run(), replayed=True)
    assert objects(root, run()) == [before]
    assert left(root) == []
    more = await store_jobs(sink, run(), "c")
    for _ in range(2):
        await end(sink, run(), receipts | more)
        assert names(root, run()) == ["a", "b", "c"]
    await end(sink, run(2), await store_jobs(sink, run(2), "a", "b", "c"))
    assert [one["sha256"] for one in objects(root, run(2))] == [
        one["sha256"] for one in objects(root, run())
    ]


async def test_a_replay_keeps_more_lines_of_an_object_that_a_commit_has_moved(
    root: Path, sink: FileSink
):
    older, newer = run(1), run(2)
    await end(sink, older, await store_jobs(sink, older, "a", "b"))
    receipts = await store_jobs(sink, newer, "a")
    receipts |= await store_jobs(sink, newer, "c")
    await end(sink, newer, receipts)
    receipts |= await store_jobs(sink, newer, "b")
    await end(sink, newer, receipts)
    assert names(root, newer) == ["a", "b", "c"]


async def test_an_aborted_run_gets_no_new_journal(root: Path, sink: FileSink):
    await store_jobs(sink, run(), "a")
    late = await sink.begin(run(), "job/late")
    await late.write_parts([job_part("late")])
    await sink.abort(run())
    with pytest.raises(SinkUnavailable):
        await late.complete()
    assert files_below(root) == []
    await end(sink, run(), await store_jobs(sink, run(), "replayed"))
    assert names(root, run()) == ["replayed"]


@pytest.mark.parametrize("damage", ["cut", "changed", "gone"])
async def test_a_damaged_journal_is_never_published(root: Path, sink: FileSink, damage: str):
    receipts = await store_jobs(sink, run(), "a", "b")
    [path] = files_below(root)
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(content[:-9] if damage == "cut" else content.replace(b'"b"', b'"B"'))
    with pytest.raises(SinkRefused, match="is gone" if damage == "gone" else "cut off or damaged"):
        await end(sink, run(), receipts)
    assert not (root / "runs").exists()


async def test_an_unchanged_object_is_kept_as_it_is(root: Path, sink: FileSink):
    await end(sink, run(1), await store_jobs(sink, run(1), "a", "b"))
    await end(sink, run(2), await store_jobs(sink, run(2), "a", "b"))
    pair = [root / objects(root, of)[0]["path"] for of in (run(1), run(2))]
    assert pair[0].samefile(pair[1])
    receipts = await store_jobs(sink, run(3), "b")
    for path in (root / "job").glob(f"run={run(2).run_id}/*"):
        path.unlink()  # the older run is removed while the newer one is under way
    await end(sink, run(3), receipts | await store_jobs(sink, run(3), "c"))
    assert names(root, run(3)) == ["b", "c"]
    assert len(objects(root, run(3))) == 1


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_a_run_holds_its_units_once(
    root: Path, monkeypatch: pytest.MonkeyPatch, seed: int
):
    """Runs of two processes over units that change, are repeated, killed, large and small."""
    chance = Random(seed)
    monkeypatch.setattr(PlainFormat, "full_object", 4_000)
    monkeypatch.setattr(PlainFormat, "large_object", 2_000)
    monkeypatch.setattr(writer, "_SMALL_UNIT", 3_000)
    world: dict[str, list[Part]] = {}
    for generation in range(1, 7):
        of = run(generation)
        for number in chance.sample(range(12), chance.randint(0, 5)):
            marks = [f"{chance.random()}" for _ in range(chance.choice((0, 1, 2, 9)))]
            tables = (table(f"t{n}", f"d{number}", owner=mark) for n, mark in enumerate(marks))
            world[f"database/d{number}"] = [
                make_part(each, mark=str(each.owner)) for each in tables
            ]
        sinks = [FileSink("file:out", root, PlainFormat()) for _ in range(2)]
        units = chance.sample(sorted(world), len(world))
        receipts = dict[str, Receipt]()
        for unit_id in [*units, *chance.sample(units, len(units) // 3)]:
            receipts[unit_id] = await attempt(chance.choice(sinks), of, unit_id, *world[unit_id])
        for _ in range(chance.randint(1, 2)):
            await end(chance.choice(sinks), of, receipts)
        found = Counter(
            (r["database_name"], r["name"], r["owner"]) for r in read(root, of, "table")
        )
        wanted = [part.records[0] for parts in world.values() for part in parts]
        assert found == Counter((r.database_name, r.name, r.owner) for r in wanted)  # type: ignore[attr-defined]
        assert left(root) == []
