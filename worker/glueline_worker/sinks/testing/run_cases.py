"""What a sink does with whole runs: names, commits, aborts, generations."""

from glueline_worker.sinks.testing.case import MERGING, READING, SinkCase
from glueline_worker.sinks.testing.samples import SAMPLE_OF_EACH, make_job, make_run, make_table
from glueline_worker.sinks.testing.trial import SinkTrial

_SALES = "database/sales"


async def check_name_and_identity(trial: SinkTrial) -> None:
    """Each process that opens the sink finds the same name and identity, each in one line."""
    other = trial.place.make()
    assert (other.name, other.identity) == (trial.sink.name, trial.sink.identity)
    assert other.name
    assert other.identity
    assert "\n" not in other.name + other.identity


async def check_commit_can_be_repeated(trial: SinkTrial) -> None:
    """A commit that is repeated, also by another process, changes nothing."""
    await trial.store(make_run(), "databases", *SAMPLE_OF_EACH)
    report = await trial.commit(make_run(), "databases")
    before = trial.place.records() if trial.place.texts else []
    assert await trial.commit(make_run(), "databases") == report
    async with trial.another() as other:
        assert await other.commit(make_run(), "databases") == report
    assert not trial.place.texts or trial.place.records() == before


async def check_commit_by_another_process(trial: SinkTrial) -> None:
    """A process that opens the sink later goes on with the run and commits it."""
    await trial.store(make_run(), "job/a", make_job("a"))
    async with trial.another() as other:
        await other.store(make_run(), "job/b", make_job("b"))
        await other.commit(make_run())
    assert trial.place.names() == ["a", "b"]


async def check_commit_without_units(trial: SinkTrial) -> None:
    """A run without units can be committed."""
    await trial.commit(make_run())
    assert trial.place.texts is None or trial.place.records() == []


async def check_abort_can_be_repeated(trial: SinkTrial) -> None:
    """An abort can be repeated, and needs no records."""
    await trial.sink.abort(make_run())
    await trial.store(make_run(), "jobs", make_job("a"))
    await trial.sink.abort(make_run())
    await trial.sink.abort(make_run())


async def check_abort_spares_other_runs(trial: SinkTrial) -> None:
    """An abort removes its run and no other; its records stay without ``removes_cancelled``."""
    await trial.store(make_run(1), "job/a", make_job("a"))
    await trial.commit(make_run(1))
    await trial.store(make_run(2), "job/b", make_job("b"))
    await trial.store(make_run(3), "job/c", make_job("c"))
    await trial.sink.abort(make_run(2))
    await trial.commit(make_run(3))
    cancelled = [] if trial.place.removes_cancelled else ["b"]
    assert trial.place.names() == sorted(["a", "c", *cancelled])


async def check_abort_after_a_commit(trial: SinkTrial) -> None:
    """An abort removes a commit that nobody was told of; not without ``removes_cancelled``."""
    await trial.store(make_run(), "job/a", make_job("a"))
    await trial.commit(make_run())
    await trial.sink.abort(make_run())
    assert trial.place.names() == ([] if trial.place.removes_cancelled else ["a"])


async def check_abort_after_a_replay(trial: SinkTrial) -> None:
    """What a run had committed stays when it is replayed and then cancelled."""
    await trial.store(make_run(), "job/a", make_job("a"))
    await trial.commit(make_run())
    await trial.store(make_run(), "job/b", make_job("b"))
    await trial.sink.abort(make_run(), replayed=True)
    cancelled = [] if trial.place.removes_cancelled else ["b"]
    assert trial.place.names() == ["a", *cancelled]


async def check_replayed_run(trial: SinkTrial) -> None:
    """A run that is replayed and committed again has the units of both times."""
    await trial.store(make_run(), "job/a", make_job("a"))
    await trial.commit(make_run())
    await trial.store(make_run(), "job/b", make_job("b"))
    await trial.commit(make_run())
    assert trial.place.names() == ["a", "b"]


async def check_newest_generation(trial: SinkTrial) -> None:
    """The newest generation of each source is known to all; 0 without ``remembers_generations``."""
    assert await trial.sink.newest_generation("default") == 0
    for generation in (7, 5):
        await trial.store(make_run(generation), _SALES, make_table("a"))
        await trial.commit(make_run(generation))
    await trial.commit(make_run(9, source="other"))
    newest = 7 if trial.place.remembers_generations else 0
    assert await trial.sink.newest_generation("default") == newest
    async with trial.another() as other:
        assert await other.sink.newest_generation("default") == newest


async def check_record_of_two_runs(trial: SinkTrial) -> None:
    """A record of two runs is found in both of them, or once with ``merges_runs``."""
    for generation in (1, 2):
        await trial.store(make_run(generation), _SALES, make_table("a"))
        await trial.commit(make_run(generation))
    assert trial.place.names() == (["a"] if trial.place.merges_runs else ["a", "a"])


async def check_older_generation(trial: SinkTrial) -> None:
    """An older run never overwrites what a newer run wrote."""
    newer, older = make_table("a", content_hash="newer"), make_table("a", content_hash="older")
    await trial.store(make_run(5), _SALES, newer)
    await trial.commit(make_run(5))
    await trial.store(make_run(3), _SALES, older)
    await trial.commit(make_run(3))
    assert trial.place.records() == [newer]


RUN_CASES = (
    SinkCase(check_name_and_identity),
    SinkCase(check_commit_can_be_repeated),
    SinkCase(check_commit_by_another_process, (READING,)),
    SinkCase(check_commit_without_units),
    SinkCase(check_abort_can_be_repeated),
    SinkCase(check_abort_spares_other_runs, (READING,)),
    SinkCase(check_abort_after_a_commit, (READING,)),
    SinkCase(check_abort_after_a_replay, (READING,)),
    SinkCase(check_replayed_run, (READING,)),
    SinkCase(check_newest_generation),
    SinkCase(check_record_of_two_runs, (READING,)),
    SinkCase(check_older_generation, (READING, MERGING)),
)
