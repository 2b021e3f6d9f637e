"""Comparisons: decided only where both sides are known for certain."""

from __future__ import annotations

import ast
from typing import Any

from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.template_text import has_placeholder
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    Class,
    ColumnList,
    External,
    Frame,
    Function,
    GivenDict,
    GivenList,
    Instance,
    JobArgument,
    JobArguments,
    MinimumLength,
    OneOf,
    Value,
)


def get_truth(value: Value) -> bool | None:
    """Tell whether a condition holds; None when that is known only at run time."""
    if value is None or isinstance(value, bool):
        return value or False
    if isinstance(value, (str, int, float)):
        if isinstance(value, JobArgument) and value:
            return True  # a run may be started with another text, but hardly with none
        is_open = isinstance(value, MinimumLength) or has_placeholder(str(value))
        return None if is_open else bool(value)
    if isinstance(value, ColumnList):
        return bool(value)
    if isinstance(value, (GivenList, GivenDict)):
        is_known = bool(value) and not value.is_changed
    else:
        is_known = isinstance(value, (Function, Class, Instance, LibraryObject))
    return True if is_known else None


def compare(op: ast.cmpop, left: Value, right: Value) -> Value:  # noqa: PLR0911 - one for each kind
    """Return ``left op right`` where both are known for certain."""
    if isinstance(left, LibraryObject) and right is not None:
        return _compare_object(op, left, right)
    if isinstance(op, (ast.Is, ast.IsNot)) or right is None or left is None:
        return _compare_identity(op, left, right)
    if isinstance(op, (ast.In, ast.NotIn)):
        return _compare_membership(op, left, right)
    if isinstance(left, MinimumLength) and isinstance(right, int):
        return _compare_length(op, int(left), int(right))
    if not _is_certain(left) or not _is_certain(right):
        return UNKNOWN
    try:
        return bool(_COMPARISONS[type(op)](left, right))
    except (TypeError, KeyError):
        return UNKNOWN


def _compare_object(op: ast.cmpop, left: LibraryObject, right: Value) -> Value:
    """Compare an object of a library, which knows what it equals."""
    same: bool | None = None
    if isinstance(op, (ast.Eq, ast.NotEq, ast.Is, ast.IsNot)):
        same = left.equals(right)
    elif isinstance(op, (ast.In, ast.NotIn)) and isinstance(right, (list, tuple)):
        found = [left.equals(item) for item in right]
        same = True if True in found else None if None in found else False
    return UNKNOWN if same is None else same == isinstance(op, (ast.Eq, ast.Is, ast.In))


def _compare_length(op: ast.cmpop, least: int, right: int) -> Value:
    """Compare a length, of which only the lower bound is known."""
    if isinstance(op, ast.GtE):
        return True if least >= right else UNKNOWN
    if isinstance(op, ast.Lt):
        return False if least >= right else UNKNOWN
    if least <= right:
        return UNKNOWN
    return isinstance(op, (ast.Gt, ast.NotEq))


def _compare_identity(op: ast.cmpop, left: Value, right: Value) -> Value:
    if not isinstance(op, (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)):
        return UNKNOWN
    if isinstance(left, (OneOf, External, Frame)) or isinstance(right, (OneOf, External, Frame)):
        if right is None and isinstance(left, Frame):
            return isinstance(op, (ast.IsNot, ast.NotEq))
        return UNKNOWN
    if left is None or right is None or (isinstance(left, bool) and isinstance(right, bool)):
        same = left is right
        return same if isinstance(op, (ast.Is, ast.Eq)) else not same
    return UNKNOWN


def _compare_membership(op: ast.cmpop, left: Value, right: Value) -> Value:
    if isinstance(right, JobArguments) and left not in right:
        return UNKNOWN  # a run may have more
    if not _is_certain(left) or isinstance(right, (JobArgument, External)):
        return UNKNOWN
    if isinstance(right, dict) and all(_is_certain(key) for key in right):
        return (left in right) == isinstance(op, ast.In)
    if isinstance(right, (list, tuple)) and all(_is_certain(item) for item in right):
        return (left in right) == isinstance(op, ast.In)
    if isinstance(right, str) and isinstance(left, str) and not has_placeholder(right):
        return (left in right) == isinstance(op, ast.In)
    return UNKNOWN


def _is_certain(value: Value) -> bool:
    if isinstance(value, (JobArgument, MinimumLength)):
        return False
    if isinstance(value, str):
        return not has_placeholder(value)
    return isinstance(value, (bool, int, float, type(None)))


_COMPARISONS: dict[type[ast.cmpop], Any] = {
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
}
