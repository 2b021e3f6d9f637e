"""``match`` as the ``if`` statements that mean the same, so that one set of rules follows both."""

from __future__ import annotations

import ast
import builtins
from itertools import count

_PURE = (ast.Name, ast.Constant, ast.Attribute, ast.Subscript, ast.Tuple, ast.expr_context)
_PURE_METHODS = frozenset({"get", "lower", "upper", "strip", "casefold"})
_CASES_LIMIT = 100
_PARTS_LIMIT = 300
_NAME = "__subject_{}"
"""The variable of a subject that is computed once; no script has such a name."""


def unfold_matches(module: ast.Module) -> ast.Module:
    """Return the module with an ``if`` chain in place of each ``match``."""
    unfolded: ast.Module = _Unfolder().visit(module)
    return ast.fix_missing_locations(unfolded)


class _Unfolder(ast.NodeTransformer):
    def __init__(self) -> None:
        self._numbers = count(1)

    def visit_Match(self, node: ast.Match) -> list[ast.stmt]:
        self.generic_visit(node)
        subject, before = node.subject, list[ast.stmt]()
        if not all(map(_only_looks, ast.walk(subject))):
            name = _NAME.format(next(self._numbers))
            before = [ast.copy_location(_bind(name, subject), node)]
            subject = ast.Name(name, ast.Load())
        return [*before, *_unfold_cases(subject, node.cases, node)]


def _only_looks(part: ast.AST) -> bool:
    if isinstance(part, ast.Call):
        return isinstance(part.func, ast.Attribute) and part.func.attr in _PURE_METHODS
    return isinstance(part, _PURE)


def _unfold_cases(subject: ast.expr, cases: list[ast.match_case], node: ast.stmt) -> list[ast.stmt]:
    if len(cases) > _CASES_LIMIT:  # so many would be nested too deeply
        each = (_unfold_case(subject, case, [], node) for case in cases)
        return [statement for statements in each for statement in statements]
    rest: list[ast.stmt] = []
    for case in reversed(cases):
        rest = _unfold_case(subject, case, rest, node)
    return rest


def _unfold_case(
    subject: ast.expr, case: ast.match_case, rest: list[ast.stmt], node: ast.stmt
) -> list[ast.stmt]:
    """Return the statements of one case, with ``rest`` where it does not fit."""
    pattern = _Pattern.read(case.pattern, subject)
    bound: list[ast.stmt] = [_bind(name, value) for name, value in pattern.bound]
    if case.guard is not None and bound:
        # The guard may look at what the pattern has named.
        inner = [*bound, ast.If(case.guard, case.body, rest)]
    else:
        pattern.tests += [case.guard] if case.guard is not None else []
        inner = [*bound, *case.body]
    found: list[ast.stmt] = inner
    if pattern.tests:
        found = [ast.If(_join(pattern.tests), inner, rest)]
    for statement in (*inner, *found):
        if not hasattr(statement, "lineno"):
            ast.copy_location(statement, node)
    return found


class _Pattern:
    """What a pattern asks of its subject, and the names that it gives."""

    def __init__(self) -> None:
        self.tests: list[ast.expr] = []
        self.bound: list[tuple[str, ast.expr]] = []

    @classmethod
    def read(cls, pattern: ast.pattern, subject: ast.expr) -> _Pattern:
        """Read a pattern; of a huge one only a run knows whether it fits."""
        found = cls()
        if sum(1 for _ in ast.walk(pattern)) > _PARTS_LIMIT:
            found.tests.append(ast.Constant(...))
        else:
            found.add(pattern, subject)
        return found

    def add(self, pattern: ast.pattern, subject: ast.expr) -> None:
        """Add a pattern for ``subject``."""
        if isinstance(pattern, ast.MatchValue):
            self.tests.append(ast.Compare(subject, [ast.Eq()], [pattern.value]))
        elif isinstance(pattern, ast.MatchSingleton):
            constant = ast.Constant(pattern.value)
            self.tests.append(ast.Compare(subject, [ast.Is()], [constant]))
        elif isinstance(pattern, ast.MatchAs):
            if pattern.pattern is not None:
                self.add(pattern.pattern, subject)
            if pattern.name is not None:
                self.bound.append((pattern.name, subject))
        elif isinstance(pattern, ast.MatchOr):
            self._add_alternatives(pattern, subject)
        elif isinstance(pattern, ast.MatchSequence):
            self._add_sequence(pattern, subject)
        elif isinstance(pattern, ast.MatchMapping):
            self._add_mapping(pattern, subject)
        elif isinstance(pattern, ast.MatchClass):
            self._add_class(pattern, subject)

    def _add_alternatives(self, pattern: ast.MatchOr, subject: ast.expr) -> None:
        values = [part.value for part in pattern.patterns if isinstance(part, ast.MatchValue)]
        if len(values) == len(pattern.patterns):
            choice = ast.Tuple(values, ast.Load())
            self.tests.append(ast.Compare(subject, [ast.In()], [choice]))
            return
        options = []
        for part in pattern.patterns:
            option = _Pattern()
            option.add(part, subject)
            self.bound += option.bound
            options.append(_join(option.tests) if option.tests else ast.Constant(value=True))
        self.tests.append(ast.BoolOp(ast.Or(), options))

    def _add_sequence(self, pattern: ast.MatchSequence, subject: ast.expr) -> None:
        parts = pattern.patterns
        star = next((at for at, part in enumerate(parts) if isinstance(part, ast.MatchStar)), None)
        items = subject.elts if isinstance(subject, ast.Tuple) else None
        if items is None or star is not None or len(items) != len(parts):
            least = len(parts) - (star is not None)
            size = _call("len", subject)
            op = ast.Eq() if star is None else ast.GtE()
            self.tests.append(ast.Compare(size, [op], [ast.Constant(least)]))
            items = None
        for at, part in enumerate(parts):
            behind = star is not None and at > star
            position = ast.Constant(at - len(parts) if behind else at)
            if isinstance(part, ast.MatchStar):
                end = at + 1 - len(parts)
                stop = ast.Constant(end) if end else None
                if part.name is not None:
                    rest = ast.Slice(ast.Constant(at), stop)
                    self.bound.append((part.name, ast.Subscript(subject, rest, ast.Load())))
            else:
                self.add(part, items[at] if items else ast.Subscript(subject, position, ast.Load()))

    def _add_mapping(self, pattern: ast.MatchMapping, subject: ast.expr) -> None:
        for key, part in zip(pattern.keys, pattern.patterns, strict=True):
            self.tests.append(ast.Compare(key, [ast.In()], [subject]))
            self.add(part, ast.Subscript(subject, key, ast.Load()))
        if pattern.rest is not None:
            self.bound.append((pattern.rest, subject))

    def _add_class(self, pattern: ast.MatchClass, subject: ast.expr) -> None:
        self.tests.append(_call("isinstance", subject, pattern.cls))
        for name, part in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
            self.add(part, ast.Attribute(subject, name, ast.Load()))
        is_builtin = isinstance(pattern.cls, ast.Name) and hasattr(builtins, pattern.cls.id)
        for part in pattern.patterns:  # of a builtin such as `str(text)` it is the subject itself
            self.add(part, subject if is_builtin else ast.Constant(...))


def _bind(name: str, value: ast.expr) -> ast.Assign:
    return ast.Assign([ast.Name(name, ast.Store())], value)


def _call(function: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(function, ast.Load()), list(args), [])


def _join(tests: list[ast.expr]) -> ast.expr:
    return tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)


__all__ = ["unfold_matches"]
