"""Queries: the columns that a SELECT, a UNION or VALUES yields.

sqlglot's own ``qualify`` and ``lineage`` want a schema and raise without one. A job's SQL mostly
has none, so this package resolves what it can and leaves out the rest.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlglot import exp

from glueline.contract.lineage import Effect
from glueline_worker.lineage.sql.query.expressions import (
    decide,
    read_value,
    visit_queries,
)
from glueline_worker.lineage.sql.query.from_clause import add_from_clause, add_item
from glueline_worker.lineage.sql.query.functions import TIME_WINDOWS, get_name
from glueline_worker.lineage.sql.query.relation import Field, Relation, merge_fields
from glueline_worker.lineage.sql.query.scope import Ctes, QueryScope, expand_star
from glueline_worker.lineage.sql.query.select_columns import add_projection
from glueline_worker.lineage.sql.query.set_operations import read_ctes, read_set_operation
from glueline_worker.lineage.sql.query.walk import QueryReaders, QueryWalk
from glueline_worker.lineage.word_sets import split_words

_MAX_ROWS = 200
"""Rows of VALUES that are looked at: they hold constants, and scripts write thousands."""
_NOT_VISITED = split_words(
    "with_ from_ joins laterals expressions hint into where windows match group having qualify "
    "order sort cluster distribute"
)
"""Arguments of a SELECT that are read in their own way."""

_DECIDING: tuple[tuple[str, Effect], ...] = (
    ("group", "group_by"),
    ("having", "filter"),
    ("qualify", "filter"),
    ("order", "sort"),
    ("sort", "sort"),
    ("cluster", "sort"),
    ("distribute", "sort"),
)


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
    args = node.args
    if walk.is_spark and "group" in args:
        _add_time_windows(walk, args["group"], scope)
    for window in args.get("windows") or ():
        scope.windows[window.name.lower()] = window
    result = Relation()
    if walk.has_lateral_aliases:
        scope.aliases = result
    for projection in node.expressions:
        add_projection(walk, projection, scope, result)
    decide(walk, args.get("where"), scope, "filter")
    scope.aliases = result
    for key, effect in _DECIDING:
        if key in args:
            decide(walk, args[key], scope, effect)
    _decide_by_position(walk, node, result, scope)
    for key in args.keys() - _NOT_VISITED:
        visit_queries(walk, args[key], scope)
    walk.spend(result)
    return result


def _add_time_windows(walk: QueryWalk, group: exp.Expr, scope: QueryScope) -> None:
    """Add the column ``window`` that ``GROUP BY window(…)`` makes, which ``*`` does not yield."""
    for key in group.expressions:
        name = get_name(key)
        if name in TIME_WINDOWS:
            made = Relation([read_value(walk, key, scope).rename(name)])
            scope.add((), made).is_hidden = True


def _decide_by_position(
    walk: QueryWalk, node: exp.Select, result: Relation, scope: QueryScope
) -> None:
    """Note the columns of GROUP BY ALL, GROUP BY 1 and ORDER BY 1."""
    group, order = node.args.get("group"), node.args.get("order")
    if group is not None:
        keys = group.expressions
        if group.args.get("all"):
            keys = [item for item in node.expressions if not item.find(exp.AggFunc, exp.Window)]
            decide(walk, keys, scope, "group_by")
        _note_positions(walk, keys, result, "group_by")
    if order is not None:
        keys = [key.this for key in order.expressions if isinstance(key, exp.Ordered)]
        _note_positions(walk, keys, result, "sort")


def _note_positions(
    walk: QueryWalk, keys: Sequence[exp.Expr], result: Relation, effect: Effect
) -> None:
    for key in keys:
        if isinstance(key, exp.Literal) and key.is_int and result.exact:
            for item in result.fields[int(key.name) - 1 : int(key.name)]:
                walk.indirect.update(dict.fromkeys((each, effect) for each in item.sources or ()))


def _read_item(walk: QueryWalk, node: exp.Expr, ctes: Ctes, parent: QueryScope | None) -> Relation:
    scope = QueryScope(ctes, parent)
    add_item(walk, node, scope)
    return expand_star(scope)


def _read_values(
    walk: QueryWalk, node: exp.Values, ctes: Ctes, parent: QueryScope | None
) -> Relation:
    if not node.expressions:
        return Relation(exact=False)
    scope = QueryScope(ctes, parent)
    columns: list[list[Field]] = []
    for row in node.expressions[:_MAX_ROWS]:
        for index, value in enumerate(row.expressions if isinstance(row, exp.Tuple) else [row]):
            if index == len(columns):
                columns.append([])
            columns[index].append(read_value(walk, value, scope))
    return Relation([merge_fields(f"col{n}", part) for n, part in enumerate(columns, 1)])


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

READERS = QueryReaders(read_query, read_value)
