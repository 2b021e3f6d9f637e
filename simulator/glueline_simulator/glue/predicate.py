"""Predicates on partition keys: comparisons joined with AND, the most usual form."""

import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

from glueline_simulator.errors import invalid_input_error

_COMPARISON = re.compile(
    r"\s*\(?\s*[`\"]?(\w+)[`\"]?\s*(<=|>=|<>|!=|=|<|>)\s*('(?:[^']|'')*'|-?\d+(?:\.\d+)?)\s*\)?\s*"
)
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def parse_predicate(expression: str, keys: Sequence[str]) -> Callable[[Sequence[str]], bool]:
    """Return a test of partition values; raises InvalidInputException for other predicates."""
    tests = [_parse_comparison(part, keys) for part in re.split(r"(?i)\band\b", expression)]
    return lambda values: all(test(values) for test in tests)


def _parse_comparison(text: str, keys: Sequence[str]) -> Callable[[Sequence[str]], bool]:
    match = _COMPARISON.fullmatch(text)
    if match is None or match[1].lower() not in keys:
        message = f"Unsupported expression '{text.strip()}'; compare partition keys, join with AND"
        raise invalid_input_error(message)
    place, compare, literal = keys.index(match[1].lower()), _OPERATORS[match[2]], match[3]
    if literal.startswith("'"):
        wanted = literal[1:-1].replace("''", "'")
        return lambda values: compare(values[place], wanted)
    return lambda values: _compare_numbers(values[place], compare, float(literal))


def _compare_numbers(value: str, compare: Callable[[Any, Any], bool], wanted: float) -> bool:
    try:
        return compare(float(value), wanted)
    except ValueError:
        return False
