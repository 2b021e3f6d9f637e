"""What the statements of a session define for those after them: SQL functions and variables."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct, field
from sqlglot import exp


class SqlFunction(Struct, frozen=True):
    """A function whose body is an expression or a query."""

    name: str
    parameters: tuple[str, ...]
    body: exp.Expr
    columns: tuple[str, ...] = ()
    """The columns of a function that returns a table."""


class SqlSession(Struct, frozen=True):
    """The functions and variables that are known, by their names in lower case.

    The value of a variable is its text where that is constant, else None.
    """

    functions: Mapping[str, SqlFunction] = field(default_factory=lambda: MappingProxyType({}))
    variables: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))

    def define(self, function: SqlFunction) -> "SqlSession":
        """Return the session with one function more."""
        functions = {**self.functions, function.name.lower(): function}
        return SqlSession(MappingProxyType(functions), self.variables)

    def assign(self, values: Mapping[str, str | None]) -> "SqlSession":
        """Return the session with these variables."""
        return SqlSession(self.functions, MappingProxyType({**self.variables, **values}))


EMPTY_SESSION = SqlSession()
