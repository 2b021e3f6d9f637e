"""Tables and queries as values: subqueries, SQL functions of the session, TABLE arguments."""

from collections.abc import Sequence

from sqlglot import exp

from glueline_worker.lineage.sql.query.functions import get_name
from glueline_worker.lineage.sql.query.relation import Field, Relation
from glueline_worker.lineage.sql.query.scope import QueryScope
from glueline_worker.lineage.sql.query.walk import QueryWalk
from glueline_worker.lineage.sql.session import SqlFunction

_TABLE_PARTS = ("this", "db", "catalog")


def take_first(relation: Relation) -> Field | None:
    """Return the value of a subquery, which is that of its first column."""
    if relation.fields:
        return relation.fields[0].take_out("")
    return Field("") if relation.exact else None


def call_sql_function(
    walk: QueryWalk, function: SqlFunction, args: Sequence[exp.Expr], scope: QueryScope
) -> Relation:
    """Return what a SQL function of the session yields, with its parameters as columns."""
    named = {arg.this.name.lower(): arg.expression for arg in args if isinstance(arg, exp.Kwarg)}
    values = Relation()
    for index, name in enumerate(function.parameters):
        value = named.get(name.lower(), args[index] if index < len(args) else None)
        found = Field(name) if value is None else walk.value(value, scope)
        values.fields.append(found.rename(name))
    return walk.call(function, values)


def read_table_argument(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> Relation | None:
    """Return the table of ``TABLE(t)``, which the parser takes for a function; None for others."""
    inner = node.expressions[0] if get_name(node) == "table" and node.expressions else None
    if not isinstance(inner, exp.Column) or len(inner.parts) > len(_TABLE_PARTS):
        return None
    names = zip(_TABLE_PARTS, reversed([part.copy() for part in inner.parts]), strict=False)
    return walk.query(exp.Table(**dict(names)), scope.ctes, scope)
