"""Forks: alternatives that are run from one state, whose changes are joined after them.

The same condition has the same answer, however often a script asks it. ``if mode == "full"``
around a read and again around a write makes two paths through the script, not four. Where an
undecided condition is asked again further down, the rest is run once for each of its answers, so
that what one of them read is not linked to what another one wrote.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Final

from glueline_worker.lineage.script.domain.comparisons import get_truth
from glueline_worker.lineage.script.domain.journal import PathOutcome
from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.values import OneOf
from glueline_worker.lineage.script.interpreter.conditions import (
    Assumptions,
    assigns,
    find_answer,
    find_subject,
    is_asked_again,
    list_tests,
)
from glueline_worker.lineage.script.interpreter.questions import answer_truth
from glueline_worker.lineage.script.models import registry

_PATHS_LIMIT: Final = 24
"""The most paths side by side, those of conditions within one another included."""
_ALTERNATIVES_KEPT = 3
_LIMIT_OF_ONE = 6
_SIZE_LIMIT = 1_000
"""The most statements that all paths together may have."""


def fork(reading: Reading, *paths: Callable[[], bool]) -> bool:
    """Run alternatives from one state and join what they leave.

    Each path returns whether what follows the fork is reached on it.
    """
    broke = False

    def follow(path: Callable[[], bool]) -> Callable[[], PathOutcome]:
        def run() -> PathOutcome:
            nonlocal broke
            reading.has_broken_off = False
            reading.forks += 1
            try:
                goes_on = path()
            finally:
                reading.forks -= 1
            broke = broke or reading.has_broken_off
            return PathOutcome(goes_on, keeps=goes_on or reading.has_broken_off)

        return run

    reached = reading.state.journal.fork([follow(path) for path in paths], reading.scope.vars)
    reading.has_broken_off = broke
    _unite_frames(reading)
    return reached


def _unite_frames(reading: Reading) -> None:
    """Make one frame of a variable's many alternatives that come from the same datasets."""
    variables = reading.scope.vars
    for name, value in list(variables.items()):
        if isinstance(value, OneOf) and len(value.options) > _ALTERNATIVES_KEPT:
            united = registry.unite_alike(reading.state, value)
            if united is not None:
                reading.state.journal.touch(variables)
                variables[name] = united


def answer_test(reading: Reading, test: ast.expr) -> bool | None:
    """Tell whether a condition of the script holds; None when only a run knows."""
    value = reading.evaluate(test)
    found = get_truth(value)
    if found is None:
        found = find_answer(test, reading.assumptions)
    return answer_truth(reading, value) if found is None else found


def fork_by_answers(
    reading: Reading,
    body: Sequence[ast.stmt],
    at: int,
    follow: Callable[[Sequence[ast.stmt]], bool],
) -> bool | None:
    """Run ``body`` from ``at`` on once for each answer to the condition there.

    None where there is none, or nothing further down depends on it.
    """
    tests = list_tests(reading, body[at])
    if not tests:
        return None
    size = len(body) - at
    if size == 1 or _is_too_much(2 * reading.paths, size):
        return None
    rest = body[at:]
    answers = _list_answers(reading, tests, rest)
    if not answers or _is_too_much(reading.paths * len(answers), size):
        return None
    if get_truth(reading.evaluate(tests[0])) is not None:
        return None

    def assume(assumptions: Assumptions) -> Callable[[], bool]:
        def path() -> bool:
            reading.assumptions = assumptions
            return follow(rest)

        return path

    before, paths = reading.assumptions, reading.paths
    reading.paths = paths * len(answers)
    try:
        return fork(reading, *map(assume, answers))
    finally:
        reading.assumptions, reading.paths = before, paths


def _is_too_much(paths: int, size: int) -> bool:
    return paths > _PATHS_LIMIT or paths * size > _SIZE_LIMIT


def _list_answers(
    reading: Reading, chain: Sequence[ast.expr], rest: Sequence[ast.stmt]
) -> list[Assumptions]:
    """List the answers to follow one by one through ``rest``; none if one is enough."""
    known = reading.assumptions
    if any(find_answer(test, known) is not None for test in chain):
        return []
    asked = {find_subject(reading, test) for test in chain}
    subjects = {subject for subject in asked if subject is not None}
    if len(chain) >= _LIMIT_OF_ONE or len(subjects) < len(asked):
        return []
    if not is_asked_again(reading, subjects, rest[1:]):
        return []
    if any(assigns(part, chain) for part in rest):
        return []
    found: list[Assumptions] = []
    no: dict[str, bool] = {}
    for test in chain:
        found.append({**known, **no, ast.unparse(test): True})
        no[ast.unparse(test)] = False
    return [*found, {**known, **no}]
