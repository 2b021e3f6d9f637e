"""SQL functions: ``CREATE FUNCTION f(a INT) RETURNS … RETURN a + (SELECT …)``."""

from collections.abc import Callable, Iterator, Sequence

from sqlglot import exp

from glueline_worker.lineage.sql.lexer import SqlToken, find_closing, make_tokens
from glueline_worker.lineage.sql.session import SqlFunction

_QUERY = frozenset({"SELECT", "WITH", "FROM", "VALUES"})
_HEAD = 7
"""Words that may stand before the name: CREATE OR REPLACE TEMPORARY FUNCTION IF NOT EXISTS."""


def is_sql_function(tokens: Sequence[SqlToken]) -> bool:
    """Tell whether a statement defines a function."""
    return tokens[0].upper == "CREATE" and any(t.upper == "FUNCTION" for t in tokens[1:5])


def read_sql_function(
    tokens: Sequence[SqlToken], parse: Callable[[Sequence[SqlToken]], exp.Expr | None]
) -> SqlFunction | None:
    """Return the function that a statement defines; None if its body is not SQL."""
    at = next(i for i, token in enumerate(tokens) if token.upper == "FUNCTION") + 1
    while at < len(tokens) and tokens[at].upper in {"IF", "NOT", "EXISTS"}:
        at += 1
    name = ""
    while at < len(tokens) and tokens[at].text != "(":
        name = tokens[at].value if tokens[at].text != "." else name
        at += 1
    parameters, at = _read_names(tokens, at)
    columns: list[str] = []
    body: Sequence[SqlToken] = ()
    while at < len(tokens):
        word = tokens[at].upper
        if word == "TABLE" and tokens[at - 1].upper == "RETURNS":
            columns, at = _read_names(tokens, at + 1)
        elif word == "RETURN":
            body = tokens[at + 1 :]
            break
        else:
            at += 1
    if not body or not name:
        return None
    if body[0].upper not in _QUERY:
        body = [*make_tokens("SELECT"), *body]
    tree = parse(body)
    return SqlFunction(name, tuple(parameters), tree, tuple(columns)) if tree is not None else None


def _read_names(tokens: Sequence[SqlToken], at: int) -> tuple[list[str], int]:
    """Return the names in ``(a INT, b DECIMAL(1, 2))`` that begins at ``at``, and its end."""
    if at >= len(tokens) or tokens[at].text != "(":
        return [], at
    return list(_iterate_names(tokens, at)), _find_end(tokens, at)


def _iterate_names(tokens: Sequence[SqlToken], at: int) -> Iterator[str]:
    depth = 0
    for index in range(at, _find_end(tokens, at)):
        text = tokens[index].text
        depth += (text in {"(", "<"}) - (text in {")", ">"})
        is_first = tokens[index - 1].text in {"(", ","}
        if depth == 1 and is_first and tokens[index].kind in {"word", "quoted"}:
            yield tokens[index].value


def _find_end(tokens: Sequence[SqlToken], at: int) -> int:
    return min(find_closing(tokens, at) + 1, len(tokens))
