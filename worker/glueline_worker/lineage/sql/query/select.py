"""Queries: the columns that a SELECT, a UNION or VALUES yields.

sqlglot's own ``qualify`` and ``lineage`` want a schema and raise without one. A job's SQL mostly
has none, so this room resolves what it can and leaves out the rest.
"""

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from glueline_worker.lineage.sql.query.expressions import find_sources, visit_queries
from glueline_worker.lineage.sql.query.from_clause import add_from_clause, add_item
from glueline_worker.lineage.sql.query.relation import Field, Relation
from glueline_worker.lineage.sql.query.scope import Ctes, QueryScope, expand_star, find_item
from glueline_worker.lineage.sql.query.set_operations import read_ctes, read_set_operation
from glueline_worker.lineage.sql.query.walk import QueryWalk

_NOT_VISITED = frozenset({"with_", "from_", "joins", "laterals", "expressions", "hint", "into"})
"""Arguments of a SELECT that are read in their own way."""


def read_query(
    walk: QueryWalk, node: exp.Expr | None, ctes: Ctes, parent: QueryScope | None
) -> Relation:
    """Return the relation that a query yields; its tables are added to ``walk``."""
    for kinds, read in _READERS:
        if isinstance(node, kinds):
            return read(walk, node, ctes, parent)
    visit_queries(walk, node, QueryScope(ctes, parent))
    return Relation(exact=False)


def _read_select(
    walk: QueryWalk, node: exp.Select, ctes: Ctes, parent: QueryScope | None
) -> Relation:
    ctes = read_ctes(walk, node, ctes)
    scope = QueryScope(ctes, parent)
    add_from_clause(walk, node, scope)
    result = Relation()
    scope.aliases = result
    for projection in node.expressions:
        _add_projection(walk, projection, scope, result)
    for key, value in node.args.items():
        if key not in _NOT_VISITED:
            visit_queries(walk, value, scope)
    walk.spend(result)
    return result


def _read_item(walk: QueryWalk, node: exp.Expr, ctes: Ctes, parent: QueryScope | None) -> Relation:
    scope = QueryScope(ctes, parent)
    add_item(walk, node, scope)
    return expand_star(scope)


def _read_values(
    walk: QueryWalk, node: exp.Values, ctes: Ctes, parent: QueryScope | None
) -> Relation:
    if not node.expressions:
        return Relation(exact=False)
    row = node.expressions[0]
    values = row.expressions if isinstance(row, exp.Tuple) else [row]
    scope = QueryScope(ctes, parent)
    return Relation([Field("", find_sources(walk, item, scope)) for item in values])


def _read_changed_rows(
    walk: QueryWalk, node: exp.Expr, ctes: Ctes, _parent: QueryScope | None
) -> Relation:
    """Read INSERT, UPDATE or DELETE … RETURNING inside a CTE."""
    table = node.find(exp.Table)
    visit_queries(walk, node, QueryScope(ctes))
    return Relation(rest=(walk.get_name(table),), exact=False) if table else Relation(exact=False)


_READERS: tuple[
    tuple[type | tuple[type, ...], Callable[[QueryWalk, Any, Ctes, QueryScope | None], Relation]],
    ...,
] = (
    (exp.Select, _read_select),
    (exp.SetOperation, read_set_operation),
    ((exp.Subquery, exp.Table), _read_item),
    (exp.Values, _read_values),
    (exp.DML, _read_changed_rows),
)

# The columns of SELECT


def _add_projection(walk: QueryWalk, node: exp.Expr, scope: QueryScope, result: Relation) -> None:
    column = node.this if isinstance(node, exp.Column) else node
    if isinstance(column, exp.Star):
        _add_star(walk, column, _find_starred(node, scope), scope, result)
        return
    placeholders = walk.placeholders
    sources = find_sources(walk, node, scope)
    if isinstance(node, exp.Aliases):
        result.fields += [
            Field(placeholders.restore(alias.name), sources) for alias in node.expressions
        ]
        return
    name = "" if placeholders.is_placeholder(node.output_name) else node.output_name
    if placeholders.is_placeholder(node.name) and not node.alias:
        # A templated list of columns: neither their names nor their number is known.
        result.exact = False
        return
    result.fields.append(Field(placeholders.restore(name), sources))


def _find_starred(node: exp.Expr, scope: QueryScope) -> Relation:
    """Return the relation that ``*`` or ``a.*`` stands for."""
    if isinstance(node, exp.Star):
        return expand_star(scope)
    for part in reversed(node.parts[:-1] if isinstance(node, exp.Column) else ()):
        relation = find_item(scope, part.name)
        if relation is not None:
            return relation
    return Relation(exact=False)


def _add_star(
    walk: QueryWalk, star: exp.Star, relation: Relation, scope: QueryScope, result: Relation
) -> None:
    """Add the columns of ``* EXCEPT (…) REPLACE (…) RENAME (…)``."""
    excluded = {item.name.lower() for item in star.args.get("except_") or ()}
    renamed = {item.this.name.lower(): item.alias for item in star.args.get("rename") or ()}
    replaced = {item.alias.lower(): item for item in star.args.get("replace") or ()}
    for item in relation.fields:
        name = item.name.lower()
        if name in replaced:
            sources = find_sources(walk, replaced[name], scope)
            result.fields.append(Field(item.name, sources))
        elif name not in excluded:
            result.fields.append(Field(renamed.get(name, item.name), item.sources))
    if relation.exact:
        return
    known = {item.name.lower() for item in relation.fields}
    for name, expression in replaced.items():
        if name not in known:
            sources = find_sources(walk, expression, scope)
            result.fields.append(Field(expression.alias, sources))
    for name, new in renamed.items():
        if name not in known and (found := relation.find(name)):
            result.fields.append(Field(new, found.sources))
    result.exact = False
    result.dropped |= relation.dropped | excluded | renamed.keys()
    result.rest += tuple(table for table in relation.rest if table not in result.rest)
