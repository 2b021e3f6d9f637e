"""Whether other processes used the machine while we measured."""

import os
import time
from typing import Self

import psutil

from benchmarks.processes import cpu_seconds

MOST_BY_OTHERS = 0.05
"""The share of all cores that others may use without making the figures worthless."""
LOOK = 2.0
"""Seconds of the look before the first measurement."""
Clocks = tuple[float, float, float]
"""The CPU time of the machine and our own, and the moment, in seconds."""


class MachineLoad:
    """The share of the machine that other processes use during a ``with`` block.

    It is the CPU time of the whole machine without ours: that of this process, of its descendants,
    and of those that ended. The load average would count our own earlier measurements.
    """

    begin: Clocks
    end: Clocks

    def __enter__(self) -> Self:
        self.begin = _read_clocks()
        return self

    def __exit__(self, *error: object) -> None:
        self.end = _read_clocks()

    @property
    def ours(self) -> float:
        """The CPU time that we used, in seconds."""
        return self.end[1] - self.begin[1]

    @property
    def by_others(self) -> float:
        """The share of all cores, 0 to 1."""
        others = self.end[0] - self.begin[0] - self.ours
        return max(0.0, others / (self.end[2] - self.begin[2]) / (os.cpu_count() or 1))

    @property
    def is_busy(self) -> bool:
        """Whether others used too much of it."""
        return self.by_others > MOST_BY_OTHERS


def look_first() -> MachineLoad:
    """Look at the machine while we do nothing."""
    with MachineLoad() as load:
        time.sleep(LOOK)
    return load


def _read_clocks() -> Clocks:
    times = psutil.cpu_times()
    # What a hypervisor gives to other machines is lost for us as well.
    busy = times.user + times.nice + times.system + getattr(times, "steal", 0.0)
    return busy, cpu_seconds([os.getpid()]), time.perf_counter()
