"""Defaults: what ``except`` puts in the place of a setting that was not found.

``try: bucket = args["bucket"]`` with ``except: bucket = "test"`` names one bucket. The job is
started with the argument, and the text in ``except`` is for those who run the script elsewhere.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.values import (
    MISSING,
    NESTING_LIMIT,
    Class,
    Column,
    External,
    Frame,
    Function,
    Instance,
    JobArgument,
    JobArguments,
    OneOf,
    Value,
)
from glueline_worker.lineage.script.interpreter.assignments import assign
from glueline_worker.lineage.script.source.parser import OPEN
from glueline_worker.lineage.script.source.tree import list_own_parts

_SETTINGS = ("arg:", "env:")
_SETTING_PLACEHOLDERS = tuple(f"{OPEN}{kind}" for kind in _SETTINGS)
_NO_TEXT = (Frame, Column, LibraryObject, Instance, Function, Class)

Settings = list[tuple[ast.expr, Value]]
"""Targets of assignments, and what was put there."""


def list_settings(reading: Reading, node: ast.Try) -> Settings:
    """List what the body of a ``try`` looked up and a handler gives a default for."""
    defaults = {
        ast.unparse(target) for handler in node.handlers for target in _list_targets(handler)
    }
    if not defaults:
        return []
    found: dict[str, tuple[ast.expr, Value]] = {}
    for statement in node.body:
        for target in _list_targets(statement):
            text = ast.unparse(target)
            if text in defaults and _is_bound(reading, target):
                found[text] = target, reading.evaluate(target)
    return [(target, value) for target, value in found.values() if is_setting(value)]


def keep_settings(reading: Reading, settings: Settings) -> None:
    """Put settings back where a default stands beside them."""
    for target, value in settings:
        now = reading.evaluate(target)
        is_mixed = isinstance(now, (OneOf, dict)) and now is not value
        if is_mixed and is_default(now):
            assign(reading, target, value)


def _list_targets(statement: ast.AST) -> Iterator[ast.expr]:
    """List the variables and attributes that a statement assigns."""
    for part in list_own_parts(statement):
        if isinstance(part, (ast.Name, ast.Attribute)) and isinstance(part.ctx, ast.Store):
            yield part


def _is_bound(reading: Reading, target: ast.expr) -> bool:
    if isinstance(target, ast.Name):
        return reading.scope.find(target.id) is not MISSING
    return isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)


def drop_defaults(found: list[Value], first: int, of_handlers: int) -> None:
    """Drop the values that handlers return, if the body of the ``try`` returned a setting."""
    if any(map(is_setting, found[first:of_handlers])):
        found[of_handlers:] = [value for value in found[of_handlers:] if not is_default(value)]


def is_setting(value: Value, depth: int = 0) -> bool:
    """Tell whether a value was looked up in the job's arguments or in the environment."""
    if isinstance(value, str):
        return isinstance(value, JobArgument) or any(
            mark in value for mark in _SETTING_PLACEHOLDERS
        )
    if isinstance(value, External):
        return value.label.startswith(_SETTINGS)
    if isinstance(value, JobArguments):
        return bool(value)
    if depth < NESTING_LIMIT and isinstance(value, (dict, list, tuple, OneOf)):
        return any(is_setting(part, depth + 1) for part in _list_parts(value))
    return False


def is_default(value: Value, depth: int = 0) -> bool:
    """Tell whether a value is a text, a figure or a collection of such, without data in it."""
    if isinstance(value, (dict, list, tuple, OneOf)):
        return depth < NESTING_LIMIT and all(is_default(p, depth + 1) for p in _list_parts(value))
    return not isinstance(value, _NO_TEXT)


def _list_parts(value: Value) -> list[Value]:
    if isinstance(value, OneOf):
        return list(value.options)
    return list(value.values() if isinstance(value, dict) else value)
