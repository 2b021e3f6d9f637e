"""All benchmarks; importing a module registers what it holds."""

from benchmarks.cases import bound, small, throughput

__all__ = ["bound", "small", "throughput"]
