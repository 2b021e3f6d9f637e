"""Figures and comparisons as the cells of tables."""

import statistics
from collections.abc import Iterator

from benchmarks.figures import BEFORE, NOW, Comparison, Figure, Goal

FIGURE = ("what", "value", "compared", "aim", "met")
COMPARISON = (
    "what",
    "before",
    "now",
    "compared, median of the rounds",
    "least to most",
    "goal",
    "met",
)
_MET = {True: "yes", False: "no", None: ""}


def figure_row(figure: Figure) -> list[str]:
    """Return a figure as cells."""
    ratio = f"{figure.ratio:.2f} times the {figure.to}" if figure.ratio is not None else ""
    return [
        figure.name,
        f"{format_value(figure.value)} {figure.unit}",
        ratio,
        figure.aim,
        _MET[figure.is_met],
    ]


def comparison_rows(comparison: Comparison) -> Iterator[list[str]]:
    """Yield a row for each goal and each contestant that was compared with."""
    others = [who for who in comparison.rounds if who != NOW]
    goals = {goal.to: goal for goal in comparison.goals}
    head = [comparison.name, *(_value(comparison, who) for who in (BEFORE, NOW))]
    # A build or a loop that was not there is left out.
    for to in [one for one in dict.fromkeys([*goals, *others]) if one in ("", *others)] or [""]:
        ratios = comparison.ratios(to) if to else []
        yield [
            *head,
            f"{statistics.median(ratios):.2f} times {_the(to)}" if ratios else "",
            _spread(ratios, comparison.rounds[NOW]),
            _goal(goals.get(to), comparison.unit),
            _MET[comparison.is_met(goals[to]) if to in goals else None],
        ]
        head = ["", "", ""]


def format_value(value: float) -> str:
    """Return a number with three figures."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _value(comparison: Comparison, who: str) -> str:
    found = comparison.value(who)
    return "" if found is None else f"{format_value(found)} {comparison.unit}".strip()


def _spread(ratios: list[float], values: object) -> str:
    found = ratios or sorted(values)  # type: ignore[call-overload]
    if len(found) < 2:
        return ""
    if ratios:
        return f"{found[0]:.2f} to {found[-1]:.2f}"
    return f"{format_value(found[0])} to {format_value(found[-1])}"


def _goal(goal: Goal | None, unit: str) -> str:
    if goal is None:
        return ""
    return f"≤ {goal.at_most:g}" if goal.to else f"≤ {goal.at_most:g} {unit}".strip()


def _the(contestant: str) -> str:
    return contestant if contestant in (BEFORE, "a tenth of them") else f"the {contestant}"
