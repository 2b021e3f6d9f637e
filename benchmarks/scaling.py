"""On paper: how long a very large extraction takes and what limits it, from measured unit costs.

The costs are the figures of the benchmark ``costs`` in ``results/results.json``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

PAGE = 100
"""Tables in an answer of GetTables."""
GRAPHS = 0.4
"""GetDataflowGraph calls for a job: only scripts with annotations need one."""
JOB_LOOKUPS = 1.0
"""GetTables or GetTable calls for the columns of a job's tables, one for each database that the
process has not listed."""
PAGE_LOOKUPS = 0.5
"""GetTables calls for the columns of what the views of a page read in other databases."""
SLOTS = 32
"""Units at a time of a worker process, one process for a core."""


@dataclass(frozen=True)
class Costs:
    """Seconds and bytes for each thing."""

    table: float
    database: float
    """One with a single table: what any unit with one call takes."""
    job: float
    redis_unit: float
    redis_memory: float
    stored_table: float

    @classmethod
    def of(cls, figures: Mapping[str, float]) -> "Costs":
        """Take them from the benchmark's figures, by name."""
        return cls(
            table=figures["worker's CPU for a table of 30 columns, JSONL"] / 1e6,
            database=figures["worker's CPU for a database of one table"] / 1e3,
            job=figures["worker's CPU for a job"] / 1e3,
            redis_unit=figures["Redis's CPU for a unit"] / 1e3,
            redis_memory=figures["Redis's memory for an open unit"] * 1e3,
            stored_table=figures["size of a table in JSONL"] * 1e3,
        )


@dataclass(frozen=True)
class Estate:
    """What is extracted, and how fast AWS lets us: calls a second, seconds a call."""

    accounts: int = 1_000
    databases: int = 50
    """In an account, as are tables and jobs."""
    tables: int = 10_000
    jobs: int = 100
    rate: float = 10.0
    latency: float = 0.08

    @property
    def units(self) -> float:
        """The listings of databases and jobs and the run's end, each database, each job."""
        return self.accounts * (3 + self.databases + self.jobs)

    @property
    def table_calls(self) -> float:
        """GetTables in one account, its busiest operation."""
        pages = max(self.databases, self.tables / PAGE)
        return (1 + PAGE_LOOKUPS) * pages + JOB_LOOKUPS * self.jobs

    @property
    def calls(self) -> float:
        """All calls in all accounts: a job needs GetJob and its script."""
        return self.accounts * (2 + self.table_calls + (2 + GRAPHS) * self.jobs)


def worker_seconds(costs: Costs, estate: Estate) -> float:
    """Return the CPU time of all workers."""
    return estate.accounts * (
        estate.tables * costs.table + estate.databases * costs.database + estate.jobs * costs.job
    )


def cores_for_one_redis(costs: Costs, estate: Estate) -> float:
    """Return the cores of workers that keep one Redis busy: with more, it is the limit."""
    return worker_seconds(costs, estate) / (estate.units * costs.redis_unit)


def seconds(costs: Costs, estate: Estate, cores: int, shards: int = 1) -> dict[str, float]:
    """Return the seconds of each resource if nothing else held the extraction back.

    ``shards`` are Redis servers that share the accounts evenly.
    """
    return {
        "one account's quota": max(estate.table_calls, estate.jobs) / estate.rate,
        "latency": estate.calls * estate.latency / (cores * SLOTS),
        "workers' CPU": worker_seconds(costs, estate) / cores,
        "Redis's CPU": estate.units * costs.redis_unit / shards,
    }


def rows(costs: Costs, estate: Estate) -> list[list[str]]:
    """Return rows for more and more cores: the need of each resource, and which is the limit."""
    found = []
    for cores, shards in ((4, 1), (16, 1), (64, 1), (256, 1), (256, 4)):
        needed = seconds(costs, estate, cores, shards)
        limit = max(needed, key=lambda name: needed[name])
        stored = estate.accounts * estate.tables * costs.stored_table / needed[limit] / 1e6
        found.append(
            [
                f"{cores}",
                f"{shards}",
                *map(_duration, needed.values()),
                limit,
                f"{stored:,.0f} MB/s",
            ]
        )
    return found


def _duration(value: float) -> str:
    return f"{value:.0f} s" if value < 120 else f"{value / 60:.0f} min"
