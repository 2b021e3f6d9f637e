"""An endpoint that does not hold us back: how near we are to the wire."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial

from tests.support.postgres import PostgresServer, postgres_server

from benchmarks.bed import JSONL, SQLITE, BuildSystem, run_catalogue
from benchmarks.figures import BEFORE, Comparison, Goal, Plan, alternate, benchmark
from benchmarks.references import seconds_of
from glueline_simulator import Simulator

AIOHTTP, BOTO3 = "aiohttp loop", "boto3 loop"
SINKS = ("JSONL", "SQLite", "PostgreSQL")
AT_10K = dict(zip(SINKS, (2.5, 3.5, 4.0), strict=True))
AT_100K = dict(zip(SINKS, (1.6, 2.5, 3.0), strict=True))
"""Multiples of the aiohttp loop that a sink may take."""
OF_BEFORE = 0.4
OF_BOTO3 = 0.5
Contestants = dict[str, Callable[[], Mapping[str, float]]]


@benchmark
def whole_command(plan: Plan) -> Iterator[Comparison]:
    """``glueline run`` from its start to its exit, against loops that store nothing."""
    tables = 1_000 if plan.is_quick else 10_000
    with _catalogue(tables) as simulator, postgres_server() as postgres:
        for sink in SINKS:
            contestants: Contestants = {AIOHTTP: _loop("aiohttp", simulator)}
            for who, build in plan.builds.items():
                # Each PostgreSQL database is new, as are the folders of the others.
                contestants[who] = lambda build=build, sink=sink: run_catalogue(
                    build, simulator, _address(sink, postgres)
                )
            found = alternate(plan.rounds, contestants)
            name = f"{tables:,} tables and 100 jobs into {sink}, glueline run"
            goals = [Goal(AT_10K[sink], AIOHTTP), Goal(OF_BEFORE, BEFORE)]
            yield Comparison(name, "s", found["wall"], goals)
            del found["cpu"][AIOHTTP]
            yield Comparison(f"{name}, CPU", "s", found["cpu"])


@benchmark
def throughput(plan: Plan) -> Iterator[Comparison]:
    """From the request to the committed sink, with workers that are ready."""
    for tables in (1_000,) if plan.is_quick else (10_000, 100_000):
        with _catalogue(tables) as simulator, postgres_server() as postgres:
            for sink in SINKS:
                yield _from_request(plan, simulator, tables, sink, postgres)


def _from_request(
    plan: Plan, simulator: Simulator, tables: int, sink: str, postgres: PostgresServer
) -> Comparison:
    goals = [Goal(AT_100K[sink], AIOHTTP)]
    if tables <= 10_000:
        goals = [Goal(AT_10K[sink], AIOHTTP), Goal(OF_BEFORE, BEFORE)]
    with ExitStack() as stack:
        contestants: Contestants = {AIOHTTP: _loop("aiohttp", simulator)}
        if sink == "JSONL":
            contestants[BOTO3] = _loop("boto3", simulator)
            goals.append(Goal(OF_BOTO3, BOTO3))
        for who, build in plan.builds_for(tables).items():
            system = BuildSystem(build, simulator, _address(sink, postgres))
            contestants[who] = partial(_extract, stack.enter_context(system))
        found = alternate(plan.rounds, contestants)
    name = f"{tables:,} tables and 100 jobs into {sink}, from request to commit"
    return Comparison(name, "s", found["wall"], goals)


def _catalogue(tables: int) -> Simulator:
    return Simulator(databases=20, tables=tables // 20, columns=30, jobs=100)


def _address(sink: str, postgres: PostgresServer) -> str:
    if sink == "PostgreSQL":
        return postgres.create_database()
    return {"JSONL": JSONL, "SQLite": SQLITE}[sink]


def _loop(name: str, simulator: Simulator) -> Callable[[], Mapping[str, float]]:
    return lambda: {"wall": seconds_of(name, simulator), "cpu": 0.0}


def _extract(system: BuildSystem) -> dict[str, float]:
    """All of it each time, also what the sink holds already."""
    return {"wall": system.extract(full=True).seconds}
