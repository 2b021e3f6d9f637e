"""From a command to its effect: what a user feels first."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from benchmarks.bed import JSONL, BuildSystem, make_environment, run_catalogue, run_command
from benchmarks.builds import Build
from benchmarks.figures import BEFORE, NOW, Comparison, Goal, Plan, alternate, benchmark
from glueline_simulator import Simulator

TIMES = 3
"""Rounds of commands that take part of a second, for each round that was asked for."""


@benchmark
def commands(plan: Plan) -> Iterator[Comparison]:
    """Commands that only look."""
    for option in ("--help", "--version"):
        able = {who: build for who, build in plan.builds.items() if _can(build, option)}
        if NOW not in able:
            continue
        measures = {
            who: partial(run_command, build, [option], make_environment(build))
            for who, build in able.items()
        }
        found = alternate(TIMES * plan.rounds, measures)
        yield Comparison(f"glueline {option}", "s", found["wall"], [Goal(0.15)])
    with Simulator(databases=1, tables=1, jobs=0) as simulator, ExitStack() as stack:
        measures = {
            who: _status(stack.enter_context(BuildSystem(build, simulator, JSONL, 1)))
            for who, build in plan.builds.items()
        }
        found = alternate(TIMES * plan.rounds, measures)
    yield Comparison("glueline status", "s", found["wall"], [Goal(0.25)])


@benchmark
def one_table(plan: Plan) -> Iterator[Comparison]:
    """``glueline run`` of a catalogue with one table: all of it is start and stop."""
    with Simulator(databases=1, tables=1, columns=30, jobs=0) as simulator:
        measures = {who: partial(_run, build, simulator) for who, build in plan.builds.items()}
        found = alternate(plan.rounds, measures)
    goals = [Goal(0.35, BEFORE)]
    yield Comparison("one table, glueline run, CPU", "s", found["cpu"], goals)
    yield Comparison("one table, glueline run, time", "s", found["wall"], goals)
    yield Comparison("one table, glueline run to its first call", "s", found["first"])


def _run(build: Build, simulator: Simulator) -> dict[str, float]:
    began = time.time()
    spent = run_catalogue(build, simulator, JSONL)
    listed = simulator.stats()["operations"]["GetDatabases"]
    return {**spent, "first": float(listed["first"]) - began}


def _can(build: Build, option: str) -> bool:
    try:
        run_command(build, [option], make_environment(build))
    except RuntimeError:
        return False
    return True


def _status(system: BuildSystem) -> partial[dict[str, float]]:
    """Prepare the status of a run that goes on, because nobody works on it."""
    system.stop_workers()
    run_id = system.ask("open_run")["run_id"]
    env = {**make_environment(system.build), "GLUELINE_REDIS_URL": system.redis.url}
    return partial(run_command, system.build, ["status", run_id], env)
