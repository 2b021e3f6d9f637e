"""What a benchmark yields, and the register of all of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured value; a ratio compares it with a reference of the same run."""

    name: str
    value: float
    unit: str
    ratio: float | None = None
    to: str = ""
    """What the ratio is a ratio to."""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the aim is reached: for the ratio where there is one, else for the value."""
        found = self.value if self.ratio is None else self.ratio
        if self.at_most is not None:
            return found <= self.at_most
        if self.at_least is not None:
            return found >= self.at_least
        return None

    @property
    def aim(self) -> str:
        """The aim in words."""
        if self.at_most is not None:
            return f"≤ {self.at_most:.3g}"
        return "" if self.at_least is None else f"≥ {self.at_least:.3g}"


Measure = Callable[[bool], Iterator[Figure]]
BENCHMARKS: dict[str, Measure] = {}


def benchmark(measure: Measure) -> Measure:
    """Register a function ``(quick)`` under its own name."""
    BENCHMARKS[measure.__name__] = measure
    return measure
