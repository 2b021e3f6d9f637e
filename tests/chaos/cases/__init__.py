"""All cases; importing a module registers what it holds."""

from tests.chaos.cases import postgresql, processes, sinks

__all__ = ["postgresql", "processes", "sinks"]
