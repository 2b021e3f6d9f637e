"""The items of FROM: tables, subqueries, exploded columns."""

from sqlglot import exp

from glueline_worker.lineage.sql.query.expressions import (
    find_sources,
    get_alias_columns,
    visit_queries,
)
from glueline_worker.lineage.sql.query.relation import Field, Relation
from glueline_worker.lineage.sql.query.scope import (
    TARGET_RELATION,
    Ctes,
    QueryScope,
)
from glueline_worker.lineage.sql.query.set_operations import read_ctes
from glueline_worker.lineage.sql.query.tables import (
    find_file_path,
    is_system_table,
    make_table_relation,
    split_metadata_table,
)
from glueline_worker.lineage.sql.query.walk import QueryWalk


def add_from_clause(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> None:
    """Add FROM, its joins and its lateral views to ``scope``."""
    clause = node.args.get("from_")
    if isinstance(clause, exp.From):
        add_item(walk, clause.this, scope)
    _add_joins(walk, node, scope)


def add_item(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> None:
    """Add one item of FROM to ``scope``, with the items that are joined to it."""
    if isinstance(node, exp.Table):
        scope.add(node.alias or node.name, _read_table(walk, node, scope))
    elif isinstance(node, exp.Subquery):
        relation = _read_subquery(walk, node, scope)
        scope.add(node.alias, relation.rename(get_alias_columns(node)))
    elif isinstance(node, exp.Lateral | exp.Unnest | exp.Values | exp.Func):
        scope.add(node.alias, _read_generated(walk, node, scope))
    else:
        visit_queries(walk, node, scope)
        scope.add(node.alias_or_name, Relation(exact=False))
    _add_joins(walk, node, scope)


def _add_joins(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> None:
    for join in node.args.get("joins") or ():
        add_item(walk, join.this, scope)
        scope.merged |= {column.name.lower() for column in join.args.get("using") or ()}
        visit_queries(walk, join.args.get("on"), scope)
    for lateral in node.args.get("laterals") or ():
        add_item(walk, lateral, scope)


def _read_subquery(walk: QueryWalk, node: exp.Subquery, scope: QueryScope) -> Relation:
    if isinstance(node.this, exp.Table):  # FROM (a JOIN b)
        add_item(walk, node.this, scope)
        return Relation()
    relation = walk.query(node.this, read_ctes(walk, node, scope.ctes), scope)
    return Relation(exact=False) if node.args.get("pivots") else relation


def _read_generated(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> Relation:
    """Read rows out of a column (explode, unnest), a lateral query, or constants."""
    inner = node.this if isinstance(node, exp.Lateral) else node
    if isinstance(inner, exp.Subquery):
        return walk.query(inner.this, scope.ctes, scope).rename(get_alias_columns(node))
    sources = find_sources(walk, inner, scope)
    names = get_alias_columns(node)
    if isinstance(inner, exp.Unnest) and len(inner.expressions) > 1:
        each = [find_sources(walk, item, scope) for item in inner.expressions]
        each += [()] * (len(names) - len(each))
        return Relation([Field(*pair) for pair in zip(names, each, strict=False)])
    return Relation([Field(name, sources) for name in names], every=None if names else sources)


def _read_table(walk: QueryWalk, node: exp.Table, scope: QueryScope) -> Relation:
    if node is walk.target:
        return TARGET_RELATION
    if isinstance(node.this, exp.Func):
        for literal in node.find_all(exp.Literal):
            if literal.is_string and "://" in literal.name:
                walk.add_path(literal.name)
        return _read_generated(walk, node.this, scope).rename(get_alias_columns(node))
    relation = _read_named_table(walk, node, scope.ctes)
    if node.args.get("pivots"):
        return Relation(exact=False)
    return relation.rename(get_alias_columns(node))


def _read_named_table(walk: QueryWalk, node: exp.Table, ctes: Ctes) -> Relation:
    if len(node.parts) == 1 and node.name.lower() in ctes:
        return ctes[node.name.lower()]
    name, metadata = split_metadata_table(walk.get_name(node))
    path = find_file_path(name)
    position = node.parts[0].meta.get("start", 0)
    if path is not None:
        walk.add_path(path, position)
        return Relation(rest=((path,),), exact=False)
    if is_system_table(name):
        return Relation(exact=False)
    walk.add_table(name, position)
    # The partitions have the table's own columns, other metadata has columns of its own.
    if metadata not in {"", "partitions"}:
        return Relation(exact=False)
    return make_table_relation(name, walk.schemas)
