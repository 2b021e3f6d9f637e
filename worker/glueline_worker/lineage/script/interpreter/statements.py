"""Statements: running a script over abstract values, without executing any of it."""

import ast
from collections.abc import Callable, Sequence
from typing import ClassVar

from glueline_worker.lineage.script.domain.journal import PathOutcome
from glueline_worker.lineage.script.domain.limits import report_limit
from glueline_worker.lineage.script.domain.state import ReadingExhausted, State
from glueline_worker.lineage.script.domain.template_text import has_placeholder
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    Class,
    External,
    Function,
    Instance,
    JobArgument,
    LibraryObject,
    MinimumLength,
    Value,
    VariableScope,
    join_values,
)
from glueline_worker.lineage.script.interpreter import assignments, loops, path_conditions
from glueline_worker.lineage.script.interpreter.expressions import Evaluator
from glueline_worker.lineage.script.source.parser import is_empty

CALL_DEPTH = 16
"""Functions of the script within one another."""
REPEATS = 2
"""How often a function may be on the stack at once."""


def _is_unknown(value: Value) -> bool:
    return isinstance(value, External) and value.label == "unknown"


class Interpreter(Evaluator):
    """Runs statements; each ``_statement`` method says whether what follows it is reached."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.returns: list[list[Value]] = []

    def follow_module(self, module: ast.Module) -> None:
        """Run the script; a statement that cannot be followed costs only itself."""
        self._run_all(module.body)

    def _run_all(self, body: Sequence[ast.stmt]) -> bool:
        for at, statement in enumerate(body):
            try:
                if path_conditions.divide(self, body, at, self._run_all) is not None:
                    return True
                self.run([statement])
            except RecursionError:
                self.state.line = statement.lineno
                self.state.leave_out("nested too deeply to be followed")
            except ReadingExhausted:
                raise
            except Exception as error:  # noqa: BLE001 - our defect costs a statement, not the job
                self.state.line = statement.lineno
                defect = type(error).__name__
                self.state.leave_out(f"not followed, by a defect of the reader: {defect}")
        return True

    def run(self, body: Sequence[ast.stmt]) -> bool:
        """Run statements; False when a return, raise, break or continue ends them."""
        for at, statement in enumerate(body):
            self.state.charge()
            self.state.line = statement.lineno
            goes_on = path_conditions.divide(self, body, at, self.run)
            if goes_on is not None:
                return goes_on
            handler = self._statements.get(type(statement))
            if handler is not None and not handler(self, statement):
                return False
        return True

    def branch(self, *ways: Callable[[], bool]) -> bool:
        """Run alternatives from one state and join what they leave."""
        broke = False

        def followed(way: Callable[[], bool]) -> Callable[[], PathOutcome]:
            def run() -> PathOutcome:
                nonlocal broke
                self.broke = False
                goes_on = way()
                broke = broke or self.broke
                return PathOutcome(goes_on, keeps=goes_on or self.broke)

            return run

        reached = self.state.journal.branch([followed(way) for way in ways], self.scope.vars)
        self.broke = broke
        return reached

    # Calls of the script's own functions

    def invoke(self, function: Function, args: list[Value], kwargs: dict[str, Value]) -> Value:
        """Call a function of the script."""
        node = function.node
        self.called.add(node)
        if self._is_deep(node, [*args, *kwargs.values()]) or is_empty(node):
            return self.state.unite_frames([*args, *kwargs.values()]) or UNKNOWN
        scope = VariableScope(function.scope)
        line, outer, assumptions = self.state.line, self.scope, self.assumptions
        assignments.bind_parameters(self, function, scope, args, kwargs)
        self.stack.append(node)
        self.scope, self.assumptions = scope, {}
        self.returns.append([])
        try:
            result = self._body(node, scope)
            if "contextmanager" in function.decorators and isinstance(result, list):
                result = result[0]
        finally:
            self.returns.pop()
            self.scope, self.assumptions = outer, assumptions
            self.stack.pop()
            self.state.line = line
        return result

    def _is_deep(self, node: ast.AST, given: Sequence[Value]) -> bool:
        """Whether a call is not followed any more: what it is given flows through it then."""
        if len(self.stack) >= CALL_DEPTH:
            report_limit(f"calls within more than {CALL_DEPTH} others are not followed")
            return True
        if self.stack.count(node) < REPEATS:
            return False
        if any(isinstance(value, (list, tuple, dict)) and value for value in given):
            # With a list that gets shorter, each call may read and write something else.
            report_limit(f"a function that calls itself is followed {REPEATS} times only")
        return True

    def _body(self, node: ast.AST, scope: VariableScope) -> Value:
        if isinstance(node, ast.Lambda):
            return self.evaluate(node.body)
        self.run(node.body)  # type: ignore[attr-defined]
        if scope.yields:
            return list(scope.yields)
        # Where a value is returned at all, falling off the end is an error path of its own.
        found = [value for value in self.returns[-1] if value is not None]
        if any(isinstance(value, str) and value for value in found):
            # Beside a default, what cannot be known says nothing.
            found = [value for value in found if not _is_unknown(value)]
        return join_values(found) if found else None

    # Statements

    def _expression(self, node: ast.Expr) -> bool:
        self.evaluate(node.value)
        return True

    def _assign(self, node: ast.Assign) -> bool:
        value = self.evaluate(node.value)
        for target in node.targets:
            assignments.assign(self, target, value)
        return True

    def _annotated(self, node: ast.AnnAssign) -> bool:
        if node.value is not None:
            assignments.assign(self, node.target, self.evaluate(node.value))
        return True

    def _augmented(self, node: ast.AugAssign) -> bool:
        assignments.augment(self, node)
        return True

    def _if(self, node: ast.If) -> bool:
        decided = path_conditions.decide(self, node.test)
        if decided is not None:
            return self.run(node.body if decided else node.orelse)
        return self.branch(lambda: self.run(node.body), lambda: self.run(node.orelse))

    def _try(self, node: ast.Try) -> bool:
        def body() -> bool:
            return self.run(node.body) and self.run(node.orelse)

        self.broke = False
        reached, broke = body(), self.broke

        def through() -> bool:
            self.broke = broke
            return reached

        if node.handlers:
            # A handler starts from what the body had done by then: at most all of it.
            ways = [lambda handler=handler: self._handle(handler) for handler in node.handlers]
            reached, broke = self.branch(through, *ways), self.broke
        ended = not self.run(node.finalbody)
        self.broke = broke
        return reached and not ended

    def _handle(self, handler: ast.ExceptHandler) -> bool:
        if handler.name:
            self.state.journal.touch(self.scope.vars)
            self.scope.vars[handler.name] = External("exception")
        return self.run(handler.body)

    def _with(self, node: ast.With) -> bool:
        for item in node.items:
            value = self.evaluate(item.context_expr)
            if isinstance(value, Instance):
                value = self.call_method(value, "__enter__", [], {}) or value
            if item.optional_vars is not None:
                assignments.assign(self, item.optional_vars, value)
        return self.run(node.body)

    def _match(self, node: ast.Match) -> bool:
        subject = self.evaluate(node.subject)

        def way(case: ast.match_case) -> Callable[[], bool]:
            def run() -> bool:
                assignments.capture(self, case.pattern, subject)
                return self.run(case.body)

            return run

        return self.branch(*(way(case) for case in node.cases), lambda: True)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        self.bind(node.name, self.make_function(node, node.name))
        return True

    def _class(self, node: ast.ClassDef) -> bool:
        bases = tuple(self.evaluate(base) for base in node.bases)
        scope = VariableScope(self.scope)
        outer, self.scope = self.scope, scope
        try:
            self.run(node.body)
        finally:
            self.scope = outer
        fields = tuple(
            item.target.id
            for item in node.body
            if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
        )
        made = Class(node.name, bases, scope, fields)
        for value in scope.vars.values():
            if isinstance(value, Function):
                value.owner = made
        self.bind(node.name, made)
        return True

    def _return(self, node: ast.Return) -> bool:
        value = self.evaluate(node.value) if node.value is not None else None
        self.broke = False
        if self.returns:
            self.returns[-1].append(value)
        return False

    def _import(self, node: ast.Import) -> bool:
        for name in node.names:
            path = name.name if name.asname else name.name.split(".")[0]
            self.bind(name.asname or path, External(path))
        return True

    def _import_from(self, node: ast.ImportFrom) -> bool:
        for name in node.names:
            if name.name != "*":
                self.bind(name.asname or name.name, External(f"{node.module or ''}.{name.name}"))
        return True

    def _global(self, node: ast.Global | ast.Nonlocal) -> bool:
        self.scope.globals.update(node.names)
        return True

    def _delete(self, node: ast.Delete) -> bool:
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                box, key = self.evaluate(target.value), self.evaluate(target.slice)
                if isinstance(box, dict) and isinstance(key, str):
                    self.state.journal.touch(box)
                    box.pop(key, None)
        return True

    def _end(self, node: ast.stmt) -> bool:
        if isinstance(node, ast.Raise) and node.exc is not None:
            self.evaluate(node.exc)
        self.broke = isinstance(node, (ast.Break, ast.Continue))
        return False

    def _for(self, node: ast.For | ast.AsyncFor) -> bool:
        return loops.run_for(self, node)

    def _while(self, node: ast.While) -> bool:
        return loops.run_while(self, node)

    def truth(self, value: Value) -> bool | None:
        """Whether a condition holds; None when that is known only at run time."""
        if value is None or isinstance(value, bool):
            return value or False
        if isinstance(value, (str, int, float)):
            open_ended = isinstance(value, (JobArgument, MinimumLength)) or has_placeholder(
                str(value)
            )
            return None if open_ended else bool(value)
        if isinstance(value, (Function, Class, Instance, LibraryObject)):
            return True
        return None

    _statements: ClassVar[dict[type[ast.stmt], Callable[..., bool]]] = {
        ast.Expr: _expression,
        ast.Assign: _assign,
        ast.AnnAssign: _annotated,
        ast.AugAssign: _augmented,
        ast.If: _if,
        ast.For: _for,
        ast.AsyncFor: _for,
        ast.While: _while,
        ast.Try: _try,
        ast.TryStar: _try,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.Match: _match,
        ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function,
        ast.ClassDef: _class,
        ast.Return: _return,
        ast.Import: _import,
        ast.ImportFrom: _import_from,
        ast.Global: _global,
        ast.Nonlocal: _global,
        ast.Delete: _delete,
        ast.Raise: _end,
        ast.Break: _end,
        ast.Continue: _end,
    }
