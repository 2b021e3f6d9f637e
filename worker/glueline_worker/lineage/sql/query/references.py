"""What the names and stars in an expression stand for."""

from collections.abc import Sequence

from sqlglot import exp

from glueline_worker.lineage.sql.pipes import PLACE
from glueline_worker.lineage.sql.query.relation import IDENTITY, Field, Relation
from glueline_worker.lineage.sql.query.scope import (
    QueryScope,
    expand_star,
    find_column,
    has_named,
)
from glueline_worker.lineage.sql.query.walk import QueryWalk


def find_field(walk: QueryWalk, node: exp.Column, scope: QueryScope) -> Field | None:
    """Return the column that a name means; None where that cannot be known."""
    names = [node.name] if len(node.args) == 1 else [part.name for part in node.parts]
    if walk.placeholders.has_any:
        if walk.placeholders.is_placeholder(names[-1]):
            return None
        names = [walk.placeholders.restore(name) for name in names]
    if walk.is_open:
        return Field("", {((), ".".join(names)): IDENTITY})
    if walk.session.variables and _is_variable(walk, names, scope):
        return Field("")
    if walk.has_places and names[0].startswith(PLACE):
        return _find_at_place(scope, names[0])
    found = find_column(scope, names, walk.find_member)
    if found is not None and found.sources:
        walk.spend_sources(len(found.sources) + len(found.deciding))
    return found


def _find_at_place(scope: QueryScope, name: str) -> Field | None:
    """Return the column that a pipe calls by its place in the input."""
    place = name.removeprefix(PLACE)
    columns = expand_star(scope)
    if not columns.exact or not place.isdecimal() or not 0 < int(place) <= len(columns.fields):
        return None
    return columns.fields[int(place) - 1]


def _is_variable(walk: QueryWalk, names: Sequence[str], scope: QueryScope) -> bool:
    """Tell whether a name is a session's variable: columns of known tables go before."""
    if names[-1].lower() not in walk.session.variables:
        return False
    if len(names) > 1:
        return names[-2].lower() == "session"
    return not has_named(scope, names[0])


def find_starred(walk: QueryWalk, node: exp.Expr, scope: QueryScope) -> Relation:
    """Return the relation that ``*``, ``t.*`` or ``column.*`` stands for."""
    if not isinstance(node, exp.Column | exp.Dot):
        return expand_star(scope)
    if isinstance(node, exp.Dot) and not isinstance(node.this, exp.Column | exp.Dot):
        fields = walk.list_members(walk.value(node.this, scope))  # map['key'].*
        return Relation(list(fields)) if fields else Relation(exact=False)
    parts = node.parts
    names = [walk.placeholders.restore(part.name) for part in parts[:-1]]
    relation = scope.find_item(tuple(name.lower() for name in names[-3:]))
    if relation is not None:
        return relation
    found = find_column(scope, names, walk.find_member)
    fields = walk.list_members(found) if found else None
    return Relation(list(fields)) if fields else Relation(exact=False)
