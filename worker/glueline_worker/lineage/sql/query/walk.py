"""The state that the readers of one statement's queries share: tables, files and limits."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from sqlglot import exp

from glueline_worker.lineage.model import MAP_FIELDS, is_map
from glueline_worker.lineage.sql.model import TableName
from glueline_worker.lineage.sql.parse import SqlBudgetExceeded
from glueline_worker.lineage.sql.pipes import PLACE
from glueline_worker.lineage.sql.placeholders import Placeholders
from glueline_worker.lineage.sql.projection_texts import ProjectionTexts
from glueline_worker.lineage.sql.query.relation import (
    IDENTITY,
    TRANSFORMED,
    Deciding,
    Field,
    Relation,
)
from glueline_worker.lineage.sql.query.scope import Ctes, QueryScope
from glueline_worker.lineage.sql.query.tables import TableSchemas, find_columns, make_schema_keys
from glueline_worker.lineage.sql.session import EMPTY_SESSION, SqlFunction, SqlSession


class QueryReaders(NamedTuple):
    """The readers that call one another: a query has expressions, and these have queries."""

    query: Callable[["QueryWalk", exp.Expr | None, Ctes, QueryScope | None], Relation]
    """Returns the relation that a query yields."""
    value: Callable[["QueryWalk", exp.Expr, QueryScope], Field]
    """Returns the nameless column that an expression is."""


_MAX_FIELDS = 200_000
"""Columns and whole tables passed on by all queries of a statement; bounds time and memory."""
_MAX_SOURCES = 2_000_000
"""Sources that columns take over from others, in all queries of a statement."""
_MAX_SHARED = 200
"""Columns of a table that are kept for other statements."""
_MAX_CALLS = 16
"""SQL functions within one another."""
_MAX_ALL_CALLS = 1_000
_MAX_ROUNDS = 100
"""Times that recursive CTEs of a statement are read again."""
_WITH_LATERAL_ALIASES = frozenset({"spark", "redshift", "snowflake", "databricks"})


class QueryWalk:
    """A walk through one statement, which collects the tables and files that it reads.

    Queries stand inside FROM clauses and expressions, and these inside queries. The readers
    close that circle, so that the modules of this package import one another in one direction.
    """

    def __init__(
        self,
        placeholders: Placeholders,
        schemas: TableSchemas,
        readers: QueryReaders,
        *,
        dialect: str = "spark",
        session: SqlSession = EMPTY_SESSION,
        texts: ProjectionTexts | None = None,
        is_open: bool = False,
    ) -> None:
        self.placeholders = placeholders
        self.schemas = schemas
        self.session = session
        self._texts = texts or ProjectionTexts("")
        self.has_places = self._texts.has(PLACE)
        """Columns may be called by their place in the input of a pipe."""
        self.is_open = is_open
        """Columns stand for themselves, as in an expression that is read without its table."""
        self.has_lateral_aliases = dialect in _WITH_LATERAL_ALIASES
        self.is_spark = dialect == "spark"
        self.names_exploded = dialect in {"spark", "hive"}
        """Exploded columns are called ``col``, ``pos``, ``key`` and ``value``."""
        self.target: exp.Expr | None = None
        """A table in FROM that is the statement's target under an alias (SQL Server)."""
        self.outer: QueryScope | None = None
        """The rows of loops around the statement, which any of its queries may name."""
        self.indirect: Deciding = {}
        """The columns that decide about the statement's rows."""
        self._readers = readers
        self._reads: dict[TableName, int] = {}
        self._paths: dict[str, int] = {}
        self._relations: dict[TableName, Relation] = {}
        self._budget = _MAX_FIELDS
        self._sources_left = _MAX_SOURCES
        self._calls = 0
        self._calls_left = _MAX_ALL_CALLS
        self._rounds_left = _MAX_ROUNDS

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
        return self._readers.query(self, node, ctes, parent or self.outer)

    def value(self, node: exp.Expr, scope: QueryScope) -> Field:
        """Return the nameless column that an expression is."""
        return self._readers.value(self, node, scope)

    def get_name(self, node: exp.Table) -> TableName:
        """Return a table's name as it was written."""
        names = [part.name for part in node.parts]
        if self.placeholders.has_any:
            names = [self.placeholders.restore(name) for name in names]
        return tuple(filter(None, names))

    def get_relation(self, name: TableName) -> Relation:
        """Return the columns of a table, or the whole table where its schema is not known."""
        found = self._relations.get(name)
        if found is None:
            columns = find_columns(name, self.schemas)
            make = _make_relation if len(columns) <= _MAX_SHARED else _make_relation.__wrapped__
            found = make(name, tuple(columns))
            self._relations[name] = found
        return found

    def name_projection(
        self,
        node: exp.Expr,
        is_table: Callable[[str], bool],
        is_alias: Callable[[str], bool],
    ) -> str | None:
        """Return Spark's name for a column of a SELECT without alias."""
        return self._texts.name(node, is_table, is_alias)

    # Structs

    def get_schema_key(self, item: Field) -> str:
        """Return where the fields of a column stand among the schemas; "" if it is no column."""
        if item.schema or not item.sources or len(item.sources) != 1 or item.fields is not None:
            return item.schema
        ((table, column), way) = next(iter(item.sources.items()))
        if way != IDENTITY:
            return ""
        for key in make_schema_keys(table):
            path = f"{key}/{column.lower()}"
            if self.schemas.get(path):
                return path
        return ""

    def find_member(self, item: Field, name: str) -> Field | None:
        """Return a field of a struct, or the value of a map: its source is the whole column."""
        if item.fields is not None:
            lower = name.lower()
            return next((e.take_out(e.name) for e in item.fields if e.name.lower() == lower), None)
        key = self.get_schema_key(item)
        member = item.change(name, TRANSFORMED)
        if key:
            inner = f"{key}/{name.lower()}"
            member.schema = inner if self.schemas.get(inner) else ""
        return member

    def list_members(self, item: Field) -> tuple[Field, ...] | None:
        """Return the fields of a struct; None where they are not known."""
        if item.fields is not None:
            return tuple(each.take_out(each.name) for each in item.fields)
        names = self.schemas.get(self.get_schema_key(item) or "\0") or ()
        return tuple(found for name in names if (found := self.find_member(item, name))) or None

    def is_map(self, item: Field) -> bool:
        """Tell whether a column is known to be a map."""
        return is_map(self.schemas, self.get_schema_key(item) or None)

    def find_item_key(self, item: Field) -> str:
        """Return where the fields of an array's items or a map's values stand among the schemas."""
        key = self.get_schema_key(item)
        if not is_map(self.schemas, key or None):
            return key
        value = f"{key}/{MAP_FIELDS[1]}"
        return value if self.schemas.get(value) else ""

    # Functions

    def call(self, function: SqlFunction, values: Relation) -> Relation:
        """Return what a SQL function of the session yields; ``values`` are its parameters."""
        self._calls_left -= 1
        if self._calls >= _MAX_CALLS or self._calls_left < 0:
            return Relation(exact=False)
        scope = QueryScope({})
        scope.add((function.name,), values)
        self._calls += 1
        try:
            return self.query(function.body, {}, scope).rename(function.columns)
        finally:
            self._calls -= 1

    # Limits

    def spend(self, result: Relation) -> None:
        """Take a relation off the budget; raise SqlBudgetExceeded when that is used up."""
        self._budget -= len(result.fields) + len(result.rest)
        if self._budget < 0:
            raise SqlBudgetExceeded

    def take_round(self) -> bool:
        """Tell whether a recursive CTE may be read once more."""
        self._rounds_left -= 1
        return self._rounds_left >= 0

    def spend_sources(self, count: int) -> None:
        """Take sources off the budget; raise SqlBudgetExceeded when that is used up."""
        self._sources_left -= count
        if self._sources_left < 0:
            raise SqlBudgetExceeded


@lru_cache(maxsize=256)
def _make_relation(name: TableName, columns: tuple[str, ...]) -> Relation:
    """Return the columns of a table; statements share them, and nobody changes them."""
    if not columns:
        return Relation(rest=(name,), exact=False)
    return Relation([Field(column, {(name, column): IDENTITY}) for column in columns])
