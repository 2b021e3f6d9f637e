"""What a sink does that takes over unchanged parts from one run to the next."""

from glueline_worker.sinks.base import IncrementalWriter
from glueline_worker.sinks.model import Part, Run
from glueline_worker.sinks.testing.case import INCREMENTAL, READING, SinkCase
from glueline_worker.sinks.testing.samples import make_run, make_table
from glueline_worker.sinks.testing.trial import SinkTrial

_SALES = "database/sales"
_KIND = "table"
_A, _B, _C = (make_table(name) for name in "abc")


async def check_is_incremental(trial: SinkTrial) -> None:
    """Writers are of the kind that the place declares."""
    writer = await trial.sink.begin(make_run(), _SALES)
    assert isinstance(writer, IncrementalWriter) == trial.place.is_incremental
    await writer.discard()


async def check_stored_parts(trial: SinkTrial) -> None:
    """Parts of a committed run are found by the next one; those without fingerprint are not."""
    assert await _find_fingerprints(trial, make_run(1)) == {}
    await _store_first_run(trial)
    assert await _find_fingerprints(trial, make_run(2)) == {_A.key: "a1"}


async def check_unchanged_parts(trial: SinkTrial) -> None:
    """An unchanged part belongs to the next runs as well, though it is not written again."""
    await _store_first_run(trial)
    for generation in (2, 3):
        run = make_run(generation)
        writer = await trial.begin_incremental(run, _SALES)
        found = await writer.find_stored_entries(_KIND, [_A.key])
        assert dict(found[_A.key].counts) == {_KIND: 1}
        await writer.mark_unchanged(_KIND, {_A.key: found[_A.key].fingerprint})
        trial.keep(run, _SALES, await writer.complete())
        await trial.commit(run)
    once = trial.place.merges_runs
    assert trial.place.names() == (["a", "b"] if once else ["a", "a", "a", "b"])


async def check_changed_parts(trial: SinkTrial) -> None:
    """A part that is written again has its new fingerprint and records."""
    await _store_first_run(trial)
    run, changed = make_run(2), make_table("a", content_hash="2")
    await trial.store_parts(run, _SALES, [Part(_A.key, (changed,), "a2")])
    await trial.commit(run)
    assert await _find_fingerprints(trial, make_run(3)) == {_A.key: "a2"}
    assert changed in trial.place.records()


async def check_parts_of_a_discarded_unit(trial: SinkTrial) -> None:
    """A part of a discarded attempt is found only where its records are found, too."""
    await _store_first_run(trial)
    writer = await trial.begin_incremental(make_run(2), _SALES)
    await writer.write_parts([Part(_C.key, (_C,), "c1")])
    await writer.discard()
    await trial.commit(make_run(2))
    is_found = _C.key in await _find_fingerprints(trial, make_run(3))
    assert is_found == (_C in trial.place.records())


async def check_parts_of_other_sources(trial: SinkTrial) -> None:
    """A run finds no part of another source."""
    await _store_first_run(trial)
    other = make_table("a", source="other")
    writer = await trial.begin_incremental(make_run(2, source="other"), _SALES)
    assert dict(await writer.find_stored_entries(_KIND, [other.key])) == {}
    await writer.discard()


async def _store_first_run(trial: SinkTrial) -> None:
    parts = [Part(_A.key, (_A,), "a1"), Part(_B.key, (_B,), None)]
    await trial.store_parts(make_run(1), _SALES, parts)
    await trial.commit(make_run(1), _SALES)


async def _find_fingerprints(trial: SinkTrial, run: Run) -> dict[str, str]:
    """Return what a process that opens the sink later finds."""
    async with trial.another() as other:
        writer = await other.begin_incremental(run, _SALES)
        found = await writer.find_stored_entries(_KIND, [_A.key, _B.key, _C.key])
        await writer.discard()
    return {key: entry.fingerprint for key, entry in found.items()}


INCREMENTAL_CASES = (
    SinkCase(check_is_incremental),
    SinkCase(check_stored_parts, (INCREMENTAL,)),
    SinkCase(check_unchanged_parts, (INCREMENTAL, READING)),
    SinkCase(check_changed_parts, (INCREMENTAL, READING)),
    SinkCase(check_parts_of_a_discarded_unit, (INCREMENTAL, READING)),
    SinkCase(check_parts_of_other_sources, (INCREMENTAL,)),
)
