"""The same question has the same answer, however often a script asks it.

``if mode == "full"`` around a read and again around a write makes two ways through the script, not
four. Where an undecided condition is asked again further down, the rest is run once for each of
its answers, so that what one of them read is not linked to what another one wrote.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from glueline_worker.lineage.script.domain.reading import Reading

Facts = Mapping[str, bool]
"""What is taken for granted: conditions by their text, and whether they hold."""

WAYS_LIMIT: Final = 24
"""The most ways that are followed side by side, those of conditions within one another included."""
_LIMIT_OF_ONE = 6
_SIZE_LIMIT = 1_000
"""The most statements that all ways together may have to follow."""
_PURE_METHODS = frozenset({"lower", "upper", "strip", "casefold", "get"})
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_PLACES = (ast.Name, ast.Attribute, ast.Subscript)
_CONSTANT = (ast.Constant, ast.Tuple, ast.List, ast.Set)


def decide(run: Reading, test: ast.expr) -> bool | None:
    """Whether a condition of the script holds; None when that is known only at run time."""
    found = run.truth(run.evaluate(test))
    return answer(test, run.assumptions) if found is None else found


def divide(
    run: Reading, body: Sequence[ast.stmt], at: int, follow: Callable[[Sequence[ast.stmt]], bool]
) -> bool | None:
    """Run ``body`` from ``at`` on once for each answer to the condition there.

    None where there is none, or nothing further down depends on it.
    """
    first, size = body[at], len(body) - at
    if not isinstance(first, ast.If) or size == 1 or _is_too_much(2 * run.ways, size):
        return None
    rest = body[at:]
    ways = _ways(first, rest[1:], run.assumptions)
    if not ways or _is_too_much(run.ways * len(ways), size):
        return None
    if run.truth(run.evaluate(first.test)) is not None:
        return None

    def taking(assumptions: Facts) -> Callable[[], bool]:
        def way() -> bool:
            run.assumptions = assumptions
            return follow(rest)

        return way

    facts, many = run.assumptions, run.ways
    run.ways = many * len(ways)
    try:
        return run.branch(*map(taking, ways))
    finally:
        run.assumptions, run.ways = facts, many


def _is_too_much(ways: int, size: int) -> bool:
    return ways > WAYS_LIMIT or ways * size > _SIZE_LIMIT


def _ways(statement: ast.If, rest: Sequence[ast.stmt], known: Facts) -> list[Facts]:
    """The answers to follow one by one from ``statement`` on; empty when ``rest`` asks no more."""
    chain = list(_chain(statement))
    asked = {_subject(test) for test in chain}
    if any(answer(test, known) is not None for test in chain) or None in asked:
        return []
    if len(chain) >= _LIMIT_OF_ONE or not _asked_again(asked, rest):
        return []
    if any(_binds(part, chain) for part in (statement, *rest)):
        return []
    found: list[Facts] = []
    no: dict[str, bool] = {}
    for test in chain:
        found.append({**known, **no, ast.unparse(test): True})
        no[ast.unparse(test)] = False
    return [*found, {**known, **no}]


def answer(test: ast.expr, known: Facts) -> bool | None:
    """What is known of a condition: it was asked before, or another one rules it out."""
    if not known:
        return None
    opposite = _opposite(test)
    if opposite is not None:
        found = answer(opposite, known)
        return None if found is None else not found
    text = ast.unparse(test)
    return known[text] if text in known else _ruled_out(test, known)


def _opposite(test: ast.expr) -> ast.expr | None:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.NotEq) and len(test.ops) == 1:
        return ast.Compare(test.left, [ast.Eq()], test.comparators)
    return None


def _ruled_out(test: ast.expr, known: Facts) -> bool | None:
    """False when the subject is known to equal another constant."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    if not isinstance(test.ops[0], ast.Eq) or not isinstance(test.comparators[0], ast.Constant):
        return None
    equal = ast.unparse(test.left) + " == "
    return False if any(holds and fact.startswith(equal) for fact, holds in known.items()) else None


def _chain(statement: ast.If) -> Iterator[ast.expr]:
    """The conditions of an ``if`` and its ``elif``."""
    yield statement.test
    if len(statement.orelse) == 1 and isinstance(statement.orelse[0], ast.If):
        yield from _chain(statement.orelse[0])


def _subject(test: ast.expr) -> str | None:
    """What a condition is about, when asking it changes nothing; else None."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _subject(test.operand)
    if any(_acts(part) for part in ast.walk(test)) or isinstance(test, ast.Constant):
        return None
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return ast.unparse(test.left) if isinstance(test.comparators[0], _CONSTANT) else None
    return ast.unparse(test)


def _acts(part: ast.AST) -> bool:
    """Whether a part of a condition does something, so that its answer may change."""
    if isinstance(part, ast.Call):
        return not (isinstance(part.func, ast.Attribute) and part.func.attr in _PURE_METHODS)
    return isinstance(part, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Lambda))


def _asked_again(asked: set[str | None], rest: Sequence[ast.stmt]) -> bool:
    return any(
        isinstance(part, (ast.If, ast.IfExp)) and _subject(part.test) in asked
        for statement in rest
        for part in _own_parts(statement)
    )


def _binds(statement: ast.stmt, tests: Sequence[ast.expr]) -> bool:
    """Whether a statement gives a new value to something that one of ``tests`` asks for."""
    asked = {
        ast.unparse(part) for test in tests for part in ast.walk(test) if isinstance(part, _PLACES)
    }
    return any(
        isinstance(part, _PLACES) and isinstance(part.ctx, ast.Store) and ast.unparse(part) in asked
        for part in _own_parts(statement)
    )


def _own_parts(statement: ast.AST) -> Iterator[ast.AST]:
    """A statement and all inside it, but for the functions and classes that it defines."""
    waiting = [statement]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, _DEFINITIONS):
            yield part
            waiting += ast.iter_child_nodes(part)
