import asyncio
import errno
import hashlib
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.unit.sinks.samples import ONE_OF_EACH, commit, job, run, store, table

from glueline.contract.messages import encode
from glueline_worker.sinks.atomic_files import make_temporary_path
from glueline_worker.sinks.base import Sink
from glueline_worker.sinks.errors import SinkRefused, SinkUnavailable
from glueline_worker.sinks.files import sink as files_sink
from glueline_worker.sinks.files import writer as files_writer
from glueline_worker.sinks.registry import parse_sink

SALES = "database/sales"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "out"


@pytest.fixture
async def sink(root: Path) -> Sink:
    opened = parse_sink(f"file://{root}")
    await opened.open()
    return opened


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each unit is large: it has objects to itself."""
    monkeypatch.setattr(files_writer, "_SMALL_UNIT", 0)


def manifest(root: Path, generation: int = 1) -> dict[str, Any]:
    return json.loads((root / "runs" / f"{run(generation).run_id}.json").read_text())


def found(root: Path, glob: str = "**/*") -> list[Path]:
    return sorted(path for path in root.glob(glob) if path.is_file())


def stored(root: Path) -> list[str]:
    """All files but manifests, hidden ones too."""
    return [path.relative_to(root).as_posix() for path in found(root, "*/run=*/*")]


async def test_the_manifest_lists_exactly_what_stands_there(root: Path, sink: Sink):
    receipts = {
        "databases": await store(sink, run(), "databases", *ONE_OF_EACH),
        SALES: await store(sink, run(), SALES, table("a"), table("b")),
    }
    await commit(sink, run(), "databases", SALES, receipts=receipts)
    said = manifest(root)
    index = f"index/run={run().run_id}/units.db"
    assert sorted([index, *(listed["path"] for listed in said["objects"])]) == stored(root)
    for listed in said["objects"]:
        content = (root / listed["path"]).read_bytes()
        assert listed["bytes"] == len(content)
        assert listed["records"] == len(content.splitlines())
        assert listed["sha256"] == hashlib.sha256(content).hexdigest()
    assert {one["kind"]: (one["unit"], one["units"], one["records"]) for one in said["objects"]}[
        "table"
    ] == (None, 2, 3)


async def test_the_manifest_says_how_the_run_ended(root: Path, sink: Sink):
    await commit(sink, run(7, tables=["o*"]), "jobs", "databases")
    said = manifest(root, 7)
    assert said["state"] == "succeeded"
    assert said["generation"] == 7
    assert said["source"] == "default"
    assert said["scope"]["kind"] == "catalog"
    assert said["filters"]["tables"]["allow"] == ["o*"]
    assert said["options"]["max_deletion_share"] == 1.0
    assert said["listings"] == ["databases", "jobs"]
    assert said["counts"] == {"tables": 1}
    assert said["finished_at"] == "2024-05-01T13:00:00Z"


async def test_nothing_is_visible_before_a_unit_is_complete(root: Path, sink: Sink):
    writer = await sink.begin(run(), SALES)
    await writer.write([table("a")])
    assert found(root, "**/*.jsonl") == []
    await writer.discard()
    assert stored(root) == []


@pytest.mark.usefixtures("large")
async def test_commit_removes_what_abandoned_attempts_left(root: Path, sink: Sink):
    abandoned = await sink.begin(run(), SALES)
    await abandoned.write([table("a")])
    await store(sink, run(), SALES, table("a"), job("only in the first attempt"))
    receipt = await store(sink, run(), SALES, table("a"))
    await store(sink, run(2), SALES, table("of another run"))
    await commit(sink, run(), receipts={SALES: receipt})
    assert stored(root) == [
        f"table/run={run(1).run_id}/database%2Fsales.jsonl",
        f"table/run={run(2).run_id}/database%2Fsales.jsonl",
    ]
    await abandoned.discard()


@pytest.mark.usefixtures("large")
async def test_a_missing_object_is_never_listed(root: Path, sink: Sink):
    receipt = await store(sink, run(), SALES, table("a"))
    (root / receipt["objects"][0]["path"]).unlink()
    with pytest.raises(SinkRefused, match="is gone"):
        await commit(sink, run(), receipts={SALES: receipt})
    assert not (root / "runs").exists()


@pytest.mark.usefixtures("large")
async def test_an_object_that_was_cut_off_is_never_listed(root: Path, sink: Sink):
    receipt = await store(sink, run(), SALES, table("a"), table("b"))
    path = root / receipt["objects"][0]["path"]
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(SinkRefused, match="is cut off"):
        await commit(sink, run(), receipts={SALES: receipt})


@pytest.mark.usefixtures("large")
async def test_the_object_of_an_attempt_that_ended_later_is_described_as_it_is(
    root: Path, sink: Sink
):
    settled = await store(sink, run(), SALES, table("a"), table("b"))
    await store(sink, run(), SALES, table("a", owner="zoe"))
    report = await commit(sink, run(), receipts={SALES: settled})
    assert "fewer records" in report.lost
    assert manifest(root)["state"] == "partial"
    [listed] = manifest(root)["objects"]
    content = (root / listed["path"]).read_bytes()
    assert (listed["records"], listed["bytes"]) == (1, len(content))
    assert listed["sha256"] == hashlib.sha256(content).hexdigest()


@pytest.mark.usefixtures("large")
async def test_names_that_differ_by_case_alone_are_two_objects(root: Path, sink: Sink):
    names = ("Load", "load", "LOAD", "straße", "STRASSE", "caf\N{LATIN SMALL LETTER E WITH ACUTE}")
    units = [f"job/{encode(name)}" for name in names]
    receipts = {
        unit: await store(sink, run(), unit, job(name))
        for unit, name in zip(units, names, strict=True)
    }
    await commit(sink, run(), receipts=receipts)
    paths = [listed["path"] for listed in manifest(root)["objects"]]
    assert len({path.casefold() for path in paths}) == len(names)
    assert sorted(paths) == stored(root)


@pytest.mark.usefixtures("large")
async def test_objects_that_a_former_version_named_are_still_listed(root: Path, sink: Sink):
    unit = "job/Load"
    receipt = await store(sink, run(), unit, job("Load"))
    [listed] = receipt["objects"]
    former = f"job/run={run().run_id}/job%2FLoad.jsonl"
    (root / listed["path"]).rename(root / former)
    listed["path"] = former
    await commit(sink, run(), receipts={unit: receipt})
    assert stored(root) == [former]
    assert [one["path"] for one in manifest(root)["objects"]] == [former]


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize(
    "changed", [{"path": "../../etc/passwd"}, {"kind": "../x"}, {"bytes": "?"}]
)
async def test_a_receipt_that_is_not_ours_is_refused(sink: Sink, changed: dict[str, str]):
    receipt = await store(sink, run(), SALES, table("a"))
    [listed] = receipt["objects"]
    with pytest.raises(SinkRefused):
        await commit(sink, run(), receipts={SALES: {"objects": [listed | changed]}})


@pytest.mark.parametrize("entry", [["../../passwd", 0, 9, 0], ["0" * 16, "?", 9, 0], "?"])
async def test_an_entry_that_is_not_ours_is_refused(sink: Sink, entry: object):
    with pytest.raises(SinkRefused, match="is none of a file sink"):
        await commit(sink, run(), receipts={SALES: {"entry": entry}})


async def test_an_aborted_run_leaves_neither_objects_nor_manifest(root: Path, sink: Sink):
    for generation in (1, 2):
        receipt = await store(sink, run(generation), SALES, table("a"))
        await commit(sink, run(generation), receipts={SALES: receipt})
    await sink.abort(run(1))
    assert [path.parent.name for path in found(root, "table/*/*")] == [f"run={run(2).run_id}"]
    assert [path.stem for path in found(root, "runs/*")] == [run(2).run_id]


def contents(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


async def test_a_replay_that_is_aborted_leaves_what_was_committed_before(root: Path, sink: Sink):
    one = run(1)
    receipt = await store(sink, one, SALES, table("a"))
    await commit(sink, one, receipts={SALES: receipt})
    before = contents(root)
    await store(sink, one, "database/other", table("b"))
    unfinished = await sink.begin(one, "database/third")
    await unfinished.write([table("c")])
    await sink.abort(one, replayed=True)
    await sink.abort(one, replayed=True)
    assert contents(root) == before
    await unfinished.discard()


async def test_a_replay_of_what_was_never_committed_leaves_nothing(root: Path, sink: Sink):
    await store(sink, run(), SALES, table("a"))
    await sink.abort(run(), replayed=True)
    assert found(root, "table/*/*") == []


@pytest.mark.parametrize("size", [0, 1 << 18], ids=["large", "small"])
async def test_a_full_disk_leaves_nothing_half_done(
    root: Path, sink: Sink, monkeypatch: pytest.MonkeyPatch, size: int
):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files_writer, "_SMALL_UNIT", size)
    writer = await sink.begin(run(), SALES)
    await writer.write([table("a")])
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(SinkUnavailable, match="No space left"):
            await writer.complete()
        with pytest.raises(SinkUnavailable):
            await commit(sink, run())
        await writer.discard()
    assert found(root) == []
    receipt = await store(sink, run(), SALES, table("a"))
    await commit(sink, run(), receipts={SALES: receipt})
    assert [one["records"] for one in manifest(root)["objects"]] == [1]


async def test_what_a_killed_commit_left_goes_with_the_next(root: Path, sink: Sink):
    for end in (commit, lambda sink, run: sink.abort(run)):
        (root / "runs").mkdir(exist_ok=True)
        mine, other = (
            make_temporary_path(root / "runs" / f"{run(generation).run_id}.json")
            for generation in (1, 2)
        )
        mine.touch()
        other.touch()
        await end(sink, run(1))
        assert (mine.exists(), other.exists()) == (False, True)


async def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(SinkRefused, match="Not a directory"):
        await parse_sink(f"file://{tmp_path}/file/out").open()


@pytest.mark.usefixtures("large")
async def test_a_folder_that_goes_while_it_is_made_is_made_again(
    root: Path, sink: Sink, monkeypatch: pytest.MonkeyPatch
):
    mkdir, vanished = Path.mkdir, [FileExistsError, FileNotFoundError]

    def racing(path: Path, *args: object, **options: bool) -> None:
        if vanished and path.name.startswith("run="):
            raise vanished.pop()(errno.EEXIST, "gone again", str(path))
        mkdir(path, *args, **options)

    monkeypatch.setattr(Path, "mkdir", racing)
    await store(sink, run(), SALES, table("a"))
    assert vanished == []
    assert len(stored(root)) == 1


@pytest.mark.usefixtures("large")
async def test_a_file_in_place_of_a_folder_is_refused_for_good(root: Path, sink: Sink):
    (root / "table").write_text("in the way")
    with pytest.raises(SinkRefused, match=r"Not a directory|File exists"):
        await store(sink, run(), SALES, table("a"))


async def test_a_folder_that_takes_no_files_is_refused_at_once(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    def read_only(**_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(files_sink, "TemporaryFile", read_only)
    with pytest.raises(SinkRefused, match="Read-only"):
        await parse_sink(f"file://{root}").open()


@pytest.mark.usefixtures("large")
async def test_discard_waits_for_a_write_that_was_cancelled(
    root: Path, sink: Sink, monkeypatch: pytest.MonkeyPatch
):
    began, may_go_on = threading.Event(), threading.Event()

    def slow(path: Path) -> Path:
        began.set()
        may_go_on.wait()
        return make_temporary_path(path)

    monkeypatch.setattr(files_writer, "make_temporary_path", slow)
    writer = await sink.begin(run(), SALES)
    writing = asyncio.create_task(writer.write([table("a")]))
    await asyncio.to_thread(began.wait)
    writing.cancel()
    discarding = asyncio.create_task(writer.discard())
    await asyncio.wait({discarding}, timeout=0.1)
    may_go_on.set()
    await discarding
    assert found(root) == []


async def test_a_relative_url_means_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    await parse_sink("file:out").open()
    assert (tmp_path / "out").is_dir()
