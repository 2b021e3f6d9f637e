"""A walk through a statement: the tables it reads and what its columns are made of.

sqlglot's own ``qualify`` and ``lineage`` want a schema and raise without one; a job's SQL mostly
has none, so this walk says what can be told and leaves out the rest.
"""

from collections.abc import Iterator

from sqlglot import exp

from glueline_worker.lineage.sql.parse import SqlBudgetExceeded
from glueline_worker.lineage.sql.placeholders import Placeholders
from glueline_worker.lineage.sql.query.from_clause import Items, alias_columns
from glueline_worker.lineage.sql.query.relation import (
    ColumnSources,
    Field,
    Relation,
    merge_sources,
    stack_relations,
)
from glueline_worker.lineage.sql.query.scope import (
    Ctes,
    QueryScope,
    expand_star,
    find_column,
    find_item,
)
from glueline_worker.lineage.sql.query.tables import TableSchemas

_MAX_FIELDS = 200_000
"""Columns and whole tables passed on by all queries of a statement; bounds time and memory."""
_NOT_VISITED = frozenset({"with_", "from_", "joins", "laterals", "expressions", "hint", "into"})


class Walk(Items):
    """One statement's tables and columns."""

    def __init__(self, holes: Placeholders, schemas: TableSchemas) -> None:
        super().__init__(holes, schemas)
        self._left = _MAX_FIELDS

    def query(self, node: exp.Expr | None, env: Ctes, parent: QueryScope | None = None) -> Relation:
        """What a query yields. Its tables are added to ``reads``."""
        if isinstance(node, exp.Select):
            return self._select(node, env, parent)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, env, parent, Relation())
        if isinstance(node, exp.Subquery | exp.Table):
            scope = QueryScope(env, parent)
            self.item(node, scope)
            return expand_star(scope)
        if isinstance(node, exp.Values) and node.expressions:
            row = node.expressions[0]
            values = row.expressions if isinstance(row, exp.Tuple) else [row]
            return Relation(
                [Field("", self.sources(item, QueryScope(env, parent))) for item in values]
            )
        if isinstance(node, exp.DML):
            return self._changed_rows(node, env)
        self.visit(node, QueryScope(env, parent))
        return Relation(exact=False)

    def ctes(self, node: exp.Expr, env: Ctes) -> Ctes:
        """``env`` with the CTEs that ``node`` defines."""
        clause = node.args.get("with_")
        if not isinstance(clause, exp.With):
            return env
        env = dict(env)
        for cte in clause.expressions:
            name = cte.alias.lower()
            query = cte.this
            columns = alias_columns(cte)
            if clause.args.get("recursive") and isinstance(query, exp.SetOperation):
                anchor = Relation()
                relation = self._set_operation(query, {**env, name: anchor}, None, anchor)
            else:
                relation = self.query(query, env)
            env[name] = relation.renamed(columns)
        return env

    def _changed_rows(self, node: exp.Expr, env: Ctes) -> Relation:
        """INSERT, UPDATE or DELETE … RETURNING inside a CTE."""
        table = node.find(exp.Table)
        self.visit(node, QueryScope(env))
        return Relation(rest=(self.name(table),), exact=False) if table else Relation(exact=False)

    def _set_operation(
        self, node: exp.SetOperation, env: Ctes, parent: QueryScope | None, anchor: Relation
    ) -> Relation:
        """The branches of UNION and its siblings, without recursion: scripts chain thousands."""
        branches: list[exp.Expr] = []
        kinds: list[exp.SetOperation] = []
        left: exp.Expr = node
        while isinstance(left, exp.SetOperation):
            env = self.ctes(left, env)
            branches.append(left.expression)
            kinds.append(left)
            left = left.this
        result = self.query(left, env, parent)
        anchor.fields, anchor.rest, anchor.exact = result.fields, result.rest, result.exact
        for branch, kind in zip(reversed(branches), reversed(kinds), strict=True):
            other = self.query(branch, env, parent)
            if isinstance(kind, exp.Union):
                result = stack_relations(result, other, by_name=bool(kind.args.get("by_name")))
                self._spend(result)
        return result

    def _select(self, node: exp.Select, env: Ctes, parent: QueryScope | None) -> Relation:
        env = self.ctes(node, env)
        scope = QueryScope(env, parent)
        self.items(node, scope)
        result = Relation()
        scope.aliases = result
        for projection in node.expressions:
            self._project(projection, scope, result)
        for key, value in node.args.items():
            if key not in _NOT_VISITED:
                self.visit(value, scope)
        self._spend(result)
        return result

    def _spend(self, result: Relation) -> None:
        self._left -= len(result.fields) + len(result.rest)
        if self._left < 0:
            raise SqlBudgetExceeded

    # The columns of SELECT

    def _project(self, node: exp.Expr, scope: QueryScope, result: Relation) -> None:
        starred = node.this if isinstance(node, exp.Column) else node
        if isinstance(starred, exp.Star):
            self._expand(starred, self._starred(node, scope), scope, result)
            return
        sources = self.sources(node, scope)
        if isinstance(node, exp.Aliases):
            result.fields += [
                Field(self.holes.restore(alias.name), sources) for alias in node.expressions
            ]
            return
        name = "" if self.holes.is_hole(node.output_name) else node.output_name
        if self.holes.is_hole(node.name) and not node.alias:
            # A templated list of columns: neither their names nor their number is known.
            result.exact = False
            return
        result.fields.append(Field(self.holes.restore(name), sources))

    def _starred(self, node: exp.Expr, scope: QueryScope) -> Relation:
        if isinstance(node, exp.Star):
            return expand_star(scope)
        for part in reversed(node.parts[:-1] if isinstance(node, exp.Column) else ()):
            relation = find_item(scope, part.name)
            if relation is not None:
                return relation
        return Relation(exact=False)

    def _expand(
        self, starred: exp.Star, relation: Relation, scope: QueryScope, result: Relation
    ) -> None:
        excluded = {item.name.lower() for item in starred.args.get("except_") or ()}
        renamed = {item.this.name.lower(): item.alias for item in starred.args.get("rename") or ()}
        replaced = {item.alias.lower(): item for item in starred.args.get("replace") or ()}
        for item in relation.fields:
            name = item.name.lower()
            if name in replaced:
                sources = self.sources(replaced[name], scope)
                result.fields.append(Field(item.name, sources))
            elif name not in excluded:
                result.fields.append(Field(renamed.get(name, item.name), item.sources))
        if relation.exact:
            return
        known = {item.name.lower() for item in relation.fields}
        for name, expression in replaced.items():
            if name not in known:
                sources = self.sources(expression, scope)
                result.fields.append(Field(expression.alias, sources))
        for name, new in renamed.items():
            if name not in known and (found := relation.find(name)):
                result.fields.append(Field(new, found.sources))
        result.exact = False
        result.dropped |= relation.dropped | excluded | renamed.keys()
        result.rest += tuple(table for table in relation.rest if table not in result.rest)

    def sources(self, node: exp.Expr, scope: QueryScope) -> ColumnSources | None:
        """What an expression is made of; None when it has columns and none can be told."""
        found: list[ColumnSources | None] = []
        for part in self._parts(node):
            if isinstance(part, exp.Column):
                item = self._column(part, scope)
                found.append(item.sources if item else None)
            else:
                found.append(self.query(part, scope.env, scope).sources())
        if found and all(sources is None for sources in found):
            return None
        return merge_sources(found)

    def _column(self, node: exp.Column, scope: QueryScope) -> Field | None:
        names = [part.name for part in node.parts]
        if self.holes.is_hole(names[-1]) or isinstance(node.this, exp.Star):
            return None
        for index, name in enumerate(names[:-1]):
            relation = find_item(scope, name)
            if relation is not None:
                return relation.find(self.holes.restore(names[index + 1]))
        return find_column(scope, self.holes.restore(names[0]))

    def visit(self, value: object, scope: QueryScope) -> None:
        """Note the tables of the queries inside an expression that yields no column."""
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, exp.Expr):
                for part in self._parts(item):
                    if not isinstance(part, exp.Column):
                        self.query(part, scope.env, scope)

    def _parts(self, node: exp.Expr) -> Iterator[exp.Expr]:
        """The columns and the queries of an expression, not those inside its queries."""
        for part in node.dfs(prune=_is_query):
            if isinstance(part, exp.Column) or _is_query(part):
                yield part


def _is_query(node: exp.Expr) -> bool:
    return isinstance(node, exp.Query | exp.Table)
