"""All benchmarks; importing a module registers what it holds."""

from benchmarks.cases import (
    bound,
    costs,
    incremental,
    peers,
    quota,
    redis_limit,
    size,
    small,
    sources,
    throughput,
)

__all__ = [
    "bound",
    "costs",
    "incremental",
    "peers",
    "quota",
    "redis_limit",
    "size",
    "small",
    "sources",
    "throughput",
]
