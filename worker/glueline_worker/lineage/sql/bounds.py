"""Statements that would take the parser too much time or stack."""

from collections.abc import Sequence
from itertools import pairwise
from operator import attrgetter

from glueline_worker.lineage.sql.lexer import SqlToken

_MAX_DEPTH = 60
_MAX_OPEN_JOINS = 12
"""Each further one doubles the parser's time."""
_GET_TEXT = attrgetter("text")
_GET_UPPER = attrgetter("upper")


def is_too_deep(tokens: Sequence[SqlToken]) -> bool:
    """Tell whether parentheses, brackets, CASEs and types nest deeper than the parser may go."""
    texts = list(map(_GET_TEXT, tokens))
    openings = sum(map(texts.count, "([<")) + list(map(_GET_UPPER, tokens)).count("CASE")
    return openings > _MAX_DEPTH and _measure_depth(tokens) > _MAX_DEPTH


def _measure_depth(tokens: Sequence[SqlToken]) -> int:
    deepest = now = types = 0
    for before, token in pairwise(tokens):
        if _is_type_start(before, token):
            types += 1
        elif token.text == ">" and types:
            types -= 1
        elif token.text in {"(", "["} or token.upper == "CASE":
            now += 1
        elif token.text in {")", "]"} or token.upper == "END":
            now = max(0, now - 1)
        deepest = max(deepest, now + types)
    return deepest


def _is_type_start(before: SqlToken, token: SqlToken) -> bool:
    return token.text == "<" and before.upper in {"ARRAY", "MAP", "STRUCT"}


def has_many_open_joins(tokens: Sequence[SqlToken]) -> bool:
    """Tell whether very many JOINs follow one another without ON or USING.

    CROSS and NATURAL ones need none.
    """
    if list(map(_GET_UPPER, tokens)).count("JOIN") <= _MAX_OPEN_JOINS:
        return False
    longest = now = 0
    for before, token in pairwise(tokens):
        if token.upper == "JOIN" and before.upper not in {"CROSS", "NATURAL"}:
            now += 1
            longest = max(longest, now)
        elif token.upper in {"ON", "USING"}:
            now = 0
    return longest > _MAX_OPEN_JOINS
