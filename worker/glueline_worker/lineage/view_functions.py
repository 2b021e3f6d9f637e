"""Find the functions of a database that a view calls: their bodies are not in its text."""

from collections.abc import Iterator, Sequence

from glueline.contract.records import ViewText
from glueline.contract.sentences import list_some
from glueline_worker.lineage.sql.lexer import SqlToken, lex_sql

_NAME = frozenset({"word", "quoted"})
_MOST_NAMED = 3
_BEFORE_TABLE = frozenset({"FROM", "INTO", "JOIN", "TABLE", "UPDATE"})


def describe_database_functions(text: ViewText) -> tuple[str, ...]:
    """Return one sentence on calls such as ``db.f(…)``; else nothing.

    A function in SQL may read tables, and how its arguments pass is not known.
    """
    found = list(dict.fromkeys(_iterate_calls(list(lex_sql(text.sql, text.dialect)))))
    if not found:
        return ()
    names = list_some(found, _MOST_NAMED)
    return (f"The view calls {names}, which may read tables that its text does not show.",)


def _iterate_calls(tokens: Sequence[SqlToken]) -> Iterator[str]:
    for at, token in enumerate(tokens):
        if token.text != "(" or at < 3 or tokens[at - 2].text != ".":  # noqa: PLR2004
            continue
        name = _read_name(tokens, at)
        before = tokens[at - 2 * len(name)].upper if at >= 2 * len(name) else ""
        if len(name) > 1 and before not in _BEFORE_TABLE:
            yield ".".join(name)


def _read_name(tokens: Sequence[SqlToken], end: int) -> list[str]:
    """Return the parts of the name that ends before a parenthesis."""
    parts: list[str] = []
    while end > 0 and tokens[end - 1].kind in _NAME:
        parts.insert(0, tokens[end - 1].value)
        if end < 2 or tokens[end - 2].text != ".":  # noqa: PLR2004
            break
        end -= 2
    return parts
