"""Conditions: what a script asks, whether asking changes anything, and what is asked again.

A condition that only looks has one answer, however often it is asked: ``mode == "full"``, also
``setting("STAGE") == "local"`` with a function of the script that does nothing but look.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.values import (
    MISSING,
    UNKNOWN,
    Class,
    Function,
    Instance,
    VariableScope,
)
from glueline_worker.lineage.script.source.tree import list_own_parts, walk
from glueline_worker.lineage.word_sets import split_words

Assumptions = Mapping[str, bool]
"""What is taken for granted: conditions by their text, and whether they hold."""

_PURE = split_words(
    "all any bool casefold endswith environ float format get getResolvedOptions getenv int "
    "isinstance join len lower lstrip replace rsplit rstrip split startswith str strip upper"
)
"""Functions and methods that only look."""
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_PLACES = (ast.Name, ast.Attribute, ast.Subscript)
_CONSTANT = (ast.Constant, ast.Tuple, ast.List, ast.Set)
_ASKING = frozenset(
    {ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return, ast.Try, ast.With}
)
_IF = re.compile(r"if\b")
_IN_A_WORD = re.compile(r"\w")
_NESTING = 4
"""Functions within one another that are looked into."""


def list_tests(reading: Reading, statement: ast.stmt) -> Sequence[ast.expr]:
    """List the conditions of an ``if`` with its ``elif``, or the first one inside a statement."""
    found = reading.tests.get(statement)
    if found is None:
        if isinstance(statement, ast.If):
            found = tuple(_walk_chain(statement))
        else:
            found = _list_inner_tests(reading, statement) if type(statement) in _ASKING else ()
        reading.tests[statement] = found
    return found


def _list_inner_tests(reading: Reading, statement: ast.stmt) -> Sequence[ast.expr]:
    if not _may_ask(reading, statement):
        return ()
    if isinstance(statement, (ast.Try, ast.With)):
        return next(filter(None, (list_tests(reading, part) for part in statement.body)), ())
    first = next((part for part in walk(statement) if isinstance(part, ast.IfExp)), None)
    return () if first is None else (first.test,)


def list_lines_with_if(text: str) -> list[int]:
    """List the lines with the word ``if``, so that few statements are searched for it."""
    found: list[int] = []
    number, at = 1, 0
    for word in _IF.finditer(text):  # which looks for "if" first, many times as fast as for \b
        if word.start() and _IN_A_WORD.match(text, word.start() - 1):
            continue
        number += text.count("\n", at, word.start())
        at = word.start()
        found.append(number)
    return found


def _may_ask(reading: Reading, statement: ast.stmt) -> bool:
    lines = reading.lines_with_if.get(reading.scope.place, ())
    at = bisect_left(lines, statement.lineno)
    return at < len(lines) and lines[at] <= (statement.end_lineno or statement.lineno)


def _walk_chain(statement: ast.If) -> Iterator[ast.expr]:
    yield statement.test
    while len(statement.orelse) == 1 and isinstance(statement.orelse[0], ast.If):
        statement = statement.orelse[0]
        yield statement.test


def find_subject(reading: Reading, test: ast.expr) -> str | None:
    """Find the subject of a condition; None when asking it changes something."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return find_subject(reading, test.operand)
    if isinstance(test, ast.Constant) or _has_effect(reading, test, 0):
        return None
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return ast.unparse(test.left) if isinstance(test.comparators[0], _CONSTANT) else None
    return ast.unparse(test)


def _has_effect(reading: Reading, tree: ast.AST, depth: int) -> bool:
    """Tell whether a condition does something, so that its answer may change."""
    for part in walk(tree):
        if isinstance(part, ast.Call):
            if not _is_pure_call(reading, part, depth):
                return True
        elif isinstance(part, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Lambda)):
            return True
    return False


def _is_pure_call(reading: Reading, call: ast.Call, depth: int) -> bool:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr in _PURE
    if not isinstance(call.func, ast.Name):
        return False
    found = reading.scope.find(call.func.id)
    if not isinstance(found, Function):
        return call.func.id in _PURE
    body = getattr(found.node, "body", None)
    if depth >= _NESTING or not isinstance(body, list):
        return False
    return not any(_changes_anything(reading, statement, depth + 1) for statement in body)


def _changes_anything(reading: Reading, statement: ast.stmt, depth: int) -> bool:
    """Tell whether a statement of a function does more than to look and to compute."""
    outside = (ast.Global, ast.Nonlocal, ast.Delete, ast.With, ast.AsyncWith, *_DEFINITIONS)
    return any(
        isinstance(part, outside)
        or (isinstance(part, (ast.Attribute, ast.Subscript)) and isinstance(part.ctx, ast.Store))
        for part in walk(statement)
    ) or _has_effect(reading, statement, depth)


def is_asked_again(reading: Reading, asked: set[str], rest: Sequence[ast.stmt]) -> bool:
    """Tell whether a statement, or a function of the script that it calls, asks again."""
    seen: set[ast.AST] = set()
    waiting = list(rest)
    while waiting:
        tests, calls = _list_questions(reading, waiting.pop())
        if any(_find_known_subject(reading, test) in asked for test in tests):
            return True
        for call in calls:
            function = _find_function(reading, call)
            if function is not None and function not in seen:
                seen.add(function)
                waiting += getattr(function, "body", ())
    return False


def _list_questions(reading: Reading, statement: ast.stmt) -> tuple[list[ast.expr], list[ast.expr]]:
    """List the conditions in a statement, and the functions that it calls by their names."""
    found = reading.asking.get(statement)
    if found is None:
        parts = list_own_parts(statement)
        tests = [part.test for part in parts if isinstance(part, (ast.If, ast.IfExp))]
        functions = [part.func for part in parts if isinstance(part, ast.Call)]
        calls = [function for function in functions if _is_short(function)]
        found = reading.asking[statement] = tests, calls
    return found


def _is_short(target: ast.expr) -> bool:
    """Tell whether a call may be one of a function of the script: ``load`` or ``self.load``."""
    return isinstance(target, ast.Name) or (
        isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)
    )


def _find_known_subject(reading: Reading, test: ast.expr) -> str | None:
    if test not in reading.subjects:
        reading.subjects[test] = find_subject(reading, test)
    return reading.subjects[test]


def _find_function(reading: Reading, target: ast.expr) -> ast.AST | None:
    """Find the function of the script that ``target`` names: ``load`` or ``self.load``."""
    found = None
    if isinstance(target, ast.Name):
        found = reading.scope.find(target.id)
    elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        owner = reading.scope.find(target.value.id)
        owner = owner.cls if isinstance(owner, Instance) else owner
        found = owner.find(target.attr) if isinstance(owner, Class) else None
    if isinstance(found, Function) and isinstance(found.node, ast.FunctionDef):
        return found.node
    return None


def assigns(statement: ast.stmt, tests: Sequence[ast.expr]) -> bool:
    """Tell whether a statement changes something that one of ``tests`` asks for."""
    asked = {place for test in tests for place in _list_places(test)}
    return not asked.isdisjoint(_list_stored(statement))


def carry_assumptions(reading: Reading, function: Function, scope: VariableScope) -> Assumptions:
    """Return the assumptions that hold in a function too, as what they are about is the same."""
    if not reading.assumptions or isinstance(function.node, ast.Lambda):
        return {}
    stored = {place for part in function.node.body for place in _list_stored(part)}
    return {
        text: holds
        for text, holds in reading.assumptions.items()
        if stored.isdisjoint(_list_places_of(text))
        and all(
            _is_same_variable(name, reading.scope, scope)
            for name in _list_places_of(text)
            if name.isidentifier()
        )
    }


def _is_same_variable(name: str, outer: VariableScope, inner: VariableScope) -> bool:
    if _find_owner(name, outer) is _find_owner(name, inner):
        return True
    value = outer.find(name)
    return value is inner.find(name) and value is not UNKNOWN and value is not MISSING


def _find_owner(name: str, start: VariableScope) -> VariableScope | None:
    scope: VariableScope | None = start
    while scope is not None and name not in scope.vars:
        scope = scope.parent
    return scope


@lru_cache(maxsize=2_000)
def _list_places_of(text: str) -> frozenset[str]:
    return frozenset(_list_places(ast.parse(text, mode="eval")))


def _list_places(tree: ast.AST) -> Iterator[str]:
    """List the variables, attributes and items that an expression looks at."""
    return (ast.unparse(part) for part in walk(tree) if isinstance(part, _PLACES))


def _list_stored(statement: ast.AST) -> Iterator[str]:
    return (
        ast.unparse(part)
        for part in list_own_parts(statement)
        if isinstance(part, _PLACES) and isinstance(part.ctx, ast.Store)
    )


def find_answer(test: ast.expr, known: Assumptions) -> bool | None:
    """Find the answer to a condition that was asked before, or that another one rules out."""
    if not known:
        return None
    opposite = _negate(test)
    if opposite is not None:
        found = find_answer(opposite, known)
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
