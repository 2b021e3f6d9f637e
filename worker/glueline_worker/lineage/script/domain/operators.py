"""Operators on values."""

import ast
import operator
from collections.abc import Callable
from math import prod
from typing import Any

from glueline_worker.lineage.script.domain.columns import operate_columns
from glueline_worker.lineage.script.domain.data_text import keep_data
from glueline_worker.lineage.script.domain.date_parts import is_date, is_step
from glueline_worker.lineage.script.domain.library_object import LibraryObject
from glueline_worker.lineage.script.domain.limits import report_limit
from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.template_text import as_text, has_placeholder, limit_text
from glueline_worker.lineage.script.domain.text_formats import format_percent
from glueline_worker.lineage.script.domain.values import (
    UNKNOWN,
    Column,
    External,
    Frame,
    JobArgument,
    MinimumLength,
    Value,
)

_SEQUENCE_LIMIT = 5_000
_LARGE = 10**30


def operate(reading: Reading, op: ast.operator, left: Value, right: Value) -> Value:  # noqa: PLR0911 - one for each kind
    """Return ``left op right``."""
    reading.state.charge()
    if isinstance(left, Column) or isinstance(right, Column):
        return operate_columns(_SYMBOLS.get(type(op), "?"), left, right)
    has_frame = isinstance(left, Frame) or isinstance(right, Frame)
    if has_frame and not isinstance(left, str) and (figure := _get_figure(left, right)):
        return figure
    if has_frame and not isinstance(left, str) and not isinstance(right, str):
        return reading.state.transform([left, right])
    if isinstance(op, ast.Mod) and isinstance(left, str):
        return format_percent(left, right)
    if isinstance(op, ast.Add) and (isinstance(left, str) or isinstance(right, str)):
        return _join_texts(left, right)
    if isinstance(left, LibraryObject) and type(op) in left.operators:
        return reading.call_method(left, left.operators[type(op)], [right], {})
    if is_date(left) and is_step(right):
        return External(left.path, "date")
    return _compute(op, left, right)


def _get_figure(left: Value, right: Value) -> Frame | None:
    """Return the figure that is computed with, if no data is."""
    sides = [side for side in (left, right) if isinstance(side, Frame)]
    return sides[0] if all(side.kind == "scalar" for side in sides) else None


def _join_texts(left: Value, right: Value) -> Value:
    """Join two texts; with a part from the job's arguments, the whole is one of them."""
    if isinstance(left, (list, dict)):
        return UNKNOWN
    text = keep_data(limit_text(as_text(left) + as_text(right)), [left, right])
    is_argument = isinstance(left, JobArgument) or isinstance(right, JobArgument)
    return JobArgument(text) if is_argument and isinstance(text, str) else text


_SYMBOLS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.BitAnd: "&",
    ast.BitOr: "|",
}
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitOr: operator.or_,
}


def _combine_sets(op: ast.operator, left: Value, right: Value) -> Value:
    """Return an operation of sets, which are lists here; None for other operations."""
    are_lists = isinstance(left, (list, tuple)) and isinstance(right, (list, tuple))
    if not are_lists or not isinstance(op, (ast.Sub, ast.BitAnd, ast.BitOr)):
        return None
    if not all(isinstance(item, str) for item in (*left, *right)):
        return None
    if isinstance(op, ast.BitOr):
        return list(dict.fromkeys((*left, *right)))
    others = set(right)
    return [item for item in left if (item in others) == isinstance(op, ast.BitAnd)]


def _compute(op: ast.operator, left: Value, right: Value) -> Value:
    """Return ``left op right`` for values that Python itself can compute with."""
    if (found := _combine_sets(op, left, right)) is not None:
        return found
    function = _OPERATORS.get(type(op))
    known = (int, float, str, list, tuple, dict)
    if function is None or not isinstance(left, known) or not isinstance(right, known):
        return (
            left
            if isinstance(left, External)
            else right
            if isinstance(right, External)
            else UNKNOWN
        )
    if isinstance(op, ast.Mult) and not _is_small(left, right):
        return _report_too_long(right if isinstance(left, (int, float)) else left)
    try:
        found = function(left, right)
    except (TypeError, ArithmeticError, ValueError):
        return UNKNOWN
    if isinstance(left, MinimumLength) or isinstance(right, MinimumLength):
        return MinimumLength(found) if isinstance(found, int) else UNKNOWN
    too_long = isinstance(found, (list, tuple)) and len(found) > _SEQUENCE_LIMIT
    return _report_too_long(found) if too_long else found


def _report_too_long(found: Value) -> Value:
    if isinstance(found, (list, tuple)):
        report_limit(f"a list of more than {_SEQUENCE_LIMIT:,} items is not followed")
    elif isinstance(found, str):
        report_limit("a text that is repeated to more than 10,000 characters is not followed")
    return UNKNOWN


def _is_small(left: Value, right: Value) -> bool:
    """Tell whether a product stays small: no ``"x" * 10**9``."""
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return abs(left) < _LARGE and abs(right) < _LARGE
    sizes = [
        len(side) if isinstance(side, (str, list, tuple)) else abs(side)
        for side in (left, right)
        if not isinstance(side, dict)
    ]
    return all(size < 10**6 for size in sizes) and prod(sizes) < 10**4


def combine_with_condition(condition: Value, value: Value) -> Value:
    """Return ``condition and value`` where the condition is unknown."""
    if isinstance(value, bool) or value is None:
        return UNKNOWN
    return UNKNOWN if isinstance(condition, str) and has_placeholder(condition) else value
