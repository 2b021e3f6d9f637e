"""Quotas of AWS: unknown, changing, and shared by runs and accounts."""

from typing import Any

import redis
from tests.chaos.case import case
from tests.chaos.stage import Failed, Stage, calm, settled, verify, wait
from tests.support.system import System, eventually

from glueline.contract.messages import ExtractionRequest

PATIENCE = 400


@case(
    full={"databases": 2400, "quota": 40, "workers": 4, "share": 0.08},
    short={"databases": 60, "quota": 12, "workers": 2, "share": 0.5},
)
def changing_quota(stage: Stage, databases: int, quota: float, workers: int, share: float) -> None:
    """A quota that nobody told, halved and doubled in mid-run, costs time and no records."""
    sim = stage.simulator(databases=databases, tables=1, columns=2)
    system = stage.system(sim, workers, worker={"rate_start": 60, "concurrency": 16})
    expected = calm(system)
    sim.reset()
    sim.configure(quota={"GetTables": f"{quota}:{quota / 2}"})
    run_id = system.producer.enqueue_catalog().run_id
    for part, factor in ((3, 0.5), (2, 2)):
        goal = databases / part
        eventually(lambda goal=goal: settled(system, run_id) >= goal, PATIENCE)
        sim.configure(quota={"GetTables": f"{quota * factor}:{quota * factor / 2}"})
    verify(stage, system, run_id, expected, PATIENCE)
    tally = sim.stats()["operations"]["GetTables"]
    calls, throttled = tally["calls"], tally["throttled"]
    stage.counts |= {"calls": calls, "throttled": throttled}
    if not 0 < throttled <= share * calls:
        raise Failed(f"{throttled} of {calls} calls were throttled")


@case(
    full={"databases": 1200, "tables": 20, "workers": 2, "latency": 0.2},
    short={"databases": 150, "tables": 2, "workers": 1, "latency": 0.3},
)
def small_run_beside_a_large_one(
    stage: Stage, databases: int, tables: int, workers: int, latency: float
) -> None:
    """A small run does not wait until a large one is over."""
    sim = stage.simulator(databases=databases, tables=tables, columns=2, latency=latency)
    system = stage.system(sim, workers)
    large = system.producer.enqueue_catalog().run_id
    eventually(lambda: settled(system, large) >= databases // 10, PATIENCE)
    sim.add_database("latecomer")
    sim.add_table("latecomer", "only")
    small = system.producer.enqueue_database("latecomer").run_id
    before = settled(system, large)
    _all_is_well(system, small)
    after = settled(system, large)
    stage.counts |= {"units before": before, "units after": after, "units": databases}
    if after > before + databases // 2:
        raise Failed(f"the small run waited for {after - before} of {databases} units")
    _all_is_well(system, large)
    system.calm_down(60)


@case(
    full={"databases": 400, "quota": 2, "workers": 2},
    short={"databases": 40, "quota": 1, "workers": 1},
)
def exhausted_account(stage: Stage, databases: int, quota: float, workers: int) -> None:
    """The quota of one account does not hold up another."""
    narrow = stage.simulator(databases=databases, tables=1, quota={"GetTables": f"{quota}:1"})
    wide = stage.simulator(databases=databases, tables=1, account="210987654321")
    sources = {
        "narrow": {"region": "eu-west-1", "endpoint_url": narrow.url},
        "wide": {"region": "eu-west-1", "endpoint_url": wide.url},
    }
    system = stage.system(narrow, workers, sources=sources, worker={"rate_start": 60})
    slow = system.producer.enqueue(ExtractionRequest(source="narrow")).run_id
    eventually(lambda: settled(system, slow) >= 2, PATIENCE)
    quick = system.producer.enqueue(ExtractionRequest(source="wide")).run_id
    _all_is_well(system, quick)
    waiting = system.producer.status(slow).open_units
    stage.counts |= {"units": 2 * databases, "still waiting for the quota": waiting}
    if waiting < databases // 2:
        raise Failed(f"only {waiting} units still waited for the quota of the other account")
    # What is left would take minutes at the rate that was learnt.
    narrow.configure(quota={})
    with redis.Redis.from_url(stage.redis.url) as client:
        client.delete(*client.keys(f"{system.settings.key_prefix}quota:*"))
    _all_is_well(system, slow)
    system.calm_down(60)


def _all_is_well(system: System, run_id: str) -> Any:
    run = wait(system, run_id, PATIENCE)
    if run.state != "succeeded":
        raise Failed(f"the run ended as {run.state}: {system.producer.failures(run_id)[:3]}")
    return run
