"""Definitions of functions and classes, and who is told about them."""

from __future__ import annotations

import ast

from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.values import (
    Class,
    Function,
    Instance,
    Module,
    VariableScope,
)
from glueline_worker.lineage.script.interpreter.functions import make_function
from glueline_worker.lineage.script.interpreter.variables import bind_variable


def define_function(reading: Reading, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Run ``def``."""
    made = make_function(reading, node, node.name)
    bind_variable(reading, node.name, made)
    for decorator in reversed(node.decorator_list):
        _decorate(reading, decorator, made)
    return True


def _decorate(reading: Reading, decorator: ast.expr, made: Function | Class) -> None:
    """Call a decorator of the script for what it does, such as to register what it decorates."""
    name = decorator.func if isinstance(decorator, ast.Call) else decorator
    if not isinstance(name, (ast.Name, ast.Attribute)) or not _is_own(reading, name):
        return
    value = reading.evaluate(decorator)
    if isinstance(value, Function):
        reading.invoke(value, [made], {})


def _is_own(reading: Reading, name: ast.Name | ast.Attribute) -> bool:
    """Tell whether a decorator is a function of the script, or a method of its objects."""
    if isinstance(name, ast.Attribute):
        owner = reading.evaluate(name.value) if isinstance(name.value, ast.Name) else None
        if not isinstance(owner, (Class, Instance, Module)):
            return False
    return isinstance(reading.evaluate(name), Function)


def define_class(reading: Reading, node: ast.ClassDef) -> bool:
    """Run ``class``."""
    bases = tuple(reading.evaluate(base) for base in node.bases)
    scope = VariableScope(reading.scope)
    outer, reading.scope = reading.scope, scope
    try:
        reading.run(node.body)
    finally:
        reading.scope = outer
    fields = tuple(
        item.target.id
        for item in node.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
    )
    made = Class(node.name, bases, scope, fields)
    for value in scope.vars.values():
        if isinstance(value, Function):
            value.owner = made
    bind_variable(reading, node.name, made)
    _announce(reading, node, made)
    for decorator in reversed(node.decorator_list):
        _decorate(reading, decorator, made)
    return True


def _announce(reading: Reading, node: ast.ClassDef, made: Class) -> None:
    """Tell the bases of a new class about it, as Python does."""
    for base in made.bases:
        if isinstance(base, Class):
            reading.state.journal.touch(base.subclasses)
            base.subclasses.append(made)
    hook = next((b.find("__init_subclass__") for b in made.bases if isinstance(b, Class)), None)
    if isinstance(hook, Function):
        given = {word.arg: reading.evaluate(word.value) for word in node.keywords if word.arg}
        given.pop("metaclass", None)
        reading.invoke(hook.bind(made), [], given)
