import asyncio
import json
import os
from io import FileIO

import pytest
from tests.sinks.samples import job, run, store, table

from glueline_worker.sinks.base import SinkRefused, SinkUnavailable
from glueline_worker.sinks.registry import parse_sink
from glueline_worker.sinks.stdout import StdoutSink


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
