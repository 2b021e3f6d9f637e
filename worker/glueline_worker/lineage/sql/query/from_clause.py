"""The items of FROM: tables, subqueries, exploded columns."""

from abc import abstractmethod

from sqlglot import exp

from glueline_worker.lineage.sql.model import TableName
from glueline_worker.lineage.sql.placeholders import Placeholders
from glueline_worker.lineage.sql.query.relation import ColumnSources, Field, Relation
from glueline_worker.lineage.sql.query.scope import TARGET_RELATION, Ctes, QueryScope
from glueline_worker.lineage.sql.query.tables import (
    TableSchemas,
    find_file_path,
    is_system_table,
    make_table_relation,
    split_metadata_table,
)


class Items:
    """The tables and files that one statement reads."""

    def __init__(self, holes: Placeholders, schemas: TableSchemas) -> None:
        self.holes = holes
        self.schemas = schemas
        self.target: exp.Expr | None = None
        """A table in FROM that is the statement's target under an alias (SQL Server)."""
        self._reads: dict[TableName, int] = {}
        self._paths: dict[str, int] = {}

    @property
    def reads(self) -> tuple[TableName, ...]:
        """Tables in order of appearance."""
        return tuple(sorted(self._reads, key=self._reads.__getitem__))

    @property
    def paths(self) -> tuple[str, ...]:
        """Files in order of appearance."""
        return tuple(sorted(self._paths, key=self._paths.__getitem__))

    @abstractmethod
    def query(self, node: exp.Expr | None, env: Ctes, parent: QueryScope | None = None) -> Relation:
        """What a query yields."""

    @abstractmethod
    def ctes(self, node: exp.Expr, env: Ctes) -> Ctes:
        """``env`` with the CTEs that ``node`` defines."""

    @abstractmethod
    def sources(self, node: exp.Expr, scope: QueryScope) -> ColumnSources | None:
        """What an expression is made of."""

    @abstractmethod
    def visit(self, value: object, scope: QueryScope) -> None:
        """Note the tables of the queries inside an expression."""

    def items(self, node: exp.Expr, scope: QueryScope) -> None:
        """FROM, its joins and its lateral views."""
        clause = node.args.get("from_")
        if isinstance(clause, exp.From):
            self.item(clause.this, scope)
        self._joined(node, scope)

    def _joined(self, node: exp.Expr, scope: QueryScope) -> None:
        for join in node.args.get("joins") or ():
            self.item(join.this, scope)
            scope.merged |= {column.name.lower() for column in join.args.get("using") or ()}
            self.visit(join.args.get("on"), scope)
        for lateral in node.args.get("laterals") or ():
            self.item(lateral, scope)

    def item(self, node: exp.Expr, scope: QueryScope) -> None:
        """One item of FROM into ``scope``, with what is joined to it."""
        if isinstance(node, exp.Table):
            scope.add(node.alias or node.name, self._table(node, scope))
        elif isinstance(node, exp.Subquery):
            relation = self._derived(node, scope)
            scope.add(node.alias, relation.renamed(alias_columns(node)))
        elif isinstance(node, exp.Lateral | exp.Unnest | exp.Values | exp.Func):
            scope.add(node.alias, self._generated(node, scope))
        else:
            self.visit(node, scope)
            scope.add(node.alias_or_name, Relation(exact=False))
        self._joined(node, scope)

    def _derived(self, node: exp.Subquery, scope: QueryScope) -> Relation:
        if isinstance(node.this, exp.Table):  # FROM (a JOIN b)
            self.item(node.this, scope)
            return Relation()
        relation = self.query(node.this, self.ctes(node, scope.env), scope)
        return Relation(exact=False) if node.args.get("pivots") else relation

    def _generated(self, node: exp.Expr, scope: QueryScope) -> Relation:
        """Rows out of a column (explode, unnest), a lateral query, or constants."""
        inner = node.this if isinstance(node, exp.Lateral) else node
        if isinstance(inner, exp.Subquery):
            return self.query(inner.this, scope.env, scope).renamed(alias_columns(node))
        sources = self.sources(inner, scope)
        names = alias_columns(node)
        if isinstance(inner, exp.Unnest) and len(inner.expressions) > 1:
            each = [self.sources(item, scope) for item in inner.expressions]
            each += [()] * (len(names) - len(each))
            return Relation([Field(*pair) for pair in zip(names, each, strict=False)])
        return Relation([Field(name, sources) for name in names], every=None if names else sources)

    def _table(self, node: exp.Table, scope: QueryScope) -> Relation:
        if node is self.target:
            return TARGET_RELATION
        if isinstance(node.this, exp.Func):
            for literal in node.find_all(exp.Literal):
                if literal.is_string and "://" in literal.name:
                    self._paths.setdefault(literal.name, len(self._paths))
            return self._generated(node.this, scope).renamed(alias_columns(node))
        relation = self._named(node, scope.env)
        if node.args.get("pivots"):
            return Relation(exact=False)
        return relation.renamed(alias_columns(node))

    def _named(self, node: exp.Table, env: Ctes) -> Relation:
        if len(node.parts) == 1 and node.name.lower() in env:
            return env[node.name.lower()]
        name, metadata = split_metadata_table(self.name(node))
        path = find_file_path(name)
        start = node.parts[0].meta.get("start", 0)
        if path is not None:
            self._paths.setdefault(path, start)
            return Relation(rest=((path,),), exact=False)
        if is_system_table(name):
            return Relation(exact=False)
        self._reads[name] = min(start, self._reads.get(name, start))
        # The partitions have the table's own columns, other metadata has columns of its own.
        if metadata not in {"", "partitions"}:
            return Relation(exact=False)
        return make_table_relation(name, self.schemas)

    def name(self, node: exp.Table) -> TableName:
        """A table's name as it was written."""
        return tuple(self.holes.restore(part.name) for part in node.parts if part.name)


def alias_columns(node: exp.Expr) -> list[str]:
    """The names in ``AS alias (a, b)``."""
    alias = node.args.get("alias")
    return [column.name for column in alias.columns] if isinstance(alias, exp.TableAlias) else []
