"""All benchmarks; importing a module registers what it holds."""

from benchmarks.cases import bound, incremental, small, throughput

__all__ = ["bound", "incremental", "small", "throughput"]
