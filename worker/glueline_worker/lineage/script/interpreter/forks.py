"""Forks: alternatives that are run from one state, whose changes are joined after them."""

from __future__ import annotations

from collections.abc import Callable

from glueline_worker.lineage.script.domain.journal import PathOutcome
from glueline_worker.lineage.script.domain.reading import Reading


def fork(reading: Reading, *paths: Callable[[], bool]) -> bool:
    """Run alternatives from one state and join what they leave.

    Each path returns whether what follows the fork is reached on it.
    """
    broke = False

    def follow(path: Callable[[], bool]) -> Callable[[], PathOutcome]:
        def run() -> PathOutcome:
            nonlocal broke
            reading.broke = False
            goes_on = path()
            broke = broke or reading.broke
            return PathOutcome(goes_on, keeps=goes_on or reading.broke)

        return run

    reached = reading.state.journal.fork([follow(path) for path in paths], reading.scope.vars)
    reading.broke = broke
    return reached
