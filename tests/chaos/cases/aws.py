"""AWS on a bad day: faults, outages, sessions and page tokens that expire, ragged pages."""

import time
from typing import Any

from tests.chaos.case import case
from tests.chaos.cases.processes import DOZENS, THOUSANDS
from tests.chaos.partial import called, calm_by_unit, errors, faults, must, names, reach
from tests.chaos.stage import Calm, Stage, calm, is_over, verify, wait
from tests.support.system import eventually

from glueline import RunState

HUNDREDS = {"databases": 400, "tables": 8, "jobs": 300, "columns": 4}
"""703 units, for what does not get worse with more."""
PRODUCTION = {"attempts": 4}
"""Attempts as by default: AWS's moods must not need more."""
ROLE = "arn:aws:iam::123456789012:role/{}"
KINDS = ["500", "reset", "hang", "truncate", "garbage", "throttle", "timeout", "federation"]


@case(full={"catalogue": HUNDREDS, "workers": 3}, short={"catalogue": DOZENS, "workers": 1})
def faults_of_all_kinds(stage: Stage, catalogue: dict[str, Any], workers: int) -> None:
    """A fifth of all calls that fail, in every way, cost time and nothing else."""
    sim = stage.simulator(**catalogue)
    system = stage.system(sim, workers, worker={**PRODUCTION, "read_timeout": 0.7})
    expected = calm(system)
    sim.reset()
    sim.configure(faults=0.2, fault_kinds=KINDS, fault_hang=1)
    # Throttles that do not depend on the rate lower it all the same: this takes its time.
    verify(stage, system, system.producer.enqueue_catalog().run_id, expected, seconds=500)
    hit = faults(sim)
    stage.counts["faults"] = hit.total()
    must(hit.total() > expected.settled / 10, f"too few faults for a proof: {hit}")
    must(not stage.full or set(hit) == set(KINDS), f"the faults that happened were {hit}")


@case(
    full={"catalogue": THOUSANDS, "workers": 3, "seconds": 30},
    short={"catalogue": DOZENS, "workers": 1, "seconds": 2},
)
def an_endpoint_that_is_gone(
    stage: Stage, catalogue: dict[str, Any], workers: int, seconds: float
) -> None:
    """An endpoint that is away for half a minute costs that time and no unit."""
    sim = stage.simulator(**catalogue)
    system = stage.system(sim, workers, worker=PRODUCTION)
    expected = calm(system)
    sim.reset()
    sim.configure(latency=0.2)
    run_id = system.producer.enqueue_catalog().run_id
    reach(stage, system, run_id, expected)
    sim.configure(latency=0, outage=seconds)
    verify(stage, system, run_id, expected)
    stage.counts["resets"] = faults(sim)["outage"]
    must(stage.counts["resets"], "no call fell into the outage")


@case(
    full={"catalogue": HUNDREDS, "workers": 3, "revoked": 8, "short_sessions": 5},
    short={"catalogue": DOZENS, "workers": 1, "revoked": 2, "short_sessions": 1},
)
def sessions_that_expire(
    stage: Stage, catalogue: dict[str, Any], workers: int, revoked: int, short_sessions: int
) -> None:
    """Role sessions that last seconds, or are revoked in mid-run, end no unit."""
    sim = stage.simulator(**catalogue)
    chain = {"roles": [{"arn": ROLE.format(name)} for name in ("hop", "reader")]}
    # Few slots, so that units are left after each revocation.
    slots = {**PRODUCTION, "concurrency": 4}
    system = stage.system(sim, workers, worker=slots, sources={"default": chain})
    whole, expected = calm_by_unit(system)
    sim.reset()
    # Credentials that are said to last are used until AWS refuses them.
    sim.configure(latency=0.3)
    run_id = system.producer.enqueue_catalog().run_id
    over = is_over(system, run_id)
    eventually(lambda: called(sim, "GetTables"))
    stage.disturb("revocations", revoked, sim.expire_sessions, pause=(0.3, 0.7), over=over)
    sim.configure(latency=0)
    verify(stage, system, run_id, expected)
    stage.counts["expired"] = errors(sim)["ExpiredTokenException"]
    must(stage.counts["expired"], "no call met an expired session")
    # Those that are said to be short are renewed before they end.
    sim.expire_sessions()
    sim.reset()
    sim.configure(session_seconds=2)
    for name in stage.random.sample(names(whole, "database"), short_sessions):
        run = system.wait(system.producer.enqueue_database(name).run_id)
        must(run.state is RunState.SUCCEEDED, f"{name} ended as {run.state}")
        time.sleep(2.1)
    stage.counts["sessions"] = called(sim, "AssumeRole")
    must(int(stage.counts["sessions"]) >= 2 * short_sessions, "the sessions were not renewed")


@case(
    full={"catalogue": HUNDREDS | {"tables": 12}, "workers": 3, "times": 3},
    short={"catalogue": DOZENS | {"tables": 12}, "workers": 1, "times": 1},
)
def page_tokens_that_expire(
    stage: Stage, catalogue: dict[str, Any], workers: int, times: int
) -> None:
    """A listing whose page token expires goes on where it was, without a gap or a repetition."""
    sim = stage.simulator(**catalogue)
    system = stage.system(sim, workers, worker={**PRODUCTION, "page_budget": 1, "split_after": 0})
    expected = calm(system)
    sim.reset()
    sim.configure(ragged=True, latency=0.1)
    run_id = system.producer.enqueue_catalog().run_id

    def refuse() -> None:
        """Refuse all tokens until one was sent."""
        before = errors(sim)["InvalidInputException"]
        sim.configure(token_seconds=0.01)
        eventually(lambda: errors(sim)["InvalidInputException"] > before)
        sim.configure(token_seconds=None)

    over = is_over(system, run_id)
    stage.disturb("times of old tokens", times, refuse, pause=(0.2, 2), over=over)
    sim.configure(latency=0)
    # How a listing is cut decides how many units it takes.
    units = wait(system, run_id, 300).settled_units
    must(units > expected.settled, "no database took more than a page")
    verify(stage, system, run_id, Calm(units, expected.records))
    stage.counts["old tokens"] = errors(sim)["InvalidInputException"]


@case(full={"catalogue": HUNDREDS, "workers": 3}, short={"catalogue": DOZENS, "workers": 1})
def ragged_pages(stage: Stage, catalogue: dict[str, Any], workers: int) -> None:
    """Pages that are short, or empty with a token, hide nothing."""
    sim = stage.simulator(**catalogue)
    system = stage.system(sim, workers, worker=PRODUCTION)
    whole, expected = calm_by_unit(system)
    sim.reset()
    sim.configure(ragged=True)
    verify(stage, system, system.producer.enqueue_catalog().run_id, expected)
    stage.counts["pages"] = called(sim, "GetTables")
    databases = sum(unit.startswith("database/") for unit in whole)
    must(int(stage.counts["pages"]) > databases, "no page was ragged")
