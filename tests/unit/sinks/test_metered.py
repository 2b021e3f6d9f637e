"""The stopwatch around sinks changes nothing of what they are."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from glueline.contract.messages import ExtractionRequest
from glueline_worker.observe.metrics import REGISTRY
from glueline_worker.sinks.base import IncrementalWriter
from glueline_worker.sinks.errors import SinkRefused
from glueline_worker.sinks.metered import meter_sink
from glueline_worker.sinks.model import Run
from glueline_worker.sinks.registry import parse_sink
from glueline_worker.sinks.testing import SinkPlace

RUN = Run("0" * 32, 1, ExtractionRequest(), datetime.now(UTC))


def steps(sink: str, step: str, what: str = "seconds_count") -> float:
    labels = {"sink": sink, "step": step}
    return REGISTRY.get_sample_value(f"glueline_sink_{what}", labels) or 0


async def test_a_watched_writer_is_what_the_plain_one_is(place: SinkPlace):
    """Its class tells whether a writer is incremental; an object around it would hide that."""
    plain, timed = place.make(), meter_sink(place.make())
    for sink in (plain, timed):
        await sink.open()
    before = steps(timed.name, "begin")
    writers = [await sink.begin(RUN, "databases") for sink in (plain, timed)]
    assert type(writers[0]) is type(writers[1])
    assert isinstance(writers[1], IncrementalWriter) is isinstance(writers[0], IncrementalWriter)
    await writers[0].discard()
    await writers[1].complete()
    assert steps(timed.name, "begin") == before + 1
    assert steps(timed.name, "complete") >= 1
    for sink in (plain, timed):
        await sink.close()


async def test_the_steps_keep_their_names_in_the_metrics(tmp_path: Path):
    """Dashboards know them."""
    sink = meter_sink(parse_sink(f"file://{tmp_path}/steps?format=jsonl"))
    await sink.open()
    writer = await sink.begin(RUN, "databases")
    assert isinstance(writer, IncrementalWriter)
    assert not await writer.find_stored_entries("database", ["a"])
    await writer.mark_unchanged("database", {})
    await writer.discard()
    assert steps(sink.name, "held") == steps(sink.name, "keep") == 1


async def test_a_step_that_fails_is_counted_and_fails_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    sink = parse_sink(f"file://{tmp_path}/failing?format=jsonl")

    async def refuse(*_: object) -> None:
        raise SinkRefused("no")

    monkeypatch.setattr(type(sink), "abort", refuse)
    with pytest.raises(SinkRefused):
        await meter_sink(sink).abort(RUN)
    assert steps(sink.name, "abort", "failures_total") == 1
    assert steps(sink.name, "abort") == 1
