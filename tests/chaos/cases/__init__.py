"""All cases; importing a module registers what it holds."""

from tests.chaos.cases import deletions, network, postgresql, processes, producers, sinks, soak

__all__ = ["deletions", "network", "postgresql", "processes", "producers", "sinks", "soak"]
