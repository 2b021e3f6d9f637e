"""What a benchmark yields, what it is asked for, and the register of all of them."""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.builds import Build

NOW, BEFORE = "now", "before"
"""The contestants of a comparison: this build, and the one that ``--against`` names."""
MOST_FOR_BEFORE = 50_000
"""Tables of a catalogue that the build before reads too."""


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


@dataclass(frozen=True)
class Goal:
    """The most that this build may take: of another contestant's value, else in the unit."""

    at_most: float
    to: str = ""


@dataclass(frozen=True)
class Comparison:
    """One thing that contestants did in turn, with the values of all rounds of each."""

    name: str
    unit: str
    rounds: Mapping[str, Sequence[float]]
    """By contestant, in the order of the rounds."""
    goals: Sequence[Goal] = ()

    def value(self, contestant: str) -> float | None:
        """Return the median of a contestant; None when it did not take part."""
        found = self.rounds.get(contestant)
        return statistics.median(found) if found else None

    def ratios(self, to: str) -> list[float]:
        """Return this build's value as a multiple of a contestant's, round by round, sorted."""
        pairs = zip(self.rounds[NOW], self.rounds.get(to, ()), strict=False)
        return sorted(now / other for now, other in pairs if other)

    def is_met(self, goal: Goal) -> bool | None:
        """Tell whether the median reaches a goal; None when the contestant did not take part."""
        found = self.ratios(goal.to) if goal.to else self.rounds[NOW]
        return statistics.median(found) <= goal.at_most if found else None


@dataclass(frozen=True)
class Curve:
    """The memory of the largest worker of a contestant while it read something."""

    what: str
    contestant: str
    seconds: float
    megabytes: Sequence[float]
    """At equal distances of time, over all of ``seconds``."""


Finding = Figure | Comparison | Curve


@dataclass(frozen=True)
class Plan:
    """What is asked of a benchmark."""

    is_quick: bool = False
    """Smaller sizes, for a first look."""
    rounds: int = 5
    builds: Mapping[str, Build] = field(default_factory=dict)
    """The contestants: this build, and perhaps the one before."""

    def builds_for(self, tables: int) -> Mapping[str, Build]:
        """Return the contestants: very many tables would take the build before too long."""
        if tables <= MOST_FOR_BEFORE:
            return self.builds
        return {NOW: self.builds[NOW]}


Measure = Callable[[Plan], Iterator[Finding]]
BENCHMARKS: dict[str, Measure] = {}


def benchmark(measure: Measure) -> Measure:
    """Register a function under its own name."""
    BENCHMARKS[measure.__name__] = measure
    return measure


def alternate(
    rounds: int, contestants: Mapping[str, Callable[[], Mapping[str, float]]]
) -> dict[str, dict[str, list[float]]]:
    """Let contestants measure in turn, each second round in reverse order.

    Each returns values by name. The answer has lists of values by name and by contestant.
    """
    found: dict[str, dict[str, list[float]]] = {}
    for number in range(rounds):
        order = list(contestants) if number % 2 == 0 else list(reversed(contestants))
        for contestant in order:
            for name, value in contestants[contestant]().items():
                found.setdefault(name, {}).setdefault(contestant, []).append(value)
    return found
