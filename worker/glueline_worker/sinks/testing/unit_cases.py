"""What a sink does with the attempts at units."""

import asyncio
from io import BytesIO
from itertools import groupby

from glueline.contract.messages import encode
from glueline_worker.sinks.fan_out import FanOutWriter, find_receipt
from glueline_worker.sinks.model import Part
from glueline_worker.sinks.stdout.sink import StdoutSink
from glueline_worker.sinks.testing.case import READING, SinkCase
from glueline_worker.sinks.testing.samples import SAMPLE_OF_EACH, make_job, make_run, make_table
from glueline_worker.sinks.testing.trial import SinkTrial

_SALES = "database/sales"
_ODD_NAMES = (
    "a/b",
    "a%2Fb",
    "..",
    ".",
    "../a",
    "/",
    "a=b",
    "50%",
    "it's",
    'say "x"',
    "two\nlines",
    " ",
    "Load",
    "load",
    "naïve 表 🗂",
    "\u00e9",  # one character, and the same letter as two
    "e\u0301",
    "\u202eltr",
    "x" * 1000,
    "x" * 999 + "y",
    "表" * 255,
)
_ATTEMPTS = 5


async def check_kinds_are_stored_whole(trial: SinkTrial) -> None:
    """A record of each kind is read back as it was written."""
    await trial.store(make_run(), "databases", *SAMPLE_OF_EACH)
    await trial.commit(make_run())
    assert trial.place.records() == sorted(SAMPLE_OF_EACH, key=lambda record: record.key)


async def check_batches_add_up(trial: SinkTrial) -> None:
    """A unit has the records of all its batches, also of empty and large ones."""
    writer = await trial.sink.begin(make_run(), _SALES)
    many = [make_table(f"t{number:04}", description="x" * 200) for number in range(1500)]
    for batch in ([make_table("a")], [], many, [make_table("b")]):
        await writer.write(batch)
    trial.keep(make_run(), _SALES, await writer.complete())
    await trial.commit(make_run())
    assert trial.place.names() == ["a", "b", *(table.name for table in many)]


async def check_repeated_unit(trial: SinkTrial) -> None:
    """Records of a unit that completes twice are found once; twice without ``replaces``."""
    for _ in range(2):
        await trial.store(make_run(), _SALES, make_table("a"), make_table("b"))
    await trial.commit(make_run())
    once = 1 if trial.place.replaces else 2
    assert _count(trial) == {"a": once, "b": once}


async def check_attempts_at_once(trial: SinkTrial) -> None:
    """Attempts at a unit at the same time leave each record whole."""
    tables = [make_table(f"t{number}") for number in range(50)]
    await asyncio.gather(*(trial.store(make_run(), _SALES, *tables) for _ in range(_ATTEMPTS)))
    await trial.commit(make_run(), _SALES)
    times = 1 if trial.place.replaces else _ATTEMPTS
    assert _count(trial) == {table.name: times for table in tables}


async def check_units_at_once(trial: SinkTrial) -> None:
    """Units at the same time lose no record and mix none up."""
    jobs = [make_job(f"j{number:02}") for number in range(50)]
    await asyncio.gather(*(trial.store(make_run(), f"job/{job.name}", job) for job in jobs))
    await trial.commit(make_run())
    assert trial.place.records() == jobs


async def check_odd_names(trial: SinkTrial) -> None:
    """Odd names of units and records are kept apart: slashes, dots, case, 1,000 characters."""
    jobs = [make_job(name) for name in _ODD_NAMES]
    for job in jobs:
        await trial.store(make_run(), f"job/{encode(job.name)}", job)
    await trial.commit(make_run(), "jobs")
    assert trial.place.names() == sorted(_ODD_NAMES)


async def check_text_that_is_no_unicode(trial: SinkTrial) -> None:
    """Half a surrogate pair does not stop a unit; the record says that it was replaced."""
    odd = make_job("half", description="\ud800!", raw={"\udfff": ["\ud800"]})
    await trial.store(make_run(), "jobs", odd)
    await trial.commit(make_run())
    [record] = trial.place.records()
    mark = "\N{REPLACEMENT CHARACTER}"
    assert getattr(record, "description", "") == f"{mark}!"
    assert record.raw == {mark: [mark]}
    assert "replaced" in record.warnings[0]


async def check_unit_without_records(trial: SinkTrial) -> None:
    """A unit without records can complete."""
    await trial.store(make_run(), "jobs")
    await trial.commit(make_run(), "jobs")
    assert trial.place.texts is None or trial.place.records() == []


async def check_discard_can_follow_anything(trial: SinkTrial) -> None:
    """A writer can be discarded at any time, also twice, and a completed unit stays."""
    await (await trial.sink.begin(make_run(), "jobs")).discard()
    writer = await trial.sink.begin(make_run(), "jobs")
    await writer.write([make_job("a")])
    trial.keep(make_run(), "jobs", await writer.complete())
    await writer.discard()
    await writer.discard()
    await trial.commit(make_run())
    assert trial.place.texts is None or trial.place.names() == ["a"]


async def check_unfinished_units(trial: SinkTrial) -> None:
    """Discarded and killed attempts are never found; found without ``hides_unfinished``."""
    discarded = await trial.sink.begin(make_run(), "job/discarded")
    await discarded.write([make_job("discarded")])
    await discarded.discard()
    killed = await trial.sink.begin(make_run(), "job/killed")
    await killed.write([make_job("killed")])
    await trial.store(make_run(), "job/done", make_job("done"))
    async with trial.another() as other:
        await other.commit(make_run())
    unfinished = [] if trial.place.hides_unfinished else ["discarded", "killed"]
    assert trial.place.names() == sorted(["done", *unfinished])
    await killed.discard()


async def check_attempt_after_a_discarded_one(trial: SinkTrial) -> None:
    """The attempt after a discarded one counts."""
    first = await trial.sink.begin(make_run(), _SALES)
    await first.write([make_table("a")])
    await first.discard()
    await trial.store(make_run(), _SALES, make_table("a"))
    await trial.commit(make_run())
    assert trial.place.names() == ["a"]


async def check_beside_another_sink(trial: SinkTrial) -> None:
    """A unit that is written to several sinks is whole in this one, and has its own receipt."""
    sinks = [trial.sink, StdoutSink(BytesIO())]
    writer = FanOutWriter(sinks, make_run(), _SALES)
    table = make_table("a")
    await writer.write_parts("table", [Part(table.key, (table,), "1")])
    receipts = await writer.complete()
    assert receipts is not None
    receipt = find_receipt(trial.sink, receipts)
    assert receipt is not None
    trial.keep(make_run(), _SALES, receipt)
    await trial.commit(make_run())
    assert trial.place.texts is None or trial.place.records() == [table]


def _count(trial: SinkTrial) -> dict[str, int]:
    return {name: len(list(found)) for name, found in groupby(trial.place.names())}


UNIT_CASES = (
    SinkCase(check_kinds_are_stored_whole, (READING,)),
    SinkCase(check_batches_add_up, (READING,)),
    SinkCase(check_repeated_unit, (READING,)),
    SinkCase(check_attempts_at_once, (READING,)),
    SinkCase(check_units_at_once, (READING,)),
    SinkCase(check_odd_names, (READING,)),
    SinkCase(check_text_that_is_no_unicode, (READING,)),
    SinkCase(check_unit_without_records),
    SinkCase(check_discard_can_follow_anything),
    SinkCase(check_unfinished_units, (READING,)),
    SinkCase(check_attempt_after_a_discarded_one, (READING,)),
    SinkCase(check_beside_another_sink),
)
