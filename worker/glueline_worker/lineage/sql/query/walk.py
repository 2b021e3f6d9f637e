"""What the readers of one statement's queries share: its tables, files and limits."""

from collections.abc import Callable
from typing import TypeAlias

from sqlglot import exp

from glueline_worker.lineage.sql.model import TableName
from glueline_worker.lineage.sql.parse import SqlBudgetExceeded
from glueline_worker.lineage.sql.placeholders import Placeholders
from glueline_worker.lineage.sql.query.relation import Relation
from glueline_worker.lineage.sql.query.scope import Ctes, QueryScope
from glueline_worker.lineage.sql.query.tables import TableSchemas

QueryReader: TypeAlias = Callable[["QueryWalk", exp.Expr | None, Ctes, QueryScope | None], Relation]
"""Returns the relation that a query yields."""

_MAX_FIELDS = 200_000
"""Columns and whole tables passed on by all queries of a statement; bounds time and memory."""


class QueryWalk:
    """A walk through one statement, which collects the tables and files that it reads.

    Queries stand inside FROM clauses and expressions, and these inside queries. ``read_query``
    closes that circle, so that the modules of this room import one another in one direction.
    """

    def __init__(
        self, placeholders: Placeholders, schemas: TableSchemas, read_query: QueryReader
    ) -> None:
        self.placeholders = placeholders
        self.schemas = schemas
        self.target: exp.Expr | None = None
        """A table in FROM that is the statement's target under an alias (SQL Server)."""
        self._read_query = read_query
        self._reads: dict[TableName, int] = {}
        self._paths: dict[str, int] = {}
        self._budget = _MAX_FIELDS

    @property
    def reads(self) -> tuple[TableName, ...]:
        """The tables in order of appearance."""
        return tuple(sorted(self._reads, key=self._reads.__getitem__))

    @property
    def paths(self) -> tuple[str, ...]:
        """The files in order of appearance."""
        return tuple(sorted(self._paths, key=self._paths.__getitem__))

    def add_table(self, name: TableName, position: int) -> None:
        """Add a table that is read; its first position counts."""
        self._reads[name] = min(position, self._reads.get(name, position))

    def add_path(self, path: str, position: int | None = None) -> None:
        """Add a file that is read; without a position it comes after those so far."""
        self._paths.setdefault(path, len(self._paths) if position is None else position)

    def query(
        self, node: exp.Expr | None, ctes: Ctes, parent: QueryScope | None = None
    ) -> Relation:
        """Return the relation that a query yields, and collect its tables."""
        return self._read_query(self, node, ctes, parent)

    def get_name(self, node: exp.Table) -> TableName:
        """Return a table's name as it was written."""
        return tuple(self.placeholders.restore(part.name) for part in node.parts if part.name)

    def spend(self, result: Relation) -> None:
        """Take a relation off the budget; raise SqlBudgetExceeded when that is used up."""
        self._budget -= len(result.fields) + len(result.rest)
        if self._budget < 0:
            raise SqlBudgetExceeded
