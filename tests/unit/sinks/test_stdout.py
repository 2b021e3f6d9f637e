import asyncio
import json
import os
import select
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import FileIO
from pathlib import Path

import pytest
from tests.unit.sinks.samples import job, run, store, table

from glueline_worker.sinks.errors import SinkRefused, SinkUnavailable
from glueline_worker.sinks.registry import parse_sink
from glueline_worker.sinks.stdout.sink import _THREAD_NAME, StdoutSink


async def test_lines_reach_standard_output_whole(capfd: pytest.CaptureFixture[str]):
    sink = parse_sink("stdout:")
    await sink.open()
    tables = [table(f"t{n}", description="x" * 5000) for n in range(300)]
    await asyncio.gather(*(store(sink, run(), f"database/{n}", *tables) for n in range(4)))
    lines = capfd.readouterr().out.splitlines()
    assert len(lines) == 1200
    names = [json.loads(line)["name"] for line in lines]
    assert names == [one.name for one in tables] * 4


async def test_an_attempt_that_failed_prints_nothing(capfd: pytest.CaptureFixture[str]):
    sink = parse_sink("stdout:")
    await sink.open()
    writer = await sink.begin(run(), "jobs")
    await writer.write([job("a")])
    await writer.discard()
    await sink.close()
    assert capfd.readouterr().out == ""


async def failure(stream: FileIO) -> Exception:
    writer = await StdoutSink(stream).begin(run(), "jobs")
    await writer.write([job("a")])
    with pytest.raises((SinkRefused, SinkUnavailable)) as raised:
        await writer.complete()
    await writer.discard()
    return raised.value


async def test_a_full_disk_behind_standard_output_may_be_tried_again():
    with FileIO("/dev/full", "wb") as full:
        assert isinstance(await failure(full), SinkUnavailable)


async def test_a_reader_that_went_away_is_not_waited_for():
    reading, writing = os.pipe()
    os.close(reading)
    with FileIO(writing, "wb") as gone:
        assert isinstance(await failure(gone), SinkRefused)


MakePipe = Callable[[], tuple[int, FileIO]]


@pytest.fixture
def make_pipe() -> Iterator[MakePipe]:
    """Makes pipes: the end to read from, and the file to write to."""
    ends = ExitStack()

    def make() -> tuple[int, FileIO]:
        reading, writing = os.pipe()
        ends.callback(os.close, reading)
        return reading, ends.enter_context(FileIO(writing, "wb"))

    with ends:
        yield make


def is_empty(folder: Path) -> bool:
    return not [*folder.iterdir()]


def is_printing() -> bool:
    return any(thread.name == _THREAD_NAME for thread in threading.enumerate())


@pytest.fixture(autouse=True)
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of lock files, of this test alone."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


async def test_a_reader_that_stalls_fails_its_units_and_no_other_output(
    make_pipe: MakePipe, locks: Path
):
    stalled, target = make_pipe()
    sink = StdoutSink(target, stall_seconds=0.2)
    many = [table(f"t{number}", description="x" * 5000) for number in range(60)]
    with pytest.raises(SinkUnavailable, match="has taken nothing"):
        await store(sink, run(), "database/sales", *many)
    for _ in range(3):  # while a thread still waits to end its lines
        with pytest.raises(SinkUnavailable):
            await store(sink, run(), "jobs", job("a"))
    reading, writing = make_pipe()
    await store(StdoutSink(writing, stall_seconds=5), run(), "jobs", job("b"))
    assert json.loads(os.read(reading, 100_000))["name"] == "b"
    # Once it reads again, it finds whole lines, and the next unit behind them.
    text = b""
    while is_printing() or select.select([stalled], [], [], 0)[0]:
        if select.select([stalled], [], [], 0.01)[0]:
            text += os.read(stalled, 100_000)
    again = asyncio.create_task(store(sink, run(), "jobs", job("last")))
    while b'"last"' not in text:
        text += await asyncio.to_thread(os.read, stalled, 100_000)
    await again
    names = [json.loads(line)["name"] for line in text.splitlines()]
    assert names[-1] == "last"
    assert names[:-1] == [f"t{number}" for number in range(len(names) - 1)]
    assert is_empty(locks)


async def attempt(sink: StdoutSink, unit_id: str) -> None:
    """Attempt a unit as workers do, who discard what a cancelled attempt leaves."""
    writer = await sink.begin(run(), unit_id)
    try:
        await writer.write([table("a", description="x" * 90000)])
        await writer.complete()
    finally:
        await writer.discard()


async def test_a_unit_that_is_cancelled_prints_no_more(make_pipe: MakePipe):
    reading, target = make_pipe()
    sink = StdoutSink(target)
    waiting = [asyncio.create_task(attempt(sink, f"database/{n}")) for n in range(2)]
    await asyncio.to_thread(select.select, [reading], [], [])
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    text = b""
    while is_printing() or select.select([reading], [], [], 0)[0]:
        if select.select([reading], [], [], 0.01)[0]:
            text += os.read(reading, 100_000)
    assert [json.loads(line)["name"] for line in text.splitlines()] == ["a"]


WRITER = """
import asyncio, sys
from tests.unit.sinks.samples import run, store, table
from glueline_worker.sinks.stdout.sink import StdoutSink

async def main():
    sink = StdoutSink()
    await sink.open()
    tables = [table(f"{sys.argv[1]}{number}", description="x" * 3000) for number in range(100)]
    for number in range(3):
        await store(sink, run(), str(number), *tables)

asyncio.run(main())
"""


def write(name: str, stdout: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", WRITER, name]
    return subprocess.Popen(command, stdout=stdout, cwd=Path(__file__).parents[3])


def test_processes_on_one_pipe_write_units_whole_and_others_do_not_wait(make_pipe: MakePipe):
    stalled, target = make_pipe()
    stuck = write("stuck", target.fileno())
    select.select([stalled], [], [])  # it has begun, and nobody reads on
    reading, writing = os.pipe()
    both = [write(name, writing) for name in "ab"]
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        names = [json.loads(line)["name"] for line in pipe]
    assert [one.wait(120) for one in both] == [0, 0]
    units = [names[start : start + 100] for start in range(0, len(names), 100)]
    assert sorted(unit[0] for unit in units) == ["a0", "a0", "a0", "b0", "b0", "b0"]
    assert all(unit == [f"{unit[0][0]}{number}" for number in range(100)] for unit in units)
    assert stuck.poll() is None
    stuck.kill()
    stuck.wait()
