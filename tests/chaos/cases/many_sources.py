"""Many sources with roles of their own, whose sessions are revoked and whose workers die."""

from contextlib import suppress
from typing import Any

import psutil
from tests.chaos.case import case
from tests.chaos.partial import errors
from tests.chaos.stage import FULL, Failed, Stage, is_over, wait
from tests.chaos.stores import compare
from tests.support.system import System

from glueline import RunState

FIRST = 100_000_000_000
EACH = 300_000
"""Bytes that a source may cost a worker."""
ROOM = 40_000_000
"""Bytes by which a worker may grow with its work, however many sources there are."""
FEW = 10
PATIENCE = 600
TEMPLATE = """\
[templates.lake]
accounts = [{accounts}]
regions = ["eu-west-1"]
name = "a{{account}}"
roles = [{{ arn = "arn:aws:iam::{{account}}:role/reader" }}]
"""


@case(
    full={"sources": 300, "rounds": 4, "kills": 6, "revocations": 6, "workers": 2},
    short={"sources": 30, "rounds": 1, "kills": 2, "revocations": 2, "workers": 2},
)
def many_sources(
    stage: Stage, *, sources: int, rounds: int, kills: int, revocations: int, workers: int
) -> None:
    """Hundreds of sources whose sessions are revoked are read whole, in memory that is bounded."""
    names = [f"a{FIRST + number}" for number in range(sources)]
    sim = stage.simulator(catalogue={"accounts": {name[1:]: _contents(name) for name in names}})
    file = stage.folder / "glueline.toml"
    accounts = ", ".join(f'"{name[1:]}"' for name in names)
    file.write_text(TEMPLATE.format(accounts=accounts))
    system = stage.system(sim, workers, env={"GLUELINE_CONFIG": str(file)})
    # What a worker needs for the work itself it has after some sources.
    for name in names[:FEW]:
        _check(system, _ask(system, [name])[name], None)
    memory = Memory(system)
    expected = {
        name: system.contents(_check(system, run_id, None))
        for name, run_id in _ask(system, names).items()
    }
    memory.take()
    for _ in range(rounds):
        sim.configure(latency=0.1)
        runs = _ask(system, names)
        acts = ["kill"] * kills + ["revoke"] * revocations
        stage.random.shuffle(acts)

        def act(acts: list[str] = acts) -> None:
            memory.take()
            if acts.pop() == "kill":
                stage.kill_a_worker(system)
            else:
                sim.expire_sessions()

        stage.disturb("", len(acts), act, (0.1, 0.6), is_over(system, runs[names[-1]]))
        sim.configure(latency=0)
        for name, run_id in runs.items():
            _check(system, run_id, expected[name])
        memory.take()
    system.calm_down(60)
    del stage.counts[""]
    stage.counts |= {
        "runs": (rounds + 1) * sources,
        "records": sum(map(len, expected.values())),
        "kills": rounds * kills,
        "revocations": rounds * revocations,
        "expired": errors(sim).total(),
        "MB for each source": round(memory.grown / sources / 1e6, 3),
    }
    if len({text for texts in expected.values() for text in texts}) < 6 * sources:
        raise Failed("the sources do not differ")
    if memory.grown > ROOM + EACH * sources:
        raise Failed(f"a worker has grown by {memory.grown / 1e6:.0f} MB over {sources} sources")


def _contents(name: str) -> dict[str, Any]:
    """What an account holds, with its own name in it."""
    table = {"columns": {"id": "bigint", name: "string"}, "location": f"s3://{name}/t/"}
    tables = dict.fromkeys(("t1", "t2"), table)
    script = f'spark.read.parquet("s3://{name}/t").write.parquet("s3://{name}/u")'
    return {
        "databases": {database: {"tables": tables} for database in ("d1", "d2")},
        "jobs": {name: {"script": script}},
    }


class Memory:
    """By how much the greatest worker exceeds what it had when this began, in bytes."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._begin = self._greatest()
        self.grown = 0

    def take(self) -> None:
        """Look once."""
        self.grown = max(self.grown, self._greatest() - self._begin)

    def _greatest(self) -> int:
        sizes = [0]
        for pid in self._system.workers.pids:
            with suppress(psutil.NoSuchProcess):
                sizes.append(psutil.Process(pid).memory_info().rss)
        return max(sizes)


def _ask(system: System, names: list[str]) -> dict[str, str]:
    return {name: system.producer.enqueue_catalog(name, options=FULL).run_id for name in names}


def _check(system: System, run_id: str, expected: list[str] | None) -> str:
    """The run ended well, with the records of the calm one; its id."""
    run = wait(system, run_id, PATIENCE)
    if run.state is not RunState.SUCCEEDED or run.failed_units:
        failures = system.producer.failures(run_id)[:2]
        raise Failed(f"a run of {run.request.source} is {run.state}: {run.reason} {failures}")
    if expected is not None:
        compare(run.request.source, system.contents(run_id), expected)
    return run_id
