"""Catalogues that are large in one place: a database, a table, everything."""

from collections.abc import Iterator

from benchmarks.bed import JSONL, Peak, extract, megabytes, workers_on
from benchmarks.figures import Figure, benchmark
from glueline.contract.messages import Options
from glueline_simulator import Simulator

LATENCY = 0.08
MOST_MEGABYTES = 250.0


@benchmark
def skew(quick: bool) -> Iterator[Figure]:
    """One database with nine tenths of the tables, against the same number spread evenly."""
    tables = 40_000 if quick else 200_000
    even = 0.0
    for name, change in {
        "spread evenly": {},
        "90 % in one database": {"skew": 0.9},
        "90 % in one, no listing by ranges": {"skew": 0.9, "expressions": "filtered"},
    }.items():
        with (
            Simulator(
                databases=200, tables=tables // 200, columns=4, jobs=0, latency=LATENCY, **change
            ) as simulator,
            workers_on(simulator, JSONL, rate_start=5000) as system,
        ):
            seconds, _ = extract(system, simulator)
        even = even or seconds
        yield Figure(
            f"{tables:,} tables, {name}",
            seconds,
            "s",
            seconds / even,
            "even case",
            at_most=1.5 if name.startswith("90 % in one d") else None,
        )


@benchmark
def partitions(quick: bool) -> Iterator[Figure]:
    """One table with very many partitions, read in segments."""
    count = 100_000 if quick else 1_000_000
    with (
        Simulator(
            databases=1, tables=1, jobs=0, columns=12, partitions=count, latency=LATENCY
        ) as simulator,
        workers_on(simulator, JSONL) as system,
        Peak(lambda: megabytes(system)) as peak,
    ):
        seconds, _ = extract(system, simulator, options=Options(partitions="all"))
        calls = simulator.stats()["operations"]["GetPartitions"]["calls"]
    ratio = calls * LATENCY / seconds
    yield Figure(f"{count:,} partitions", seconds, "s", ratio, "chain of pages")
    yield Figure(
        f"{count:,} partitions, peak of a worker", peak.value, "MB", at_most=MOST_MEGABYTES
    )


@benchmark
def memory(quick: bool) -> Iterator[Figure]:
    """Show that the peak of a worker's memory does not grow with the catalogue."""
    for tables in (1_000, 10_000) if quick else (1_000, 100_000, 1_000_000):
        with (
            Simulator(databases=tables // 500, tables=500, columns=30, jobs=100) as simulator,
            workers_on(simulator, JSONL, rate_start=5000) as system,
            Peak(lambda: megabytes(system)) as peak,
        ):
            extract(system, simulator)
        yield Figure(
            f"{tables:,} tables, peak of a worker", peak.value, "MB", at_most=MOST_MEGABYTES
        )
