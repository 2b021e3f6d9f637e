"""Keys of one run that vanish from Redis, or are overwritten there, while other runs go on."""

from typing import Any

from tests.chaos.case import case
from tests.chaos.partial import by_unit
from tests.chaos.stage import FULL, Failed, Stage, wait
from tests.chaos.stores import Database, compare
from tests.support.system import System, eventually

from glueline import RunState
from glueline.client.errors import UnknownRun
from glueline.contract.runs import RunStatus

SOURCES = ("one", "two", "three")
PARTS = ("", ":open", ":units", ":claims", ":attempts", ":losses", ":done", ":failures")
PARTS += (":listings", ":receipts", ":warnings")
FORGOTTEN = "is forgotten, and what it wrote stays: Redis lost"
PATIENCE = 300


@case(
    full={
        "catalogue": {"databases": 60, "tables": 8, "jobs": 40, "columns": 4},
        "rounds": 20,
        "kills": 1,
    },
    short={
        "catalogue": {"databases": 10, "tables": 4, "jobs": 6, "columns": 4},
        "rounds": 3,
        "kills": 1,
    },
)
def lost_keys_of_a_run(stage: Stage, *, catalogue: dict[str, Any], rounds: int, kills: int) -> None:
    """Keys of a run that vanish cost that run alone, and it says so; the others are whole."""
    sim = stage.simulator(**catalogue)
    database = Database(f"sqlite:///{stage.folder}/glue.db")
    sinks = (f"file://{stage.folder}/out?format=jsonl", database.url)
    source = {"region": "eu-west-1", "endpoint_url": sim.url}
    system = stage.system(sim, sinks=sinks, sources=dict.fromkeys(SOURCES, source))
    expected = {name: _whole(system, name) for name in SOURCES}
    live = database.live()
    for _ in range(rounds):
        sim.configure(latency=0.3)
        runs = {name: _begin(system, name) for name in SOURCES}
        victim = stage.random.choice(SOURCES)
        _damage(stage, system, runs[victim], len(expected[victim]))
        for _ in range(kills):
            stage.kill_a_worker(system)
        sim.configure(latency=0)
        for name, run_id in runs.items():
            if name != victim:
                _check_whole(system, run_id, expected[name])
        _check_victim(stage, system, runs[victim], expected[victim])
        system.calm_down(60)
        compare("live rows", database.live(), live)
    for name in SOURCES:
        if _whole(system, name) != expected[name]:
            raise Failed(f"{name} is not what it was")
    compare("live rows in the end", database.live(), live)
    stage.counts |= {"rounds": rounds, "kills": rounds * kills, "records": len(live)}


def _begin(system: System, source: str) -> str:
    return system.producer.enqueue_catalog(source, options=FULL).run_id


def _whole(system: System, source: str) -> dict[str, list[str]]:
    run_id = _begin(system, source)
    run = wait(system, run_id, PATIENCE)
    if run.state is not RunState.SUCCEEDED or run.counts.get("deleted"):
        raise Failed(f"a run of {source} ended as {run.state}: {run.reason}")
    return by_unit(system, run_id)


def _damage(stage: Stage, system: System, run_id: str, units: int) -> None:
    """Delete, or overwrite, some keys of the run when a part of it is done."""
    share = stage.random.uniform(0, 0.7)
    eventually(lambda: system.producer.status(run_id).settled_units >= share * units, PATIENCE)
    base = f"{system.settings.key_prefix}run:{run_id}"
    for part in stage.random.sample(PARTS, stage.random.choice((1, 1, 2, 3))):
        if stage.random.random() < 0.7:
            stage.add("deleted", stage.client.delete(base + part))
        else:
            stage.client.set(base + part, "by hand")
            stage.add("overwritten", 1)


def _status(system: System, run_id: str) -> RunStatus | None:
    try:
        return system.producer.status(run_id)
    except UnknownRun:
        return None


def _is_in_a_letter(system: System, run_id: str) -> bool:
    reasons = [letter.reason for letter in system.producer.dead_letters()]
    return any(run_id in reason and FORGOTTEN in reason for reason in reasons)


def _check_whole(system: System, run_id: str, expected: dict[str, list[str]]) -> None:
    run = wait(system, run_id, PATIENCE)
    if run.state is not RunState.SUCCEEDED or run.failed_units or run.counts.get("deleted"):
        raise Failed(
            f"a run beside the damaged one ended as {run.state}: {run.reason} {run.counts}"
        )
    if by_unit(system, run_id) != expected:
        raise Failed(f"the run {run_id} beside the damaged one is not whole")


def _check_victim(
    stage: Stage, system: System, run_id: str, expected: dict[str, list[str]]
) -> None:
    """It is whole, or it failed and says what was lost, or it is forgotten with a dead letter."""
    manifest = system.folder / "out" / "runs" / f"{run_id}.json"
    eventually(lambda: (found := _status(system, run_id)) is None or found.state.is_final, PATIENCE)
    run = _status(system, run_id)
    if run is None:
        eventually(lambda: _is_in_a_letter(system, run_id), PATIENCE)
        stage.add("forgotten", 1)
        return
    stage.add(run.state.value, 1)
    if run.state is RunState.SUCCEEDED:
        if by_unit(system, run_id) != expected:
            raise Failed(f"the run {run_id} succeeded and is not whole")
    elif run.state is not RunState.FAILED or not (run.reason or "").startswith("Redis lost"):
        raise Failed(f"the damaged run is {run.state}: {run.reason}")
    else:
        eventually(lambda: not manifest.exists(), PATIENCE)
