"""Messages that are no good, and units that take their process with them or never end."""

import json
from pathlib import Path
from typing import Any

import psutil
import redis
from tests.chaos.case import case
from tests.chaos.cases.processes import DOZENS, THOUSANDS
from tests.chaos.stage import FULL, Failed, Stage, calm, is_over, verify, wait
from tests.support.poison import POISON, SECRET, huge, unit
from tests.support.system import System, hooks

from glueline.contract.runs import DeadLetter, RunState
from glueline_simulator.generated.names import name_databases

DATABASES = name_databases(40)
REASON, BODY = 500, 2000
"""Characters of a dead letter at the most."""
ROOM = 100_000_000
"""Bytes that a worker may have grown by afterwards, and its allocator's share in long messages."""
COPIES_KEPT = 10


@case(
    full={"catalogue": THOUSANDS, "copies": 5, "megabytes": 50, "workers": 2},
    short={"catalogue": DOZENS, "copies": 1, "megabytes": 2, "workers": 1},
)
def poisoned_queue(
    stage: Stage,
    catalogue: dict[str, Any],
    copies: int,
    megabytes: int,
    workers: int,
) -> None:
    """Messages of every bad kind become dead letters, and the run does not notice."""
    sim = stage.simulator(**catalogue)
    system = stage.system(sim, workers)
    ended = system.producer.enqueue_database("raw_sales_0000").run_id
    system.wait(ended)
    expected = calm(system)
    pids = system.workers.pids
    memory = _memory(pids)
    sim.configure(latency=0.3)
    run_id = system.producer.enqueue_catalog().run_id
    poison = [*POISON.values()] * copies + [*huge(megabytes).values()]
    poison += [(message, "") for message in _foreign(run_id, ended)] * copies
    stage.random.shuffle(poison)
    queue = iter(poison)
    with stage.unfinished(sim):
        stage.disturb(
            "messages",
            len(poison),
            lambda: _push(system, next(queue)[0]),
            pause=(0, 0.02),
            over=is_over(system, run_id),
        )
    sim.configure(latency=0)
    verify(stage, system, run_id, expected)
    reasons = [reason for _, reason in poison if reason]
    letters = system.producer.dead_letters()
    stage.counts["dead letters"] = len(letters)
    _compare(letters, reasons)
    if system.workers.restarts or system.workers.pids != pids:
        raise Failed(f"{system.workers.restarts} workers were restarted")
    grown = max(after - before for before, after in zip(memory, _memory(pids), strict=True))
    stage.counts["MB grown"] = grown // 1_000_000
    if grown > ROOM + COPIES_KEPT * megabytes * 1_000_000:
        raise Failed(f"a worker has grown by {grown:,} bytes")


def _foreign(run_id: str, ended: str) -> list[Any]:
    """Messages that are well-formed and of no use: they change nothing and are no dead letters."""
    return [
        unit(ended, "databases"),
        unit(ended, "finish"),
        unit(ended, database="raw_sales_0000"),
        unit(run_id, "finish"),
        unit(run_id, database="nobody_knows"),
        unit(run_id, database="../../etc/passwd"),
        # Of units that are open in the run, with words that are not the ledger's.
        unit(run_id, "databases", source="mars"),
        unit(run_id, "jobs", source="mars"),
        *(unit(run_id, database=DATABASES.name(n), token="forged") for n in range(0, 40, 8)),
    ]


def _push(system: System, message: Any) -> None:
    text = message if isinstance(message, str | bytes) else json.dumps(message)
    with redis.Redis.from_url(system.settings.redis_url) as client:
        client.lpush(f"{system.settings.key_prefix}glueline", text)


def _compare(letters: list[DeadLetter], reasons: list[str]) -> None:
    """Each message has its letter with its reason, and there is none besides."""
    left = [letter.reason for letter in letters]
    # Those first that say the most: a short reason is part of many letters.
    for reason in sorted(reasons, key=lambda reason: sum(reason in one for one in left)):
        found = next((one for one in left if reason in one), None)
        if found is None:
            others = sorted({one[:80] for one in left})
            raise Failed(f"no dead letter says {reason!r}; left are {others}")
        left.remove(found)
    if left:
        raise Failed(f"dead letters that nobody expects: {[one[:80] for one in left]}")
    for letter in letters:
        if len(letter.reason) > REASON or len(letter.body) > BODY:
            raise Failed(f"a dead letter of {len(letter.model_dump_json())} characters")
        if SECRET in letter.model_dump_json():
            raise Failed(f"a dead letter holds a secret: {letter.reason}")


def _memory(pids: list[int]) -> list[int]:
    return [psutil.Process(pid).memory_info().rss for pid in pids]


@case(
    full={
        "catalogue": {"databases": 300, "tables": 20, "jobs": 200, "columns": 4},
        "rounds": ("kill", "segfault", "memory", "wait", "block", "all"),
        "attempts": 6,
        "lease": 3.0,
    },
    short={
        "catalogue": DOZENS,
        "rounds": ("segfault memory wait",),
        "attempts": 4,
        "lease": 3.0,
    },
)
def deadly_units(
    stage: Stage, catalogue: dict[str, Any], rounds: tuple[str, ...], attempts: int, lease: float
) -> None:
    """Units that kill or block their process, or never end, fail alone, and can be replayed."""
    fates = stage.folder / "fates.json"
    fates.write_text("{}")
    sim = stage.simulator(**catalogue)
    system = stage.system(
        sim,
        env=hooks(visibility_timeout=4, fates=fates),
        worker={"attempts": attempts, "lease": lease, "unit_timeout": 4.0},
    )
    expected = calm(system, FULL)
    for fated in rounds:
        names = list(CODES) if fated == "all" else fated.split()
        _meet(stage, system, dict(zip(_drawn(stage, catalogue, names), names, strict=True)), fates)
        fates.write_text("{}")
        (run_id,) = (run.run_id for run in system.producer.runs(1))
        if system.producer.replay(run_id) != len(names):
            raise Failed("not all that failed is replayed")
        verify(stage, system, run_id, expected, replays=1)


CODES = {
    "kill": "worker_lost",
    "segfault": "worker_lost",
    "memory": "unexpected",
    "block": "worker_lost",
    "wait": "timeout",
}
"""What a failure says of a fate."""


def _drawn(stage: Stage, catalogue: dict[str, Any], names: list[str]) -> list[str]:
    series = name_databases(catalogue["databases"])
    return [series.name(n) for n in stage.random.sample(range(len(series)), len(names))]


def _meet(stage: Stage, system: System, fated: dict[str, str], fates: Path) -> None:
    """A run in which some databases are fatal ends as partial, and only they have failed."""
    fates.write_text(json.dumps(fated))
    run = wait(system, system.producer.enqueue_catalog(options=FULL).run_id, 300)
    found = {one.unit_id: one.code for one in system.producer.failures(run.run_id)}
    wanted = {f"database/{name}": CODES[fate] for name, fate in fated.items()}
    # A unit that is fatal by itself may also be lost with a neighbour that kills the process.
    as_wanted = all(code in (wanted.get(unit_id), "worker_lost") for unit_id, code in found.items())
    if run.state is not RunState.PARTIAL or found.keys() != wanted.keys() or not as_wanted:
        raise Failed(f"{fated}: the run is {run.state} with the failures {found}")
    stage.add("failures", len(found))
