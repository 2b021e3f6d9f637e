"""CPU time and memory of process trees."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Self

import psutil

INTERVAL = 0.05
"""Seconds between two samples."""


def tree(pids: Iterable[int]) -> Iterator[psutil.Process]:
    """Yield processes with all their descendants, as far as they live."""
    for pid in pids:
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            yield process
            yield from process.children(recursive=True)


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the CPU time of processes, of their descendants, and of those that ended."""
    total = 0.0
    for process in tree(pids):
        with suppress(psutil.Error):
            total += sum(process.cpu_times()[:4])
    return total


def largest_megabytes(pids: Iterable[int]) -> float:
    """Return the largest resident set of any process of the trees."""
    sizes = [0.0]
    for process in tree(pids):
        with suppress(psutil.Error):
            sizes.append(process.memory_info().rss / 1e6)
    return max(sizes)


class Sampler:
    """Values of something that is looked at often, for the time of a ``with`` block."""

    def __init__(self, look: Callable[[], float], interval: float = INTERVAL) -> None:
        """Ask ``look`` for the value of now each ``interval`` seconds."""
        self.values: list[float] = []
        self._look, self._interval = look, interval
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    @property
    def peak(self) -> float:
        """The largest value."""
        return max(self.values, default=0.0)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(self._interval):
            self.values.append(self._look())
