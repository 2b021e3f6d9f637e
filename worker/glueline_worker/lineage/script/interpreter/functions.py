"""The script's own functions and classes: what a call of them does."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from glueline_worker.lineage.script.domain.alternatives import join_values
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.limits import report_limit
from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    Class,
    External,
    Frame,
    Function,
    Instance,
    Value,
    VariableScope,
)
from glueline_worker.lineage.script.interpreter import assignments, command_line
from glueline_worker.lineage.script.interpreter.conditions import carry_assumptions
from glueline_worker.lineage.script.source.parser import is_empty

_CALL_DEPTH = 16
"""Functions of the script within one another."""
_REPEATS = 2
"""How often a function may be on the stack at once."""
_DECIDED_REPEATS = 6
"""The same where it is known to go on: with the struct in a struct, or a frame's new columns."""


def make_function(reading: Reading, node: Any, name: str) -> Function:
    """Make a function of the script, with its defaults as they are now."""
    defaults = tuple(reading.evaluate(default) for default in node.args.defaults)
    keyword = tuple(
        UNKNOWN if default is None else reading.evaluate(default)
        for default in node.args.kw_defaults
    )
    if getattr(node, "decorator_list", None) and command_line.is_command(node):
        positional = [*node.args.posonlyargs, *node.args.args]
        defaults = command_line.list_defaults(reading, node, positional, defaults)
        keyword = command_line.list_defaults(reading, node, node.args.kwonlyargs, keyword)
    return Function(node, reading.scope, name, defaults, keyword)


def invoke(
    reading: Reading, function: Function, args: list[Value], kwargs: dict[str, Value]
) -> Value:
    """Call a function of the script."""
    node = function.node
    reading.called.add(node)
    if _is_too_deep(reading, node, [*args, *kwargs.values()]) or is_empty(node):
        return reading.state.unite_frames([*args, *kwargs.values()]) or UNKNOWN
    if function.scope.place != reading.state.module:
        with reading.state.enter_module(function.scope.place):
            return _enter(reading, function, args, kwargs)
    return _enter(reading, function, args, kwargs)


def _enter(
    reading: Reading, function: Function, args: list[Value], kwargs: dict[str, Value]
) -> Value:
    node = function.node
    scope = VariableScope(function.scope)
    line, outer, assumptions = reading.state.line, reading.scope, reading.assumptions
    assignments.bind_parameters(reading, function, scope, args, kwargs)
    reading.stack.append(node)
    reading.forks_at_call.append(reading.forks)
    inside = carry_assumptions(reading, function, scope)
    reading.scope, reading.assumptions = scope, inside
    reading.returns.append([])
    try:
        result = _run_body(reading, node, scope)
        if "contextmanager" in function.decorators and isinstance(result, list):
            result = result[0]
    finally:
        reading.returns.pop()
        reading.scope, reading.assumptions = outer, assumptions
        reading.stack.pop()
        reading.forks_at_call.pop()
        reading.state.line = line
    return result


def _is_too_deep(reading: Reading, node: ast.AST, given: Sequence[Value]) -> bool:
    """Tell whether a call is not followed any more: what it is given flows through it then."""
    if len(reading.stack) >= _CALL_DEPTH:
        report_limit(f"calls within more than {_CALL_DEPTH} others are not followed")
        return True
    repeats = reading.stack.count(node)
    if repeats < _REPEATS:
        return False
    if repeats < _DECIDED_REPEATS and (
        any(map(_is_finite, given)) or _is_decided(reading, node, given)
    ):
        return False
    if any(isinstance(value, (list, tuple, dict)) and value for value in given):
        # With a list that gets shorter, each call may read and write something else.
        report_limit(f"a function that calls itself is followed {_REPEATS} times only")
    return True


def _is_decided(reading: Reading, node: ast.AST, given: Sequence[Value]) -> bool:
    """Tell whether each condition on the way to a frame's next turn is known to hold."""
    first = reading.forks_at_call[reading.stack.index(node)]
    return first == reading.forks and any(isinstance(value, Frame) for value in given)


def _is_finite(value: Value) -> bool:
    return isinstance(value, LibraryObject) and value.is_finite


def _run_body(reading: Reading, node: ast.AST, scope: VariableScope) -> Value:
    if isinstance(node, ast.Lambda):
        return reading.evaluate(node.body)
    reading.run(node.body)  # type: ignore[attr-defined]
    if scope.yields:
        return list(scope.yields)
    # Where a value is returned at all, falling off the end is an error path of its own.
    found = [value for value in reading.returns[-1] if value is not None]
    if any(isinstance(value, str) and value for value in found):
        # Beside a default, what cannot be known says nothing.
        found = [value for value in found if not _is_unknown(value)]
    return join_values(found) if found else None


def _is_unknown(value: Value) -> bool:
    return isinstance(value, External) and value.label == "unknown"


def instantiate(
    reading: Reading, cls: Class, args: list[Value], kwargs: dict[str, Value]
) -> Instance:
    """Return ``cls(*args, **kwargs)``."""
    made = Instance(cls)
    initializer = cls.find("__init__")
    if isinstance(initializer, Function):
        reading.invoke(initializer.bind(made), args, kwargs)
    elif cls.fields:
        made.attributes.update(zip(cls.fields, args, strict=False))
        made.attributes.update(kwargs)
        after = cls.find("__post_init__")
        if isinstance(after, Function):
            reading.invoke(after.bind(made), [], {})
    return made
