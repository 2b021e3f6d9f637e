"""All cases; importing a module registers what it holds."""

from tests.chaos.cases import processes, sinks

__all__ = ["processes", "sinks"]
