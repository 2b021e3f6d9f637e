"""All benchmarks, in the order of the report; importing a module registers what it holds."""

from benchmarks.cases import (  # noqa: I001 - the order of the report
    commands,
    throughput,
    formats,
    unit_costs,
    enqueueing,
    memory,
    growth,
    bound,
    quota,
    incremental,
    idle,
    costs,
    redis_limit,
    sources,
    same_records,
    peers,
)

__all__ = [
    "bound",
    "commands",
    "costs",
    "enqueueing",
    "formats",
    "growth",
    "idle",
    "incremental",
    "memory",
    "peers",
    "quota",
    "redis_limit",
    "same_records",
    "sources",
    "throughput",
    "unit_costs",
]
