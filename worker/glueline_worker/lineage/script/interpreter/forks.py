"""Forks: alternatives that are run from one state, whose changes are joined after them.

The same condition has the same answer, however often a script asks it. ``if mode == "full"``
around a read and again around a write makes two paths through the script, not four. Where an
undecided condition is asked again further down, the rest is run once for each of its answers, so
that what one of them read is not linked to what another one wrote.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from glueline_worker.lineage.script.domain.comparisons import get_truth
from glueline_worker.lineage.script.domain.journal import PathOutcome
from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.values import OneOf
from glueline_worker.lineage.script.models import registry

Assumptions = Mapping[str, bool]
"""What is taken for granted: conditions by their text, and whether they hold."""

_PATHS_LIMIT: Final = 24
"""The most paths side by side, those of conditions within one another included."""
_ALTERNATIVES_KEPT = 3
_LIMIT_OF_ONE = 6
_SIZE_LIMIT = 1_000
"""The most statements that all paths together may have."""
_PURE_METHODS = frozenset({"lower", "upper", "strip", "casefold", "get"})
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_PLACES = (ast.Name, ast.Attribute, ast.Subscript)
_CONSTANT = (ast.Constant, ast.Tuple, ast.List, ast.Set)


def fork(reading: Reading, *paths: Callable[[], bool]) -> bool:
    """Run alternatives from one state and join what they leave.

    Each path returns whether what follows the fork is reached on it.
    """
    broke = False

    def follow(path: Callable[[], bool]) -> Callable[[], PathOutcome]:
        def run() -> PathOutcome:
            nonlocal broke
            reading.has_broken_off = False
            goes_on = path()
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


def decide(reading: Reading, test: ast.expr) -> bool | None:
    """Tell whether a condition of the script holds; None when only a run knows."""
    found = get_truth(reading.evaluate(test))
    return _find_answer(test, reading.assumptions) if found is None else found


def fork_by_answers(
    reading: Reading,
    body: Sequence[ast.stmt],
    at: int,
    follow: Callable[[Sequence[ast.stmt]], bool],
) -> bool | None:
    """Run ``body`` from ``at`` on once for each answer to the condition there.

    None where there is none, or nothing further down depends on it.
    """
    first, size = body[at], len(body) - at
    if not isinstance(first, ast.If) or size == 1 or _is_too_much(2 * reading.paths, size):
        return None
    rest = body[at:]
    answers = _list_answers(first, rest[1:], reading.assumptions)
    if not answers or _is_too_much(reading.paths * len(answers), size):
        return None
    if get_truth(reading.evaluate(first.test)) is not None:
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
    statement: ast.If, rest: Sequence[ast.stmt], known: Assumptions
) -> list[Assumptions]:
    """List the answers to follow one by one from ``statement`` on; none if one is enough."""
    chain = list(_list_tests(statement))
    asked = {_find_subject(test) for test in chain}
    if any(_find_answer(test, known) is not None for test in chain) or None in asked:
        return []
    if len(chain) >= _LIMIT_OF_ONE or not _is_asked_again(asked, rest):
        return []
    if any(_assigns(part, chain) for part in (statement, *rest)):
        return []
    found: list[Assumptions] = []
    no: dict[str, bool] = {}
    for test in chain:
        found.append({**known, **no, ast.unparse(test): True})
        no[ast.unparse(test)] = False
    return [*found, {**known, **no}]


def _find_answer(test: ast.expr, known: Assumptions) -> bool | None:
    """Find the answer to a condition that was asked before, or that another one rules out."""
    if not known:
        return None
    opposite = _negate(test)
    if opposite is not None:
        found = _find_answer(opposite, known)
        return None if found is None else not found
    text = ast.unparse(test)
    return known[text] if text in known else _rule_out(test, known)


def _negate(test: ast.expr) -> ast.expr | None:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.NotEq) and len(test.ops) == 1:
        return ast.Compare(test.left, [ast.Eq()], test.comparators)
    return None


def _rule_out(test: ast.expr, known: Assumptions) -> bool | None:
    """Return False when the subject is known to equal another constant."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    if not isinstance(test.ops[0], ast.Eq) or not isinstance(test.comparators[0], ast.Constant):
        return None
    equal = ast.unparse(test.left) + " == "
    return False if any(holds and fact.startswith(equal) for fact, holds in known.items()) else None


def _list_tests(statement: ast.If) -> Iterator[ast.expr]:
    """List the conditions of an ``if`` and its ``elif``."""
    yield statement.test
    if len(statement.orelse) == 1 and isinstance(statement.orelse[0], ast.If):
        yield from _list_tests(statement.orelse[0])


def _find_subject(test: ast.expr) -> str | None:
    """Find the subject of a condition; None when asking it changes something."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _find_subject(test.operand)
    if any(_has_effect(part) for part in ast.walk(test)) or isinstance(test, ast.Constant):
        return None
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return ast.unparse(test.left) if isinstance(test.comparators[0], _CONSTANT) else None
    return ast.unparse(test)


def _has_effect(part: ast.AST) -> bool:
    """Tell whether a part of a condition does something, so that its answer may change."""
    if isinstance(part, ast.Call):
        return not (isinstance(part.func, ast.Attribute) and part.func.attr in _PURE_METHODS)
    return isinstance(part, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Lambda))


def _is_asked_again(asked: set[str | None], rest: Sequence[ast.stmt]) -> bool:
    return any(
        isinstance(part, (ast.If, ast.IfExp)) and _find_subject(part.test) in asked
        for statement in rest
        for part in _walk_own_parts(statement)
    )


def _assigns(statement: ast.stmt, tests: Sequence[ast.expr]) -> bool:
    """Tell whether a statement changes something that one of ``tests`` asks for."""
    asked = {
        ast.unparse(part) for test in tests for part in ast.walk(test) if isinstance(part, _PLACES)
    }
    return any(
        isinstance(part, _PLACES) and isinstance(part.ctx, ast.Store) and ast.unparse(part) in asked
        for part in _walk_own_parts(statement)
    )


def _walk_own_parts(statement: ast.AST) -> Iterator[ast.AST]:
    """Walk a statement without the functions and classes that it defines."""
    waiting = [statement]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, _DEFINITIONS):
            yield part
            waiting += ast.iter_child_nodes(part)
