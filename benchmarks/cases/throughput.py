"""An endpoint that does not hold us back: how near we are to the wire."""

from collections.abc import Iterator

from tests.support.postgres import postgres_server
from tests.support.system import System

from benchmarks.bed import JSONL, SQLITE, extract, median, workers_on
from benchmarks.figures import Figure, benchmark
from benchmarks.references import seconds_of
from glueline.contract.messages import Options
from glueline_simulator import Simulator

UNHINDERED = 5000
"""Calls/s: the quota of this endpoint is learnt already."""


@benchmark
def throughput(quick: bool) -> Iterator[Figure]:
    """From enqueuing to the committed sink, against loops that store nothing."""
    for tables in (10_000,) if quick else (10_000, 100_000):
        yield from _at_size(tables, times=1 if quick else 3)


def _at_size(tables: int, times: int) -> Iterator[Figure]:
    with (
        Simulator(databases=20, tables=tables // 20, columns=30, jobs=100) as simulator,
        postgres_server() as postgres,
    ):
        loops = {
            name: median(times, lambda name=name: seconds_of(name, simulator))
            for name in ("aiohttp", "boto3")
        }
        for name, seconds in loops.items():
            yield Figure(f"{tables:,} tables, {name} loop", seconds, "s")
        sinks = {
            "JSONL": (JSONL, 3.0),
            "SQLite": (SQLITE, 5.0),
            "PostgreSQL": (postgres.create_database(), 5.0),
        }
        for sink, (url, at_most) in sinks.items():
            with workers_on(simulator, url, rate_start=UNHINDERED) as system:
                seconds = median(times, lambda system=system: _extract(system, simulator))
            name = f"{tables:,} tables into {sink}"
            ratio = seconds / loops["aiohttp"]
            yield Figure(name, seconds, "s", ratio, "aiohttp loop", at_most=at_most)
            if sink == "JSONL":
                ratio = seconds / loops["boto3"]
                yield Figure(name, seconds, "s", ratio, "boto3 loop", at_most=1.0)


def _extract(system: System, simulator: Simulator) -> float:
    """All of it each time, also what the sink holds already."""
    return extract(system, simulator, options=Options(full=True))[0]
