"""Runs that end with failures: what is missing is what the failures say, and a replay brings it."""

import json
import shutil
from collections import Counter
from itertools import chain

from tests.chaos.stage import Calm, Failed, Stage, settled, verify, wait
from tests.support.command import glueline
from tests.support.system import System, eventually, variables

from glueline import RunState
from glueline.contract.messages import Options
from glueline_simulator import Simulator

Records = dict[str, list[str]]
"""Records as texts by the unit that found them."""
LISTINGS = {"databases": "database/", "jobs": "job/"}


def must(holds: object, otherwise: str) -> None:
    """Raise Failed unless it holds."""
    if not holds:
        raise Failed(otherwise)


def by_unit(system: System, run_id: str) -> Records:
    """What is in the sink, by unit."""
    root, found = system.folder / "out", Records()
    for thing in json.loads((root / "runs" / f"{run_id}.json").read_text())["objects"]:
        found.setdefault(thing["unit"], []).extend((root / thing["path"]).read_text().splitlines())
    return {unit: sorted(map(_sorted, lines)) for unit, lines in found.items()}


def calm_by_unit(system: System, options: Options | None = None) -> tuple[Records, Calm]:
    """What a run without faults finds; it makes room for the next one."""
    run = system.wait(system.producer.enqueue_catalog(options=options or Options()).run_id, 600)
    must(run.state is RunState.SUCCEEDED, f"the calm run ended as {run.state}: {run}")
    records = by_unit(system, run.run_id)
    shutil.rmtree(system.folder / "out")
    return records, Calm(run.settled_units, sorted(chain(*records.values())))


def names(whole: Records, kind: str) -> list[str]:
    """The names of the units of a kind that left records."""
    return sorted(unit.partition("/")[2] for unit in whole if unit.startswith(f"{kind}/"))


def reach(stage: Stage, system: System, run_id: str, expected: Calm) -> None:
    """Wait until a part of the run that the seed chooses is done, its listings among it."""
    share = stage.random.uniform(0.2, 0.5)
    eventually(lambda: settled(system, run_id) >= share * expected.settled, 120)
    stage.counts["disturbed at"] = f"{share:.0%}"


def partly(system: System, run_id: str, whole: Records, seconds: float = 300) -> set[str]:
    """The run is partial: the sink lacks the units that failed, and nothing else; answers them."""
    run = wait(system, run_id, seconds)
    must(run.state is RunState.PARTIAL, f"the run ended as {run.state}: {run}")
    failed = {failure.unit_id for failure in system.producer.failures(run_id)}
    found = by_unit(system, run_id)
    unseen = {
        unit
        for listing, first in LISTINGS.items()
        for unit in whole
        if listing in failed and unit.startswith(first)
    }
    for unit, records in whole.items():
        if unit in failed or (unit in unseen and unit not in found):
            must(unit not in found, f"{unit} failed and left records")
        else:
            must(found.get(unit) == records, f"{unit} did not fail and lacks records")
    must(not found.keys() - whole.keys(), f"invented: {found.keys() - whole.keys()}")
    system.calm_down(60)
    return failed


def sentences(system: System, run_id: str, env: Simulator) -> dict[str, tuple[str, str]]:
    """What ``glueline failures`` says: code and sentence by unit."""
    said = glueline("failures", run_id, "--json", env=variables(system.settings, env.url))
    must(said.code == 0, said.err)
    return {f["unit_id"]: (f["code"], f["message"]) for f in said.json["failures"]}


def say(found: dict[str, tuple[str, str]], code: str, *parts: str) -> None:
    """Each failure has the code, and is a line with all the parts."""
    for unit, (its_code, text) in found.items():
        whole = its_code == code and all(part in text for part in parts) and "\n" not in text
        must(whole, f"{unit} says {its_code}: {text}")


def replayed(stage: Stage, system: System, run_id: str, expected: Calm) -> None:
    """Replay what failed; the run is whole then."""
    stage.counts["replayed"] = system.producer.replay(run_id)
    verify(stage, system, run_id, expected, replays=1)


def faults(sim: Simulator) -> Counter[str]:
    """The faults that the simulator injected, by kind."""
    return Counter(sim.stats()["total"]["faults"])


def errors(sim: Simulator) -> Counter[str]:
    """The errors that the simulator answered, by code."""
    return Counter(sim.stats()["total"]["errors"])


def called(sim: Simulator, operation: str, what: str = "calls") -> int:
    """How often an operation was called."""
    return int(sim.stats()["operations"].get(operation, {}).get(what, 0))


def _sorted(line: str) -> str:
    return json.dumps(json.loads(line), sort_keys=True)
