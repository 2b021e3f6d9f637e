"""All cases; importing a module registers what it holds."""

from tests.chaos.cases import (
    aws,
    changes,
    deletions,
    network,
    overlap,
    permissions,
    poison,
    postgresql,
    processes,
    producers,
    quota,
    settings,
    sight,
    signals,
    sinks,
    soak,
)

__all__ = [
    "aws",
    "changes",
    "deletions",
    "network",
    "overlap",
    "permissions",
    "poison",
    "postgresql",
    "processes",
    "producers",
    "quota",
    "settings",
    "sight",
    "signals",
    "sinks",
    "soak",
]
