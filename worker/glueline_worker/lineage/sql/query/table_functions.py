"""Functions in FROM: those of the session, those that take tables, and unknown ones."""

from collections.abc import Iterator

from sqlglot import exp

from glueline_worker.lineage.sql.query.calls import call_sql_function, read_table_argument
from glueline_worker.lineage.sql.query.expressions import read_value
from glueline_worker.lineage.sql.query.functions import get_name
from glueline_worker.lineage.sql.query.relation import TRANSFORMED, Field, Relation
from glueline_worker.lineage.sql.query.scope import QueryScope
from glueline_worker.lineage.sql.query.walk import QueryWalk


def call_table(walk: QueryWalk, node: exp.Expr, scope: QueryScope, names: list[str]) -> Relation:
    """Read the rows of a function."""
    if get_name(node) == "table" and len(node.expressions) == 1:  # Trino: TABLE(f(…))
        node = node.expressions[0]
    function = walk.session.functions.get(get_name(node))
    if function is not None:
        return call_sql_function(walk, function, node.expressions, scope).rename(names)
    if get_name(node) == "range":
        return Relation([Field("id")]).rename(names)
    if get_name(node) == "exclude_columns":
        return _exclude_columns(walk, node, scope).rename(names)
    found = read_value(walk, node, scope).change("", TRANSFORMED)
    if names:
        return Relation([found.rename(name) for name in names])
    return Relation(every=found.sources or {}, exact=False)


def _exclude_columns(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> Relation:
    """Read ``exclude_columns(input => TABLE(t), columns => DESCRIPTOR(a, b))``."""
    left_out: set[str] = set()
    result = Relation()
    for value in _list_values(node):
        table = read_table_argument(walk, value, scope)
        if table is not None:
            result = table
        elif get_name(value) == "descriptor":
            left_out |= {item.name.lower() for item in value.expressions}
    kept = Relation()
    kept.extend(result, left_out)
    return kept


def _list_values(node: exp.Expr) -> Iterator[exp.Expr]:
    for item in node.expressions:
        yield item.expression if isinstance(item, exp.Kwarg) else item
