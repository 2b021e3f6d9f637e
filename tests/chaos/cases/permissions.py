"""Permissions that are missing, or taken away in mid-run: honest failures, and a replay that heals."""

from typing import Any

from tests.chaos.case import case
from tests.chaos.cases.aws import HUNDREDS, PRODUCTION, ROLE
from tests.chaos.cases.processes import DOZENS, THOUSANDS
from tests.chaos.partial import calm_by_unit, must, partly, reach, replayed, say, sentences
from tests.chaos.stage import Stage, verify, wait

from glueline import RunState

DENIED = "AccessDeniedException"
REPLAY = "; allow it and replay the run"


@case(full={"catalogue": HUNDREDS, "workers": 2}, short={"catalogue": DOZENS, "workers": 1})
def a_role_that_cannot_be_assumed(stage: Stage, catalogue: dict[str, Any], workers: int) -> None:
    """A source whose role is closed fails and says so; another source's run is not touched."""
    sim = stage.simulator(**catalogue, deny=["AssumeRole:closed"])
    role = {name: {"roles": [{"arn": ROLE.format(name)}]} for name in ("closed", "reader")}
    sources = {"closed": role["closed"], "default": role["reader"]}
    system = stage.system(sim, workers, worker=PRODUCTION, sources=sources)
    _, expected = calm_by_unit(system)
    run_id = system.producer.enqueue_catalog().run_id
    closed = system.producer.enqueue_catalog(source="closed").run_id
    run = wait(system, closed, 60)
    must(run.state is RunState.FAILED, f"the closed source's run ended as {run.state}")
    said = sentences(system, closed, sim)
    must(said.keys() == {"databases", "jobs"}, f"it failed in {sorted(said)}")
    say(said, "AccessDenied", f"the role {ROLE.format('closed')} cannot be assumed: ", "replay")
    must(run.reason in {text for _, text in said.values()}, f"the run's reason is {run.reason}")
    verify(stage, system, run_id, expected)


@case(full={"catalogue": HUNDREDS, "workers": 3}, short={"catalogue": DOZENS, "workers": 1})
def a_role_closed_in_mid_run(stage: Stage, catalogue: dict[str, Any], workers: int) -> None:
    """A role that is closed in mid-run leaves honest failures; replayed, the run is whole."""
    sim = stage.simulator(**catalogue)
    source = {"roles": [{"arn": ROLE.format("reader")}]}
    # Those who wait for a session share it, or its refusal.
    worker = {**PRODUCTION, "concurrency": 32}
    system = stage.system(sim, workers, worker=worker, sources={"default": source})
    whole, expected = calm_by_unit(system)
    sim.configure(latency=0.2)
    run_id = system.producer.enqueue_catalog().run_id
    reach(stage, system, run_id, expected)
    sim.configure(latency=0, deny=["AssumeRole:reader"])
    sim.expire_sessions()
    stage.counts["failures"] = len(partly(system, run_id, whole))
    said = sentences(system, run_id, sim)
    say(said, "AccessDenied", "cannot be assumed: ", "replay")
    sim.configure(deny=[])
    replayed(stage, system, run_id, expected)


@case(full={"catalogue": THOUSANDS, "workers": 3}, short={"catalogue": DOZENS, "workers": 1})
def access_denied_in_mid_run(stage: Stage, catalogue: dict[str, Any], workers: int) -> None:
    """Access taken away in mid-run costs what was not yet read, and each failure says which."""
    sim = stage.simulator(**catalogue)
    system = stage.system(sim, workers, worker=PRODUCTION)
    whole, expected = calm_by_unit(system)
    sim.configure(latency=0.2)
    run_id = system.producer.enqueue_catalog().run_id
    reach(stage, system, run_id, expected)
    sim.configure(latency=0, deny=["GetTables", "GetJob"])
    stage.counts["failures"] = len(partly(system, run_id, whole))
    say(sentences(system, run_id, sim), DENIED, "not authorized to perform: glue:Get", REPLAY)
    sim.configure(deny=[])
    replayed(stage, system, run_id, expected)


@case(full={"catalogue": HUNDREDS, "workers": 3}, short={"catalogue": DOZENS, "workers": 1})
def one_database_denied(stage: Stage, catalogue: dict[str, Any], workers: int) -> None:
    """A database that is denied fails alone, and its failure names the action and the database."""
    sim = stage.simulator(**catalogue)
    system = stage.system(sim, workers, worker=PRODUCTION)
    whole, expected = calm_by_unit(system)
    unit = stage.random.choice([unit for unit in whole if unit.startswith("database/")])
    name = unit.removeprefix("database/")
    sim.configure(deny=[f"GetTables:{name}"])
    run_id = system.producer.enqueue_catalog().run_id
    must(partly(system, run_id, whole) == {unit}, "other units failed as well")
    named = f"glue:GetTables on resource: arn:aws:glue:eu-west-1:123456789012:database/{name} "
    say(sentences(system, run_id, sim), DENIED, named, REPLAY)
    sim.configure(deny=[])
    replayed(stage, system, run_id, expected)
