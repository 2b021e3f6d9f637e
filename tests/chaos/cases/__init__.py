"""All cases; importing a module registers what it holds."""

from tests.chaos.cases import (
    deletions,
    network,
    poison,
    postgresql,
    processes,
    producers,
    signals,
    sinks,
    soak,
)

__all__ = [
    "deletions",
    "network",
    "poison",
    "postgresql",
    "processes",
    "producers",
    "signals",
    "sinks",
    "soak",
]
