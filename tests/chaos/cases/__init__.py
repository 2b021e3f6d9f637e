"""All cases; importing a module registers what it holds."""

from tests.chaos.cases import network, postgresql, processes, producers, sinks

__all__ = ["network", "postgresql", "processes", "producers", "sinks"]
