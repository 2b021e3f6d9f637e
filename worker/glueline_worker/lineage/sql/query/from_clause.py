"""The items of FROM: tables, subqueries, exploded columns."""

from sqlglot import exp

from glueline_worker.lineage.sql.query.expressions import (
    decide,
    get_alias_columns,
    visit_queries,
)
from glueline_worker.lineage.sql.query.generators import (
    is_generator,
    read_generator,
    read_unnest,
)
from glueline_worker.lineage.sql.query.pivots import apply_pivots, match_rows, pivot_all
from glueline_worker.lineage.sql.query.relation import TRANSFORMED, Field, Relation
from glueline_worker.lineage.sql.query.scope import (
    TARGET_RELATION,
    Ctes,
    QueryScope,
    find_column,
    list_common_names,
    merge_columns,
)
from glueline_worker.lineage.sql.query.set_operations import read_ctes
from glueline_worker.lineage.sql.query.table_functions import call_table
from glueline_worker.lineage.sql.query.tables import (
    find_file_path,
    is_metadata_part,
    is_system_table,
    split_metadata_table,
)
from glueline_worker.lineage.sql.query.walk import QueryWalk

_HIDING = frozenset({"SEMI", "ANTI"})


def add_from_clause(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> None:
    """Add FROM, its joins and its lateral views to ``scope``."""
    clause = node.args.get("from_")
    if isinstance(clause, exp.From):
        add_item(walk, clause.this, scope)
    _add_joins(walk, node, scope)
    match = node.args.get("match")
    if isinstance(match, exp.MatchRecognize) and len(scope.items) == 1:
        item = scope.items[0]
        item.relation = match_rows(walk, match, item.relation, scope)
        item.path = (match.alias.lower(),) if match.alias else item.path


def add_item(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> None:
    """Add one item of FROM to ``scope``, with the items that are joined to it."""
    if isinstance(node, exp.Table):
        alias = _get_path(node)
        path = alias or [part.name for part in node.parts]
        scope.add(path, _read_table(walk, node, scope)).has_own_name = not alias
    elif isinstance(node, exp.Subquery):
        if not isinstance(node.this, exp.Table) or node.alias:
            relation = _read_subquery(walk, node, scope)
            scope.add(_get_path(node), relation.rename(get_alias_columns(node)))
        else:  # FROM (a JOIN b)
            add_item(walk, node.this, scope)
            if node.args.get("pivots") and scope.items:
                item = scope.items[-1]
                item.relation = apply_pivots(walk, node, item.relation, scope)
    elif isinstance(node, exp.Lateral | exp.Unnest | exp.Func):
        scope.add(_get_path(node), _read_generated(walk, node, scope))
    elif isinstance(node, exp.Values):
        relation = walk.query(node, scope.ctes, scope)
        scope.add(_get_path(node), relation.rename(get_alias_columns(node)))
    else:
        visit_queries(walk, node, scope)
        scope.add(_get_path(node), Relation(exact=False))
    _add_joins(walk, node, scope)


def _get_path(node: exp.Expr) -> tuple[str, ...]:
    for pivot in reversed(node.args.get("pivots") or ()):
        if pivot.alias:
            return (pivot.alias,)
    return (node.alias,) if node.alias else ()


def _add_joins(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> None:
    for join in node.args.get("joins") or ():
        before = len(scope.items)
        add_item(walk, join.this, scope)
        _join(walk, join, scope, before)
        if join.args.get("pivots"):
            pivot_all(walk, join, scope, _get_path(join))
    for lateral in node.args.get("laterals") or ():
        add_item(walk, lateral, scope)


def _join(walk: QueryWalk, join: exp.Join, scope: QueryScope, first: int) -> None:
    """Note what the join compares, and merge or hide the columns of its right side."""
    decide(walk, join.args.get("on"), scope, "join")
    names = [column.name for column in join.args.get("using") or ()]
    if join.method == "NATURAL" and len(scope.items) > 1:
        names = list_common_names(scope)
    hides = join.kind in _HIDING or join.side in _HIDING
    if names and len(scope.items) > 1:
        merged = scope.merged
        merge_columns(scope, names, "FULL")
        for name in names:
            for source in scope.merged[name.lower()].sources or ():
                walk.indirect[source, "join"] = None
        scope.merged = merged
        if not hides:
            merge_columns(scope, names, join.side)
    if hides:
        for item in scope.items[first:]:
            item.is_hidden = True


def _read_subquery(walk: QueryWalk, node: exp.Subquery, scope: QueryScope) -> Relation:
    relation = walk.query(node.this, read_ctes(walk, node, scope.ctes), scope.parent)
    return apply_pivots(walk, node, relation, scope)


def _read_generated(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> Relation:
    """Read rows out of a column (explode, unnest) or a lateral query."""
    inner = node.this if isinstance(node, exp.Lateral) else node
    names = get_alias_columns(node)
    if isinstance(inner, exp.Subquery):
        return walk.query(inner.this, scope.ctes, scope).rename(names)
    if isinstance(inner, exp.Unnest):
        return read_unnest(walk, inner, scope).rename(names)
    if not is_generator(inner):
        return call_table(walk, inner, scope, names)
    if not names and node.alias and isinstance(node, exp.Lateral):
        return _name_after_view(walk, node, inner, scope)
    return read_generator(walk, inner, scope, names)


def _name_after_view(
    walk: QueryWalk, node: exp.Lateral, inner: exp.Expr, scope: QueryScope
) -> Relation:
    """Read ``LATERAL VIEW f(x) t``: Spark names the columns itself, others may call them ``t``."""
    relation = read_generator(walk, inner, scope)
    if walk.is_spark or not relation.exact or len(relation.fields) != 1:
        return relation
    return Relation([relation.fields[0].rename(node.alias)])


def _read_table(walk: QueryWalk, node: exp.Table, scope: QueryScope) -> Relation:
    if node is walk.target:
        return TARGET_RELATION
    if isinstance(node.this, exp.Func):
        for literal in node.find_all(exp.Literal):
            if literal.is_string and "://" in literal.name:
                walk.add_path(literal.name)
        relation = _read_generated(walk, node.this, scope)
        names = get_alias_columns(node)
        if names and not relation.exact:
            relation = Relation([Field(name, relation.every) for name in names])
        return apply_pivots(walk, node, relation.rename(names), scope)
    relation = _unnest_path(walk, node, scope) or _read_named_table(walk, node, scope.ctes)
    relation = apply_pivots(walk, node, relation, scope)
    return relation.rename(get_alias_columns(node))


def _unnest_path(walk: QueryWalk, node: exp.Table, scope: QueryScope) -> Relation | None:
    """Read ``FROM t AS a, a.items AS i``, where Redshift and BigQuery take an array apart."""
    names = [part.name for part in node.parts]
    if walk.is_spark or len(names) < 2 or not scope.items:  # noqa: PLR2004
        return None
    if all(item.path != (names[0].lower(),) for item in scope.items):
        return None
    found = find_column(scope, names, walk.find_member)
    if found is None:
        return None
    value = found.change(node.alias or names[-1], TRANSFORMED)
    value.schema = walk.get_schema_key(found)
    members = walk.list_members(value) or ()
    return Relation([*members, value] if members else [value], every=value.sources)


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
    relation = walk.get_relation(name)
    return relation if relation.exact or not is_metadata_part(name) else Relation(exact=False)
