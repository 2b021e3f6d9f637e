"""Clauses of Spark and Hive that the parser does not know, and no lineage depends on."""

from collections.abc import Sequence

from glueline_worker.lineage.sql.lexer import SqlToken
from glueline_worker.lineage.word_sets import split_words

CLAUSE_WORDS = split_words("EVOLUTION EXISTS SYSTEM_VERSION TABLE WINDOW")
"""Words without which a statement has none of these clauses."""
_ROW_ORDER = split_words("PARTITION DISTRIBUTE ORDER SORT WITH")
_MAX_ARGUMENT = 200
"""Tokens of a table that a function takes: a name or a small query."""
_EVOLUTION = ["WITH", "SCHEMA", "EVOLUTION"]
_UNLESS_THERE = ["IF", "NOT", "EXISTS"]


def simplify_clauses(tokens: Sequence[SqlToken]) -> list[SqlToken]:
    """Return a statement without them.

    ``WITH SCHEMA EVOLUTION`` and the ``IF NOT EXISTS`` behind the partition of an INSERT are
    dropped, also the order of the rows in ``f(TABLE(t) PARTITION BY a)``. ``SYSTEM_VERSION`` is a
    VERSION, and the function in ``GROUP BY window(…)`` is quoted: the parser takes it for a clause.
    """
    words = [token.upper for token in tokens]
    result: list[SqlToken] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        following = words[index : index + 3]
        before = tokens[index - 1].text if index else ""
        if following == _EVOLUTION or (following == _UNLESS_THERE and before == ")"):
            index += 3
            continue
        if before == ")" and token.upper in _ROW_ORDER and _closes_table(tokens, index - 1):
            index = _find_next_argument(tokens, index)
            continue
        if token.upper == "SYSTEM_VERSION" and words[index + 1 : index + 3] == ["AS", "OF"]:
            token = SqlToken("word", "VERSION", token.start, "VERSION")
        elif token.upper == "WINDOW" and before.upper() == "BY" and _opens(tokens, index + 1):
            token = SqlToken("quoted", f"`{token.text}`", token.start)
        result.append(token)
        index += 1
    return result


def _opens(tokens: Sequence[SqlToken], index: int) -> bool:
    return index < len(tokens) and tokens[index].text == "("


def _closes_table(tokens: Sequence[SqlToken], index: int) -> bool:
    """Tell whether the parenthesis at ``index`` closes ``f(TABLE(t)`` or ``f(a, TABLE(t)``."""
    depth = 0
    for at in range(index, max(1, index - _MAX_ARGUMENT), -1):
        depth += (tokens[at].text == ")") - (tokens[at].text == "(")
        if depth == 0:
            return tokens[at - 1].upper == "TABLE" and tokens[at - 2].text in {"(", ",", ">"}
    return False


def _find_next_argument(tokens: Sequence[SqlToken], index: int) -> int:
    """Return where a comma or parenthesis ends the argument around ``index``."""
    depth = 0
    for at in range(index, len(tokens)):
        text = tokens[at].text
        if depth == 0 and text in {",", ")"}:
            return at
        depth += (text == "(") - (text == ")")
    return len(tokens)
