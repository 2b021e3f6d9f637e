"""Expressions: the columns that one is made of, and the queries inside it."""

from collections.abc import Iterator

from sqlglot import exp

from glueline_worker.lineage.sql.query.relation import ColumnSources, Field, merge_sources
from glueline_worker.lineage.sql.query.scope import QueryScope, find_column, find_item
from glueline_worker.lineage.sql.query.walk import QueryWalk


def find_sources(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> ColumnSources | None:
    """Return the sources of an expression; None when it has columns and none can be resolved."""
    found: list[ColumnSources | None] = []
    for part in _iterate_parts(node):
        if isinstance(part, exp.Column):
            item = _find_field(walk, part, scope)
            found.append(item.sources if item else None)
        else:
            found.append(walk.query(part, scope.ctes, scope).merge_all_sources())
    if found and all(sources is None for sources in found):
        return None
    return merge_sources(found)


def visit_queries(walk: QueryWalk, value: object, scope: QueryScope) -> None:
    """Collect the tables of the queries inside an expression that yields no column."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, exp.Expr):
            for part in _iterate_parts(item):
                if not isinstance(part, exp.Column):
                    walk.query(part, scope.ctes, scope)


def get_alias_columns(node: exp.Expr) -> list[str]:
    """Return the names in ``AS alias (a, b)``."""
    alias = node.args.get("alias")
    return [column.name for column in alias.columns] if isinstance(alias, exp.TableAlias) else []


def _find_field(walk: QueryWalk, node: exp.Column, scope: QueryScope) -> Field | None:
    names = [part.name for part in node.parts]
    if walk.placeholders.is_placeholder(names[-1]) or isinstance(node.this, exp.Star):
        return None
    for index, name in enumerate(names[:-1]):
        relation = find_item(scope, name)
        if relation is not None:
            return relation.find(walk.placeholders.restore(names[index + 1]))
    return find_column(scope, walk.placeholders.restore(names[0]))


def _iterate_parts(node: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the columns and the queries of an expression, not those inside its queries."""
    for part in node.dfs(prune=_is_query):
        if isinstance(part, exp.Column) or _is_query(part):
            yield part


def _is_query(node: exp.Expr) -> bool:
    return isinstance(node, exp.Query | exp.Table)
