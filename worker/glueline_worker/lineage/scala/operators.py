"""Scala's operators in Python."""

from collections.abc import Mapping

from glueline_worker.lineage.word_sets import split_words

_SAME = split_words("+ - * / % == != < > <= >= & |")
_RENAMED = {
    "!==": "!=",
    "&&": "and",
    "++": "+",
    "=!=": "!=",
    "===": "==",
    "eq": "==",
    "ne": "!=",
    "||": "or",
}
_FORMS = {
    "+:": "([{left}] + {right})",
    "::": "([{left}] + {right})",
    ":+": "({left} + [{right}])",
    "to": "range({left}, {right} + 1)",
    "until": "range({left}, {right})",
}
_COMPARISONS = split_words("== != <= >= === !== =!=")
_PRECEDENCE = {"|": 1, "^": 2, "&": 3, "=": 4, "!": 4, "<": 5, ">": 5, ":": 6, "+": 7, "-": 7}
_TIGHT = 8
_TIGHTEST = 9


def get_precedence(operator: str) -> int:
    """Return how tight an operator binds; its first character decides."""
    if operator[0].isalnum():
        return 0
    return _PRECEDENCE.get(operator[0], _TIGHT if operator[0] in "*/%" else _TIGHTEST)


def is_assignment(operator: str) -> bool:
    """Tell whether it is ``=``, ``+=`` or the like."""
    return operator.endswith("=") and operator not in _COMPARISONS


def make_operation(
    left: str, operator: str, right: str, pairs: Mapping[str, tuple[str, str]]
) -> str | None:
    """Return ``left operator right``; None where the operator is a method of ``left``."""
    if operator in {"+", "++"} and right in pairs:
        return f"{{**{left}, {': '.join(pairs[right])}}}"
    if operator == "++" and right.startswith("{"):
        return f"{{**{left}, **{right}}}"
    if operator in _FORMS:
        return _FORMS[operator].format(left=left, right=right)
    if operator in _RENAMED or operator in _SAME:
        return f"({left} {_RENAMED.get(operator, operator)} {right})"
    return None
