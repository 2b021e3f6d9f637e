"""sqlglot on a leash: bounded work, silence, and no exception of its own."""

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel
from sqlglot.parser import Parser

from glueline_worker.lineage.sql.lexer import keywords

# It logs the statements that it does not know, with whatever secrets are in them.
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
    for name in keywords("spark trino hive redshift postgres mysql snowflake tsql oracle bigquery")
}
"""The names that callers use for the dialects of sqlglot. Athena's two halves, Trino and Hive,
are tried one after the other."""

_STEPS_PER_TOKEN = 40
_FREE_STEPS = 4_000
_OTHERS = ("spark", "trino", "redshift", "tsql", "snowflake")


class SqlBudgetExceeded(Exception):
    """A statement took more work than its length justifies."""


def find_dialect(name: str) -> str:
    """The name in sqlglot of a dialect; ``spark`` for one that is not known."""
    return _DIALECTS.get(name.lower(), "spark")


def list_dialects(dialect: str) -> tuple[str, ...]:
    """``dialect`` and the others to try when it does not understand a statement."""
    return (dialect, *(other for other in _OTHERS if other != dialect))


def parse_statement(sql: str, dialect: str) -> exp.Expr | None:
    """Parse one statement; None if it is more, or nothing that this dialect knows."""
    try:
        tokens = _dialect(dialect).tokenize(sql)
        parser = _bounded(dialect)(dialect=_dialect(dialect), error_level=ErrorLevel.IMMEDIATE)
        with suppress(AttributeError):  # the compiled parser keeps no dictionary, nor a limit
            parser.__dict__["steps"] = _FREE_STEPS + _STEPS_PER_TOKEN * len(tokens)
        trees = parser.parse(tokens, sql)
    except Exception:  # noqa: BLE001 - besides its own errors, odd SQL makes it raise anything
        return None
    tree = trees[0] if len(trees) == 1 else None
    return tree if tree is not None and _is_statement(tree) else None


def _is_statement(tree: exp.Expr) -> bool:
    """Whether ``tree`` is more than prose that happens to begin like SQL."""
    if isinstance(tree, exp.Select | exp.Update):
        return bool(tree.expressions)
    if isinstance(tree, exp.Alias):  # (SELECT …) AS t, as JDBC options have it
        return isinstance(tree.this, exp.Query)
    return not isinstance(tree, exp.Command | exp.Column)


@lru_cache
def _dialect(name: str) -> Dialect:
    return Dialect.get_or_raise(name)


@lru_cache
def _bounded(dialect: str) -> type[Parser]:
    """The dialect's parser with a limit on its steps: some of its backtracking is exponential."""
    base = _dialect(dialect).parser_class
    advance: Callable[[Parser, int], None] = base._advance  # noqa: SLF001

    def limited(self: Parser, times: int = 1) -> None:
        left = self.__dict__["steps"] = self.__dict__["steps"] - 1
        if left < 0:
            raise SqlBudgetExceeded
        advance(self, times)

    bounded: type[Parser] = type(f"Bounded{base.__name__}", (base,), {"_advance": limited})
    try:
        bounded()
    except TypeError:  # sqlglot's compiled build lets nobody inherit
        return base
    return bounded
