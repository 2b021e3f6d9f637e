"""What a condition tells about an argument whose value is known, on each of its two sides.

A job's own ``env=dev`` may be overridden, so both sides of ``if env == "prod"`` are followed. On
the first of them the argument is ``prod``; on the other side of ``env == "dev"`` it is any other.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from glueline_worker.lineage.script.domain.reading import Reading
from glueline_worker.lineage.script.domain.template_text import placeholder
from glueline_worker.lineage.script.domain.values import JobArgument
from glueline_worker.lineage.script.interpreter.assignments import assign

_OTHER = placeholder("unknown")
_PLACES = (ast.Name, ast.Subscript, ast.Attribute)
_LOOKS = (*_PLACES, ast.Constant, ast.expr_context)


def _is_place(place: ast.expr) -> bool:
    """Tell whether a value can be put there, and looking at it does nothing else."""
    return isinstance(place, _PLACES) and all(isinstance(part, _LOOKS) for part in ast.walk(place))


@contextmanager
def narrow(reading: Reading, test: ast.expr, *, holds: bool) -> Iterator[None]:
    """Follow one side of a condition with the argument as it is there."""
    found = _find_narrowed(reading, test, holds=holds)
    if found is None:
        yield
        return
    place, before, value = found
    assign(reading, place, value)
    try:
        yield
    finally:
        if reading.evaluate(place) is value:
            assign(reading, place, before)


def _find_narrowed(
    reading: Reading, test: ast.expr, *, holds: bool
) -> tuple[ast.expr, JobArgument, JobArgument] | None:
    """Find the argument that a condition asks for, and what it is where the condition holds."""
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], (ast.Eq, ast.NotEq)):
        return None
    place, constant = test.left, test.comparators[0]
    if not _is_place(place) or not isinstance(constant, ast.Constant):
        return None
    before, text = reading.evaluate(place), constant.value
    if not isinstance(before, JobArgument) or not before.name or len(test.ops) > 1:
        return None
    is_equal = holds == isinstance(test.ops[0], ast.Eq)
    if not isinstance(text, str) or is_equal == (before == text):
        return None
    return place, before, JobArgument(text if is_equal else _OTHER, before.name)
