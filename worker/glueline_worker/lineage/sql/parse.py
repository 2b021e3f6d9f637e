"""Parse with sqlglot: the work is bounded, nothing is logged, and no exception passes."""

import gc
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any, NamedTuple

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel
from sqlglot.parser import Parser
from sqlglot.parsers.hive import HiveParser
from sqlglot.tokenizer_core import Token, TokenType

from glueline_worker.lineage.sql.kept_texts import KeptTexts
from glueline_worker.lineage.word_sets import split_words

# It logs statements that it does not know, and there may be secrets in them.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL + 1)

_DIALECTS = {
    "athena": "trino",
    "mariadb": "mysql",
    "postgresql": "postgres",
    "presto": "trino",
    "prestodb": "trino",
    "sqlserver": "tsql",
    "mssql": "tsql",
} | {
    name: name
    for name in split_words(
        "spark trino hive redshift postgres mysql snowflake tsql oracle bigquery"
    )
}
"""The names that callers use for the dialects of sqlglot. Athena speaks Trino and Hive, which are
tried one after the other."""

_STEPS_PER_TOKEN = 40
_FREE_STEPS = 4_000
_CHARS = (exp.DType.CHAR, exp.DType.VARCHAR)
_AFTER_ITEM = frozenset({TokenType.COMMA, TokenType.FROM})
_OTHERS = ("spark", "trino", "redshift", "tsql", "snowflake")


class SqlBudgetExceeded(Exception):
    """Raised when a statement takes more work than its length justifies."""


def find_dialect(name: str) -> str:
    """Return sqlglot's name of a dialect; ``spark`` for one that is not known."""
    return _DIALECTS.get(name.lower(), "spark")


def list_dialects(dialect: str) -> tuple[str, ...]:
    """Return ``dialect`` and the others to try when it does not understand a statement."""
    return (dialect, *(other for other in _OTHERS if other != dialect))


class _Parsed(NamedTuple):
    tree: exp.Expr | None = None
    tokens: Sequence[Token] = ()


_parsed = KeptTexts[_Parsed]()
clear_parsed = _parsed.clear
"""Forgets the last statements."""


def parse_statement(sql: str, dialect: str) -> exp.Expr | None:
    """Parse one statement; None if it is more, or nothing that this dialect knows.

    Others may get the same tree: it must not be changed.
    """
    parsed = _parsed.get(sql, dialect)
    if parsed is None:
        parsed = _parse(sql, dialect)
        _parsed.keep(sql, dialect, parsed)
    return parsed.tree


def _parse(sql: str, dialect: str) -> _Parsed:
    try:
        with without_collector():
            return _tokenize_and_parse(sql, dialect)
    except Exception:  # noqa: BLE001 - besides its own errors, odd SQL makes it raise anything
        return _Parsed()


def _tokenize_and_parse(sql: str, dialect: str) -> _Parsed:
    tokens = _get_dialect(dialect).tokenize(sql)
    parser = _make_bounded_parser(dialect)(
        dialect=_get_dialect(dialect), error_level=ErrorLevel.IMMEDIATE
    )
    with suppress(AttributeError):  # the compiled parser keeps no dictionary, nor a limit
        parser.__dict__["steps"] = _FREE_STEPS + _STEPS_PER_TOKEN * len(tokens)
    trees = parser.parse(tokens, sql)
    tree = trees[0] if len(trees) == 1 else None
    return _Parsed(tree, tokens) if tree is not None and _is_statement(tree) else _Parsed()


@contextmanager
def without_collector() -> Iterator[None]:
    """Stop the cyclic garbage collector: a parser makes many objects, and none is garbage yet.

    Of several threads, those that found it running start it again.
    """
    was_running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            gc.enable()


def tokenize_sql(text: str) -> Sequence[Token]:
    """Return the tokens of a piece of Spark SQL; none where it has no tokens."""
    parsed = _parsed.get(text, "spark")
    if parsed is not None and parsed.tokens:
        return parsed.tokens
    try:
        return _get_dialect("spark").tokenize(text)
    except Exception:  # noqa: BLE001 - an open quote, a character of no language
        return []


def _is_statement(tree: exp.Expr) -> bool:
    """Tell whether ``tree`` is more than prose that happens to begin like SQL."""
    if isinstance(tree, exp.Select | exp.Update):
        return bool(tree.expressions)
    if isinstance(tree, exp.Alias):  # (SELECT …) AS t, as JDBC options have it
        return isinstance(tree.this, exp.Query)
    return not isinstance(tree, exp.Command | exp.Column)


@lru_cache
def _get_dialect(name: str) -> Dialect:
    return Dialect.get_or_raise(name)


def _parse_hive_types(self: Parser, *args: bool, **options: bool) -> exp.Expr | None:
    """Read a type outside of DDL, where CHAR and VARCHAR are texts.

    Hive's own method parses the names of both types again for each type that it meets.
    """
    found: exp.Expr | None = Parser._parse_types(self, *args, **options)  # noqa: SLF001
    is_declared = options.get("schema", len(args) > 1 and args[1])
    if found is not None and not is_declared:
        for node in found.find_all(exp.DataType):
            if node.this in _CHARS:
                node.set("this", exp.DType.TEXT)
                node.set("expressions", None)
    return found


def _parse_item(self: Any) -> exp.Expr | None:
    """Read an expression; a plain column goes a short way.

    The parser tries all operators before a column, and none has a comma or FROM behind it. The
    last line is all of its own method: a call of that would cost stack in deep nests.
    """
    if self._curr.token_type in self.IDENTIFIER_TOKENS and self._next.token_type in _AFTER_ITEM:
        column: exp.Expr | None = self._parse_column()
        if column is not None:
            return column
    found: exp.Expr | None = self._parse_alias(self._parse_assignment())
    return found


@lru_cache
def _make_bounded_parser(dialect: str) -> type[Parser]:
    """Return the dialect's parser with a limit on its steps back.

    Backtracking can be exponential. What it goes back, it goes forward again, so that the limit
    holds for all of its work.
    """
    base = _get_dialect(dialect).parser_class
    retreat: Callable[[Parser, int], None] = base._retreat  # noqa: SLF001

    def retreat_within_limit(self: Parser, index: int) -> None:
        back = self._index - index
        if back > 0:
            left = self.__dict__["steps"] = self.__dict__["steps"] - back
            if left < 0:
                raise SqlBudgetExceeded
        retreat(self, index)

    own: dict[str, object] = {"_retreat": retreat_within_limit}
    if base._parse_expression is Parser._parse_expression:  # noqa: SLF001
        own["_parse_expression"] = _parse_item
    if issubclass(base, HiveParser):
        own["_parse_types"] = _parse_hive_types
    bounded: type[Parser] = type(f"Bounded{base.__name__}", (base,), own)
    try:
        bounded()
    except TypeError:  # sqlglot's compiled build forbids subclasses
        return base
    return bounded
